import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { rebuildRollups, rollUpUsage } from '../../src/billing/roll-up-usage.ts';
import type { Filter } from '../../src/domain/rating/filter.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Database, Sql } from '../../src/store/database.ts';
import { aggregateRolledUsage } from '../../src/store/rolled-quantities.ts';
import { ensurePartitions, insertUsageEvents } from '../../src/store/usage-events.ts';
import { aggregateUsage, type QuantityOf, type UsageWindow } from '../../src/store/usage-quantities.ts';
import { readRollupLagSeconds, readRollups } from '../../src/store/usage-rollups.ts';
import { until } from '../broker/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { quantityIn, windowOf } from './usage-support.ts';

const meters = [
  { key: 'departures', name: 'Departures', eventType: 'departure', aggregation: 'count' },
  {
    key: 'miles',
    name: 'Miles',
    eventType: 'departure',
    aggregation: 'sum',
    property: 'value',
    filter: { cancelled: ['false'] },
  },
  { key: 'arrivals', name: 'Arrivals', eventType: 'arrival', aggregation: 'sum', property: 'value' },
  { key: 'highest', name: 'Highest', eventType: 'departure', aggregation: 'max', property: 'value' },
] as const;
type MeterKey = (typeof meters)[number]['key'];

/** What prices ask for; other filters are not covered by the rollups and have to be read raw. */
const priceFilters: Record<MeterKey, Filter[]> = {
  departures: [{}, { origin: ['JFK'] }, { origin: ['LGA', '3'], cancelled: ['true'] }],
  miles: [{ origin: ['JFK', 'LGA'] }],
  arrivals: [{}],
  highest: [{}],
};
const otherFilters: Filter[] = [{ origin: ['EWR'] }, { value: ['1'] }, { origin: ['JFK'], gate: ['A1'] }];

const planOf = (key: string, filters: Partial<Record<MeterKey, Filter[]>>) => ({
  key,
  name: key,
  currency: 'USD',
  interval: 'month',
  prices: Object.entries(filters).flatMap(([meter, ofMeter]) =>
    ofMeter.map((filter, index) => ({
      key: `${meter}-${index}`,
      name: meter,
      model: 'per_unit',
      unitAmount: '1',
      meter,
      ...(Object.keys(filter).length > 0 && { filter }),
    })),
  ),
});
const apply = (database: Database, key: string, filters: Partial<Record<MeterKey, Filter[]>>) =>
  applyPlans(database, parsePlanFile({ meters, plans: [planOf(key, filters)] }), 'test');

const quantities: QuantityOf[] = meters.flatMap((meter) =>
  [...priceFilters[meter.key], ...otherFilters].map((filter, index) => ({
    id: `${meter.key}-${index}`,
    meter: meter as unknown as QuantityOf['meter'],
    filter,
  })),
);

// Three hours at a border of months: windows cut hours, end with them, and lie inside of one.
const first = Date.parse('2013-01-31T22:00:00Z');
const hourMs = 3_600_000;
const last = first + 3 * hourMs;
const instant = fc.oneof(
  fc.integer({ min: 0, max: 3 }).map((hour) => first + hour * hourMs),
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom(-1, 1)).map(([hour, ms]) => first + hour * hourMs + ms),
  fc.integer({ min: first, max: last }),
);
const properties = fc.record(
  {
    origin: fc.constantFrom('JFK', 'LGA', 'EWR', 3, null),
    cancelled: fc.constantFrom(true, false),
    value: fc.oneof(fc.integer({ min: -99, max: 99 }), fc.constantFrom('12.50', '0.125', 'none', 1e-7, null)),
  },
  { requiredKeys: [] },
);
type Sent = { customer: number; type: string; at: number; properties: Record<string, unknown> }[];
const sent: fc.Arbitrary<Sent> = fc.array(
  fc.record({ customer: fc.nat(2), type: fc.constantFrom('departure', 'arrival', 'other'), at: instant, properties }),
  { minLength: 1, maxLength: 8 },
);

/** What happens between two looks: senders store, some of them leave their transaction open, the roller goes a way. */
const step = fc.oneof(
  fc.record({ does: fc.constant('store' as const), events: sent }),
  fc.record({ does: fc.constant('open' as const), events: sent }),
  fc.record({ does: fc.constant('close' as const), commits: fc.boolean() }),
  fc.record({ does: fc.constant('roll' as const), eventsPerStep: fc.integer({ min: 1, max: 5 }), maxSteps: fc.nat(4) }),
  fc.record({ does: fc.constant('roll' as const), eventsPerStep: fc.constant(1_000), maxSteps: fc.constant(1_000) }),
  fc.record({ does: fc.constant('rebuild' as const) }),
);

