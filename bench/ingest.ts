/**
 * R1: usage events over HTTP, with keys, checks, dedupe and rollups, held against a bare script that inserts the same
 * rows into the same tables and does nothing else.
 */
import pg from 'pg';
import { createApiKey } from '../src/auth/api-keys.ts';
import { applyPlans } from '../src/billing/apply-plans.ts';
import { createCustomer } from '../src/billing/create-customer.ts';
import { rollUpUsage } from '../src/billing/roll-up-usage.ts';
import { parsePlanFile } from '../src/domain/rating/plan.ts';
import type { Database } from '../src/store/database.ts';
import { bareRows, insertBare } from './support/bare-insert.ts';
import { type Benchmark, type BenchmarkOptions, type OpenBenchmark, rateOf } from './support/benchmark.ts';
import { type Deployment, openDeployment } from './support/deployment.ts';
import { departures, inBatches } from './support/event-load.ts';
import { postBodies } from './support/post-bodies.ts';

const customerCount = 500;
const eventsPerRequest = 100;
const senders = 32;
/** Rows a statement, and connections, of the bare script. */
const bare = { rows: 1_000, connections: 2 };
/**
 * So often that a step takes about as many events as one of a deployment (50,000), whose Schedule does it each minute.
 * What is left at the end is rolled up within the measurement.
 */
const rollEveryMs = 2_000;

export const ingest: Benchmark = { id: 'R1', unit: 'events/s', goal: 0.6, open };

async function open({ smoke, seed }: BenchmarkOptions): Promise<OpenBenchmark> {
  const count = smoke ? 2_000 : 200_000;
  const deployment = await openDeployment({ waitForDisks: true });
  try {
    return await prepare(deployment, count, seed);
  } catch (error) {
    await deployment.close();
    throw error;
  }
}

async function prepare(deployment: Deployment, count: number, seed: number): Promise<OpenBenchmark> {
  const { database, env } = deployment;
  const customers = await openBusiness(database);
  const { secret } = await createApiKey(database, { name: 'bench', scopes: ['events:write'] });
  await deployment.start('api');
  const url = `http://127.0.0.1:${env['DURABILL_API_PORT']}/v1/events/batch`;
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  let runs = 0;
  const newEvents = () => {
    runs += 1;
    return departures({ count, customers, seed: seed * 1_000 + runs });
  };
  let last: Record<string, unknown> = {};
  return {
    async ours() {
      const bodies = inBatches(newEvents(), eventsPerRequest).map((events) => Buffer.from(JSON.stringify({ events })));
      await settle(database);
      let accepted = 0;
      const before = await rolledUpEvents(database);
      const rate = await rateOf(count, async () => {
        const rolling = rollWhile(database);
        await postBodies(url, headers, bodies, senders, ({ status, body }) => {
          const counts = /"counts":\{"accepted":(\d+),/.exec(body);
          if (status !== 200 || counts === null) throw new Error(`Answered ${status}: ${body.slice(0, 500)}`);
          accepted += Number(counts[1]);
        });
        await rolling.finish();
      });
      const rolledUp = Number((await rolledUpEvents(database)) - before);
      if (accepted !== count || rolledUp !== count) {
        throw new Error(`Of ${count} events sent ${accepted} were accepted and ${rolledUp} rolled up.`);
      }
      last = { sent: count, accepted, rolledUp };
      return rate;
    },
    async limit() {
      const batches = bareRows(newEvents(), customers, bare.rows);
      await settle(database);
      const clients = Array.from({ length: bare.connections }, () => new pg.Client(deployment.stack.databaseUrl));
      await Promise.all(clients.map((client) => client.connect()));
      try {
        return await rateOf(count, () => insertBare(clients, batches));
      } finally {
        await Promise.all(clients.map((client) => client.end()));
        // They are rolled up before the next measurement begins.
        await rollUpUsage(database);
      }
    },
    facts: async () => ({ ...last, senders, eventsPerRequest, bareConnections: bare.connections, bareRows: bare.rows }),
    close: () => deployment.close(),
  };
}

export async function openBusiness(database: Database): Promise<{ id: string; externalId: string }[]> {
  const eventType = 'flight.departure';
  const perUnit = { model: 'per_unit', unitAmount: '0.01' };
  const file = parsePlanFile({
    meters: [
      { eventType, key: 'departures', name: 'Departures', aggregation: 'count' },
      {
        eventType,
        filter: { cancelled: ['false'] },
        key: 'miles',
        name: 'Miles',
        aggregation: 'sum',
        property: 'distance_miles',
      },
    ],
    plans: [
      {
        key: 'bench',
        name: 'Bench',
        currency: 'USD',
        interval: 'month',
        prices: [
          { ...perUnit, key: 'jfk', name: 'At JFK', meter: 'departures', filter: { origin: ['JFK'] } },
          { ...perUnit, key: 'lga', name: 'At LGA', meter: 'departures', filter: { origin: ['LGA'] } },
          { ...perUnit, key: 'miles', name: 'Miles', meter: 'miles' },
        ],
      },
    ],
  });
  await applyPlans(database, file, 'bench');
  const customers: { id: string; externalId: string }[] = [];
  for (let index = 0; index < customerCount; index += 1) {
    const input = { externalId: `customer-${index}`, name: `Customer ${index}`, currency: 'USD', zone: 'UTC' };
    customers.push((await createCustomer(database, input, 'bench')).customer);
  }
  return customers;
}

/** Both sides begin with nothing left to write from before. */
async function settle(database: Database): Promise<void> {
  await database.query('CHECKPOINT');
}

/** The meter of all departures counts every event once. */
async function rolledUpEvents(database: Database): Promise<bigint> {
  const { rows } = await database.query<{ events: bigint }>(
    `SELECT coalesce(sum(r.event_count), 0)::bigint AS events FROM usage_rollups r
     JOIN usage_rollup_definitions d ON d.id = r.definition_id JOIN meters m ON m.id = d.meter_id AND m.key = 'departures'`,
  );
  return rows[0]!.events;
}

/** Rolls up again and again; `finish` ends it when everything that was stored by then is in the rollups. */
function rollWhile(database: Database): { finish(): Promise<void> } {
  const stop = new AbortController();
  const rolling = (async () => {
    while (!stop.signal.aborted) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, rollEveryMs);
        stop.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve(undefined);
        });
      });
      await rollUpUsage(database);
    }
  })();
  return {
    async finish() {
      stop.abort();
      await rolling;
      const { rows } = await database.query<{ now: string }>('SELECT pg_current_xact_id()::text AS now');
      while (!(await isRolledUp(database, rows[0]!.now))) await rollUpUsage(database);
    },
  };
}

async function isRolledUp(database: Database, transaction: string): Promise<boolean> {
  const behind = `SELECT FROM usage_rollup_definitions WHERE watermark <= $1::text::xid8`;
  return (await database.query(behind, [transaction])).rowCount === 0;
}
