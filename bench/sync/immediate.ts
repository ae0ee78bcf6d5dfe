import { setTimeout as sleep } from 'node:timers/promises';
import { createApiKey } from '../../src/auth/api-keys.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { type Deployment, openDeployment } from '../support/deployment.ts';
import { openMonths } from '../support/months.ts';
import { createRemoteCustomers, publishAll } from './syncs.ts';

/** What an operator who presses the button is promised. */
const promisedMs = 5_000;

/** Where the invoice stands when it is asked for: in RabbitMQ still, or open at Temporal behind hundreds of others. */
const places = { queued: `s.sync = 'queued'`, open: `s.sync = 'syncing' AND s.sync_attempts = 0` } as const;
type Place = keyof typeof places;

/**
 * Immediate syncs that are at Stripe within five seconds of being asked for, with ten thousand invoices queued, all
 * slots open and the pace of Stripe's live limits used up; against all that were asked for.
 */
export const immediateSync: Benchmark = {
  id: 'immediate',
  unit: 'syncs within 5 s',
  goal: 1,
  runs: 1,
  warm: false,
  async open({ smoke, say }) {
    const invoices = smoke ? 900 : 10_500;
    const tries = smoke ? 2 : 20;
    const deployment = await openDeployment({ waitForDisks: true });
    const { control, database } = deployment;
    const months = await openMonths(database, invoices);
    await createRemoteCustomers(deployment, months.customerIds);
    await control('PUT', '/limits', 'live');
    const { secret } = await createApiKey(database, { name: 'bench', scopes: ['invoices:write'] });
    for (const program of ['worker', 'api'] as const) await deployment.start(program);
    // Told of a faster target it fills all slots, and hundreds wait at Temporal: the worst that an immediate sync can meet.
    await deployment.start('bridge', { env: { DURABILL_STRIPE_RATE_PER_OPERATION: '1000' } });
    const took: { place: Place; ms: number; others: number }[] = [];
    return {
      async ours() {
        await months.issueNext();
        const publishing = publishAll(deployment, months.clockId);
        await untilBusy(deployment, smoke ? 400 : 440);
        await publishing;
        for (let index = 0; index < tries; index += 1) {
          const place: Place = index % 2 === 0 ? 'queued' : 'open';
          took.push({ place, ...(await syncAtOnce(deployment, secret, place)) });
          say(`immediate: try ${index + 1} of ${tries}, ${place}: ${took.at(-1)?.ms} ms`);
        }
        return took.filter(({ ms }) => ms <= promisedMs).length;
      },
      limit: async () => tries,
      async facts() {
        const { rows } = await database.query<{ queued: number; open: number }>(
          `SELECT count(*) FILTER (WHERE sync = 'queued')::int AS queued,
                  count(*) FILTER (WHERE sync = 'syncing')::int AS open FROM invoice_states`,
        );
        const sorted = took.map(({ ms }) => ms).sort((a, b) => a - b);
        return {
          invoices,
          stillQueuedAtTheEnd: rows[0]?.queued,
          openAtTheEnd: rows[0]?.open,
          medianMs: sorted[Math.floor(sorted.length / 2)],
          slowestMs: sorted.at(-1),
          mostOthersMeanwhile: Math.max(...took.map(({ others }) => others)),
          highestInAnySecond: await control('GET', '/rates'),
        };
      },
      close: deployment.close,
    };
  },
};

/** Until as many syncs are open as there are slots for them, and invoices have flowed for some seconds at the full pace. */
async function untilBusy({ database }: Deployment, open: number): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ open: number; synced: number }>(
      `SELECT count(*) FILTER (WHERE sync = 'syncing')::int AS open,
              count(*) FILTER (WHERE sync = 'synced')::int AS synced FROM invoice_states`,
    );
    const { open: now = 0, synced = 0 } = rows[0] ?? {};
    if (now >= open && synced >= 100) return;
    await sleep(250);
  }
}

async function syncAtOnce(
  { database, config }: Deployment,
  key: string,
  place: Place,
): Promise<{ ms: number; others: number }> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT s.invoice_id AS id FROM invoice_states s WHERE ${places[place]} ORDER BY s.invoice_id DESC LIMIT 1`,
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`No invoice is ${place} any more.`);
  const synced = async () => {
    const counted = await database.query<{ ours: boolean; all: number }>(
      `SELECT (SELECT sync = 'synced' FROM invoice_states WHERE invoice_id = $1) AS ours,
              (SELECT count(*) FROM invoice_mappings)::int AS all`,
      [id],
    );
    return counted.rows[0] as { ours: boolean; all: number };
  };
  const before = (await synced()).all;
  const startedAt = performance.now();
  const answer = await fetch(`http://127.0.0.1:${config.api.port}/v1/invoices/${id}/sync`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  for (;;) {
    const now = await synced();
    if (now.ours) return { ms: Math.round(performance.now() - startedAt), others: now.all - before - 1 };
    await sleep(50);
  }
}