describe('usage rollups', () => {
  const books = useTestDatabase();
  let ids = 0;

  before(async () => {
    await ensurePartitions(books.database, [new Date(first), new Date(last)]);
    await apply(books.database, 'all', priceFilters);
  });

  async function store(sql: Sql, events: Sent, customers: readonly string[]): Promise<void> {
    const contentHash = '00'.repeat(32);
    await insertUsageEvents(
      sql,
      events.map(({ at, customer, ...event }) => {
        ids += 1;
        const customerId = customers[customer]!;
        return { ...event, source: 'test', eventId: String(ids), customerId, occurredAt: new Date(at), contentHash };
      }),
    );
  }

  /** Asks both ways, in one snapshot, and answers what differs. */
  async function differences(windows: readonly UsageWindow[]): Promise<string[]> {
    return await books.database.transaction(async (sql) => {
      await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      const raw = await aggregateUsage(sql, windows, quantities);
      const rolled = await aggregateRolledUsage(sql, windows, quantities);
      return windows.flatMap((window) =>
        quantities.flatMap(({ id }) => {
          const texts = [raw, rolled].map((answer) => Object.values(quantityIn(answer, window.id, id)).join());
          return texts[0] === texts[1] ? [] : [`${id}: ${texts[1]} instead of ${texts[0]}`];
        }),
      );
    });
  }

  /** Rolls up all that is stored by now. Others' short transactions, PostgreSQL's own too, may hold a roller back. */
  async function rollUpAll(): Promise<void> {
    const { rows } = await books.database.query<{ now: string }>('SELECT pg_current_xact_id()::text AS now');
    await until(async () => {
      await rollUpUsage(books.database);
      const marks = await books.database.query(
        'SELECT FROM usage_rollup_definitions WHERE watermark <= $1::text::xid8',
        [rows[0]!.now],
      );
      return marks.rowCount === 0;
    }, 'everything is rolled up');
  }

  const newCustomers = () => [randomUUID(), randomUUID(), randomUUID()];
  const spanOf = (customerId: string, [a, b]: readonly number[]): UsageWindow =>
    windowOf(customerId, new Date(Math.min(a!, b!)), new Date(Math.max(a!, b!)));
  const wholeTime = (customerId: string) => spanOf(customerId, [first, last]);

  const windows = fc.array(
    fc.record({ customer: fc.nat(2), ends: fc.uniqueArray(instant, { minLength: 2, maxLength: 2 }) }),
    { minLength: 1, maxLength: 4 },
  );

  it('answer exactly as the raw events do, whatever was stored, left open, rolled up and rebuilt before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), windows, async (steps, asked) => {
        const customers = newCustomers();
        const all = asked.map(({ customer, ends }) => spanOf(customers[customer]!, ends));
        const open: { sql: Sql; end(commits: boolean): Promise<void> }[] = [];
        try {
          for (const one of steps) {
            if (one.does === 'store') await store(books.database, one.events, customers);
            if (one.does === 'open' && open.length < 3) {
              const client = await books.database.pool.connect();
              await client.query('BEGIN');
              const end = async (commits: boolean) => {
                await client.query(commits ? 'COMMIT' : 'ROLLBACK');
                client.release();
              };
              open.push({ sql: client as Sql, end });
              await store(client as Sql, one.events, customers);
            }
            if (one.does === 'close') await open.shift()?.end(one.commits);
            if (one.does === 'roll') await rollUpUsage(books.database, one);
            if (one.does === 'rebuild') await rebuildRollups(books.database);
            assert.deepEqual(await differences(all), [], one.does);
          }
        } finally {
          for (const one of open) await one.end(true);
        }
      }),
      { numRuns: 25 },
    );
  }).timeout(120_000);

  it('answer exactly as the raw events do while senders and two rollers are at work', async () => {
    const customers = newCustomers();
    let sending = true;
    const sender = async (seed: number) => {
      for (const events of fc.sample(sent, { seed, numRuns: 60 })) await store(books.database, events, customers);
    };
    const roller = async () => {
      while (sending) await rollUpUsage(books.database, { eventsPerStep: 7 });
    };
    const reader = async () => {
      let looks = 0;
      for (; sending; looks += 1) assert.deepEqual(await differences(customers.map(wholeTime)), []);
      return looks;
    };
    const [looks] = await Promise.all([
      reader(),
      roller(),
      roller(),
      Promise.all([1, 2, 3].map(sender)).finally(() => {
        sending = false;
      }),
    ]);
    assert.ok(looks > 0, 'looks > 0');
    await rollUpAll();
    assert.deepEqual(await differences(customers.map(wholeTime)), []);
  }).timeout(60_000);

  it('hold what was rolled up: the answer no longer comes from the events', async () => {
    const customers = newCustomers();
    const events = [1, 2].map((value) => ({ customer: 0, type: 'arrival', at: first, properties: { value } }));
    await store(books.database, events, customers);
    await rollUpAll();
    await books.database.query('UPDATE usage_rollups SET quantity = quantity + 4 WHERE customer_id = $1', [
      customers[0],
    ]);
    const window = wholeTime(customers[0]!);
    const found = await aggregateRolledUsage(books.database, [window], quantities);
    assert.equal(quantityIn(found, window.id, 'arrivals-0').quantity, '7');
    assert.equal((await differences([window])).length > 0, true, 'the comparison of this file sees a wrong rollup');
    await rebuildRollups(books.database);
    await rollUpAll();
    assert.deepEqual(await differences([window]), []);
  });

  it('keep one row an hour for all values that no price names', async () => {
    const customers = newCustomers();
    const origins = ['EWR', 'BOS', 'SFO', null, 'JFK', 'LGA'];
    await store(
      books.database,
      origins.map((origin) => ({
        customer: 0,
        type: 'departure',
        at: first,
        properties: { origin, cancelled: false },
      })),
      customers,
    );
    await rollUpAll();
    const { rows } = await books.database.query(
      `SELECT r.filter_values AS values, r.event_count::int AS count FROM usage_rollups r
       JOIN usage_rollup_definitions d ON d.id = r.definition_id JOIN meters m ON m.id = d.meter_id AND m.key = 'departures'
       WHERE customer_id = $1 ORDER BY r.filter_values`,
      [customers[0]],
    );
    assert.deepEqual(rows, [
      { values: [null, 'JFK'], count: 1 },
      { values: [null, 'LGA'], count: 1 },
      { values: [null, null], count: 4 },
    ]);
  });

  it('wait for a transaction that is still open, and count what it wrote once it has ended', async () => {
    const customers = newCustomers();
    const event = { customer: 0, type: 'arrival', at: first, properties: { value: 1 } };
    await rollUpAll();
    const slow = await books.database.pool.connect();
    await slow.query('BEGIN');
    await store(slow as Sql, [event], customers);
    await store(books.database, [event], customers);
    assert.equal((await rollUpUsage(books.database)).events, 0n, 'the later one waits behind the earlier');
    assert.ok((await readRollupLagSeconds(books.database)) > 0, 'the lag is seen');
    await slow.query('COMMIT');
    slow.release();
    await rollUpAll();
    assert.equal(await readRollupLagSeconds(books.database), 0);
    assert.deepEqual(await differences([wholeTime(customers[0]!)]), []);
  });

  it('are replaced when a plan asks for more, and the old definition answers until the new one has caught up', async () => {
    const customers = newCustomers();
    const value = { customer: 0, type: 'arrival', at: first, properties: { value: 1, origin: 'JFK' } };
    await store(books.database, [value, value, value], customers);
    await rollUpAll();
    const before = await readRollups(books.database, ['arrivals']);
    await apply(books.database, 'more', { arrivals: [{ origin: ['JFK'] }] });
    await rollUpUsage(books.database, { eventsPerStep: 1, maxSteps: 1 });
    const between = await readRollups(books.database, ['arrivals']);
    assert.deepEqual(
      between.map(({ filters }) => filters),
      [{}, { origin: ['JFK'] }],
    );
    assert.equal(between[0]?.id, before[0]?.id, 'the old one is asked first');
    assert.deepEqual(await differences([wholeTime(customers[0]!)]), []);
    await rollUpAll();
    const after = await readRollups(books.database, ['arrivals']);
    assert.deepEqual(
      after.map(({ filters }) => filters),
      [{ origin: ['JFK'] }],
    );
    assert.deepEqual(await differences([wholeTime(customers[0]!)]), []);
    const orphans = `SELECT FROM usage_rollups WHERE definition_id NOT IN (SELECT id FROM usage_rollup_definitions)`;
    assert.equal((await books.database.query(orphans)).rowCount, 0);
  });

  for (const [what, restored] of [
    ['another cluster', 'cluster_id = cluster_id + 1'],
    ['a later time, with transaction numbers that are still to come', `watermark = '9000000000000000000'`],
  ] as const) {
    it(`of ${what} are not believed, and made anew`, async () => {
      const customers = newCustomers();
      const event = { customer: 0, type: 'arrival', at: first, properties: { value: 1 } };
      await store(books.database, [event], customers);
      await rollUpAll();
      const old = await readRollups(books.database, ['arrivals']);
      await books.database.query(`UPDATE usage_rollup_definitions SET ${restored}`);
      await store(books.database, [event], customers);
      assert.deepEqual(await readRollups(books.database, ['arrivals']), []);
      assert.deepEqual(await differences([wholeTime(customers[0]!)]), []);
      await rollUpAll();
      const [made] = await readRollups(books.database, ['arrivals']);
      assert.notEqual(made?.id, old[0]?.id);
      assert.deepEqual(await differences([wholeTime(customers[0]!)]), []);
    });
  }
});
