import { createApiKey } from '../../src/auth/api-keys.ts';
import { openSession } from '../../src/auth/sessions.ts';
import { freePort } from '../../src/stack/ports.ts';
import { type Benchmark, rateOf } from '../support/benchmark.ts';
import { type Deployment, openDeployment } from '../support/deployment.ts';
import { getAll, requestOf } from '../support/get-all.ts';
import { openMonths } from '../support/months.ts';

/** Readers that ask at once, each as soon as it has its answer. */
const readers = 16;
/** A second limit and a bound on time, beside the one of the frame. */
const goals = { ratioToPg: 0.4, p99Ms: 25 };

type Reads = { rate: number; p99Ms: number };

/**
 * R7: whole invoices (five lines with their working, parties, taxes, data gaps) read by id through the API, against a
 * Fastify in the same kind of process that greets, and against bare reads of one row by its key.
 */
export const reads: Benchmark = {
  id: 'R7',
  unit: 'reads/s',
  goal: 0.15,
  async open({ smoke, say }) {
    const customers = smoke ? 20 : 500;
    const count = smoke ? 200 : 10_000;
    const limitsPort = await freePort();
    const deployment = await openDeployment({
      waitForDisks: true,
      env: { BENCH_LIMITS_PORT: String(limitsPort) },
    });
    const { database, config } = deployment;
    const { months, ids } = await issued(deployment, customers);
    const { secret } = await createApiKey(database, { name: 'bench', scopes: ['invoices:read'] });
    const byKey = ids.map((id) => requestOf(`/v1/invoices/${id}`, { authorization: `Bearer ${secret}` }));
    const byCustomer = await asCustomers(deployment, months.customerIds, ids);
    const hello = [requestOf('/hello')];
    await deployment.start('api');
    await deployment.run('read-limits', 'bench/reads/limits.ts');
    const done: { key: Reads; session: Reads; pg: number }[] = [];
    let bytes = 0;
    let last: { key: Reads; session: Reads };

    const read = async (requests: readonly Buffer[], port: number, times = count): Promise<Reads> => {
      const took: number[] = [];
      const sent = Array.from({ length: times }, (_, index) => requests[index % requests.length] as Buffer);
      const rate = await rateOf(times, () =>
        getAll(port, sent, readers, ({ ms, status, body }) => {
          if (status !== 200) throw new Error(`Answered ${status}: ${body.toString('utf8', 0, 500)}`);
          took.push(ms);
          if (port === config.api.port) bytes = body.length;
        }),
      );
      took.sort((a, b) => a - b);
      return { rate, p99Ms: took[Math.ceil(0.99 * took.length) - 1] as number };
    };

    return {
      async ours() {
        last = { session: await read(byCustomer, config.api.port), key: await read(byKey, config.api.port) };
        return last.key.rate;
      },
      async limit() {
        // A greeting takes a fifth of the time.
        const { rate } = await read(hello, limitsPort, 5 * count);
        const pg = await barePg(limitsPort, { ids, count, atOnce: readers });
        done.push({ ...last, pg });
        say(
          `R7: p99 ${last.key.p99Ms.toFixed(1)} ms, of customers' sessions ${Math.round(last.session.rate)}/s, bare pg ${Math.round(pg)}/s`,
        );
        return rate;
      },
      async facts() {
        const of = (pick: (one: (typeof done)[number]) => number) => middle(done.map(pick));
        return {
          ...(!smoke && { goals }),
          ratioToPg: rounded(of(({ key, pg }) => key.rate / pg)),
          p99Ms: rounded(of(({ key }) => key.p99Ms)),
          barePg: rounded(of(({ pg }) => pg)),
          bySession: rounded(of(({ session }) => session.rate)),
          bySessionToPg: rounded(of(({ session, pg }) => session.rate / pg)),
          bySessionP99Ms: rounded(of(({ session }) => session.p99Ms)),
          readers,
          invoices: ids.length,
          reads: count,
          bytes,
        };
      },
      close: deployment.close,
    };
  },
};

/** A month of all customers, billed and issued. */
async function issued({ database }: Deployment, customers: number) {
  const months = await openMonths(database, customers);
  await months.issueNext();
  const { rows } = await database.query<{ id: string; customerId: string }>(
    'SELECT id, customer_id AS "customerId" FROM invoices ORDER BY id',
  );
  // In the order of the customers, so that each has the invoice of the same place.
  const byCustomer = new Map(rows.map(({ id, customerId }) => [customerId, id]));
  return { months, ids: months.customerIds.map((customer) => byCustomer.get(customer) as string) };
}

/** Each of some customers reads its own invoice, by the cookie of its session. */
async function asCustomers({ database }: Deployment, customerIds: readonly string[], ids: readonly string[]) {
  const requests: Buffer[] = [];
  for (const [index, customerId] of customerIds.slice(0, 100).entries()) {
    const subject = { customerId, userId: null, role: 'admin' } as const;
    const { secret } = await database.transaction((sql) => openSession(sql, subject, { signedInBy: 'link' }));
    requests.push(requestOf(`/v1/invoices/${ids[index]}`, { cookie: `durabill_session=${secret}` }));
  }
  return requests;
}

async function barePg(port: number, order: { ids: string[]; count: number; atOnce: number }): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/reads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { rate: number }).rate;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const rounded = (value: number) => Number(value.toPrecision(3));
