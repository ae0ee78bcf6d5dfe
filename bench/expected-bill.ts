/**
 * R13: what a customer's first page asks for, the expected bill and the overview (expected bill and last invoices at
 * once), over HTTP, with 10,000, 100,000 and 1,000,000 events in the month that goes on.
 */
import { createApiKey } from '../src/auth/api-keys.ts';
import { extendPeriods } from '../src/billing/extend-periods.ts';
import { rollUpUsage } from '../src/billing/roll-up-usage.ts';
import type { Database } from '../src/store/database.ts';
import { moveTestClock } from '../src/store/due-work.ts';
import type { Benchmark, BenchmarkOptions, OpenBenchmark } from './support/benchmark.ts';
import { type Deployment, openDeployment } from './support/deployment.ts';
import { addManyCustomers, month } from './support/many-customers.ts';
import { generateAll, issueAll } from './support/run-pages.ts';

/** The longest that one of a hundred may take. */
const limitMs = 50;
/** Came in since the last rollup: a minute's Schedule, and more than that. */
const tailEvents = 2_000;
const now = '2026-02-25T12:00:00.000Z';

export const expectedBill: Benchmark = {
  id: 'R13',
  unit: 'answers/s, the slowest of a hundred',
  goal: 1,
  runs: 3,
  open,
};

async function open({ smoke, seed, say }: BenchmarkOptions): Promise<OpenBenchmark> {
  const sizes = smoke ? [100, 1_000] : [10_000, 100_000, 1_000_000];
  const asked = smoke ? 20 : 100;
  const deployment = await openDeployment({ waitForDisks: true });
  try {
    return await prepare(deployment, { sizes, asked, seed, say });
  } catch (error) {
    await deployment.close();
    throw error;
  }
}

type Wanted = { sizes: number[]; asked: number; seed: number; say(line: string): void };

async function prepare(deployment: Deployment, { sizes, asked, seed, say }: Wanted): Promise<OpenBenchmark> {
  const { database, env } = deployment;
  for (const events of sizes) {
    say(`R13: ${events} events`);
    await addCustomer(database, events, seed);
  }
  await rollUpUsage(database);
  for (const events of sizes) await addEvents(database, events, { from: events, count: tailEvents, seed });
  await database.query('VACUUM (ANALYZE)');
  const { secret } = await createApiKey(database, { name: 'bench', scopes: ['invoices:read'] });
  await deployment.start('api');
  const get = getter(`http://127.0.0.1:${env['DURABILL_API_PORT']}/v1`, secret);
  const billOf = (events: number) => get(`/customers/${nameOf(events)}-1/expected-bill`);
  const overviewOf = (events: number) =>
    Promise.all([billOf(events), get(`/invoices?customer=${nameOf(events)}-1&limit=5`)]);
  const took = new Map<string, number[]>();
  const note = async (what: string, ask: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await ask();
    took.set(what, [...(took.get(what) ?? []), performance.now() - startedAt]);
  };
  return {
    async ours() {
      took.clear();
      for (let index = 0; index < asked; index += 1) {
        for (const events of sizes) {
          await note(`bill ${events}`, () => billOf(events));
          await note(`overview ${events}`, () => overviewOf(events));
        }
      }
      const largest = sizes.at(-1);
      return 1_000 / Math.max(at(took.get(`bill ${largest}`), 0.99), at(took.get(`overview ${largest}`), 0.99));
    },
    limit: async () => 1_000 / limitMs,
    async facts() {
      for (const events of sizes) await check(billOf, events);
      const figures = Object.fromEntries(
        [...took].map(([what, ms]) => [what, { p50Ms: rounded(at(ms, 0.5)), p99Ms: rounded(at(ms, 0.99)) }]),
      );
      const medianOf = (events: number | undefined) => at(took.get(`bill ${events}`), 0.5);
      const flatness = rounded(medianOf(sizes.at(-1)) / medianOf(sizes[0]));
      return { asked, tailEvents, largestToSmallest: flatness, ...figures };
    },
    close: deployment.close,
  };
}

const nameOf = (events: number) => `m${events}`;

/** With a bill of January behind it, so that there is something to compare with. */
async function addCustomer(database: Database, events: number, seed: number): Promise<void> {
  const clockId = await addManyCustomers(database, { name: nameOf(events), customers: 1, eventsEach: 1_000, seed });
  await extendPeriods(database, { clockId, until: new Date(month.billedAt) });
  await generateAll(database, clockId);
  await issueAll(database, clockId);
  await moveTestClock(database, clockId, new Date(now));
  await database.query(`SELECT ensure_usage_partition($1::date)`, [month.endAt]);
  await addEvents(database, events, { from: 0, count: events, seed });
}

async function addEvents(
  database: Database,
  events: number,
  { from, count, seed }: { from: number; count: number; seed: number },
): Promise<void> {
  await database.query(
    `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
     SELECT c.id, 'api.call', $2::timestamptz + e * (($3::timestamptz - $2) / ($4::float8 + 1)), 'bulk',
       c.external_id || '-february-' || ($5 + e),
       jsonb_build_object('region', CASE e % 3 WHEN 0 THEN 'eu' WHEN 1 THEN 'us' ELSE 'ap' END,
         'megabytes', (e * 17 + $6) % 997 + 1)
     FROM customers c, generate_series(1, $4::int) e WHERE c.external_id = $1`,
    [`${nameOf(events)}-1`, month.endAt, now, count, from, seed],
  );
}

function getter(base: string, secret: string) {
  return async (path: string): Promise<unknown> => {
    const answer = await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${secret}` } });
    const body = await answer.json();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    return body;
  };
}

/** That all of the events are in it, the tail too, and that it is compared. */
async function check(billOf: (events: number) => Promise<unknown>, events: number): Promise<void> {
  type Answer = { bills: { lines: { priceKey: string; quantity: string }[]; change: object | null }[] };
  const { bills } = (await billOf(events)) as Answer;
  const calls = bills[0]?.lines.find(({ priceKey }) => priceKey === 'calls')?.quantity;
  if (bills.length !== 1 || calls !== String(events + tailEvents) || bills[0]?.change == null) {
    throw new Error(`of ${events} events and a tail the bill has ${calls}: ${JSON.stringify(bills).slice(0, 500)}`);
  }
}

/** The value that so large a part of all are at most. */
function at(values: readonly number[] = [], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

const rounded = (value: number) => Number(value.toPrecision(3));
