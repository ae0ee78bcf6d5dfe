import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { ReadAs, Reading } from '../../src/domain/rating/measure/reading.ts';
import { measureReading, type UsageEvent } from '../../src/domain/rating/measure.ts';
import { aggregations, type Meter, windows as meterWindows, overs, parseMeter } from '../../src/domain/rating/meter.ts';
import type { Measured } from '../../src/domain/rating/usage.ts';
import { ensurePartitions, insertUsageEvents } from '../../src/store/usage-events.ts';
import { aggregateUsage, aggregateUsageUntil } from '../../src/store/usage-quantities.ts';
import { useTestDatabase } from '../support/database.ts';
import { quantityIn, windowOf } from './usage-support.ts';

const minuteMs = 60_000;

/** Places and instants at which their clocks change, forward and back, by an hour and by half of one; and one that never does. */
const places = [
  { zone: 'Europe/Berlin', at: Date.parse('2026-03-29T01:00:00Z') },
  { zone: 'Europe/Berlin', at: Date.parse('2026-10-25T01:00:00Z') },
  { zone: 'Australia/Lord_Howe', at: Date.parse('2026-04-04T15:00:00Z') },
  { zone: 'Australia/Lord_Howe', at: Date.parse('2026-10-03T15:30:00Z') },
  { zone: 'Asia/Kathmandu', at: Date.parse('2026-05-31T18:15:00Z') },
] as const;

// Half hours around the change, and the milliseconds beside them: often the same, and often the end of a window.
const offset = fc
  .tuple(fc.integer({ min: -9, max: 9 }), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([halfHours, ms]) => 30 * minuteMs * halfHours + ms);

const number = fc.oneof(
  fc.integer({ min: -5, max: 9 }),
  fc.constantFrom(0.1, -2.5, 1e-7, 1.5e21, '12.50', '007', '-3', '0.00000000000000000001'),
);
const value = fc.oneof(
  { weight: 5, arbitrary: number },
  fc.constantFrom(null, 'JFK', '1e3', '', true, [1, 'a'], { bb: 1, a: 2 }),
);
const properties = fc.record(
  {
    value,
    amount: fc.oneof({ weight: 4, arbitrary: number }, fc.constant('none')),
    region: fc.constantFrom('eu', 'us', 3, null, '', '\u{1f600}', '\uff5e', 1e21),
    tier: fc.constantFrom('a', 'b', true),
    does: fc.constantFrom('add', 'add', 'remove', 'remove', 'forget', null),
  },
  { requiredKeys: [] },
);

const meter = fc
  .record({
    aggregation: fc.constantFrom(...aggregations),
    window: fc.option(fc.constantFrom(...meterWindows), { nil: undefined }),
    over: fc.constantFrom(...overs),
    percentile: fc.constantFrom('7', '50', '99.9', '100', '0.00000000000000000001', '33.333'),
    operates: fc.boolean(),
    carries: fc.boolean(),
    negatives: fc.constantFrom('taken', 'skipped'),
    filter: fc.option(fc.constantFrom({ tier: ['a', 'true'] }, { region: ['eu', '3'] }), { nil: undefined }),
  })
  .map(({ aggregation, window, over, percentile, operates, carries, negatives, filter }): Meter => {
    const isCounting = aggregation === 'count' || aggregation === 'unique_count';
    const operationProperty = operates && aggregation === 'unique_count';
    const canCarry = ['sum', 'latest', 'weighted_sum'].includes(aggregation) || operationProperty;
    const carriesOn = carries && canCarry;
    const hasWindow = window !== undefined && !carriesOn && aggregation !== 'weighted_sum';
    return parseMeter(
      {
        key: 'meter',
        name: 'Meter',
        eventType: 'use',
        aggregation,
        ...(aggregation !== 'count' && { property: 'value' }),
        ...(filter && { filter }),
        ...(hasWindow && { window, over }),
        ...(aggregation === 'percentile' && { percentile }),
        ...(operationProperty && { operationProperty: 'does' }),
        ...(carriesOn && { carries }),
        ...(!isCounting && { negatives }),
      },
      'meter',
    );
  });

const as = fc.oneof(
  fc.constantFrom<ReadAs>(
    { reads: 'quantity' },
    { reads: 'spans' },
    { reads: 'carried', amountProperty: 'amount' },
    { reads: 'cells', properties: ['region', 'tier'] },
    { reads: 'transactions', terms: { rate: '2.5' } },
  ),
  fc
    .record(
      {
        freeTransactions: fc.constantFrom('1', '2'),
        freeAmount: fc.constantFrom('5', '0.3'),
        transactionMinimum: fc.constant('0.1'),
        transactionMaximum: fc.constant('0.2'),
      },
      { requiredKeys: [] },
    )
    .map((bounds): ReadAs => ({ reads: 'transactions', terms: { rate: '2.5', fixedAmount: '0.01', ...bounds } })),
);
const reading: fc.Arbitrary<Reading> = fc.record(
  { as, groupBy: fc.constantFrom(['region'], ['tier', 'region']), filter: fc.constantFrom({ tier: ['a', 'b'] }) },
  { requiredKeys: ['as'] },
);

const world = fc.record({
  events: fc.array(
    fc.record({
      customer: fc.nat(places.length - 1),
      offset,
      type: fc.constantFrom('use', 'use', 'use', 'other'),
      source: fc.constantFrom('gate', 'Tower', '\uff5e', '\u{1f600}'),
      properties,
    }),
    { minLength: 20, maxLength: 120 },
  ),
  windows: fc.array(
    fc.record({
      customer: fc.nat(places.length - 1),
      ends: fc.uniqueArray(offset, { minLength: 2, maxLength: 2 }),
      before: fc.constantFrom(0, 7 * minuteMs),
      after: fc.constantFrom(0, 11 * minuteMs),
    }),
    { minLength: 4, maxLength: 10 },
  ),
  readings: fc.array(fc.record({ meter, reading }), { minLength: 8, maxLength: 16 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** All of it as text: quotients in lowest terms, instants, counts. */
const told = (measured: readonly Measured[]) =>
  JSON.stringify(measured, (_, part) =>
    typeof part === 'bigint'
      ? String(part)
      : typeof part?.compare === 'function'
        ? `${part.s * part.n}/${part.d}`
        : part,
  );

describe('what prices read of usage', () => {
  const books = useTestDatabase();
  let compared = 0;
  let measuring = 0;

  before(async () => {
    await ensurePartitions(
      books.database,
      places.map(({ at }) => new Date(at)),
    );
  });

  /** Whatever PostgreSQL and the plain functions answer differently, of each window and each reading. */
  async function differences({ events, windows, readings }: World, endOf = (end: number) => end): Promise<string[]> {
    const customers = places.map(() => randomUUID());
    const run = randomUUID();
    const sent = events.map(({ customer, offset: away, ...event }, index) => ({
      ...event,
      customer,
      id: `${run} ${String.fromCharCode(65 + (index % 60))}${index}`,
      occurredAt: new Date(places[customer]!.at + away),
    }));
    await insertUsageEvents(
      books.database,
      sent.map(({ customer, id, ...event }) => ({
        ...event,
        eventId: id,
        customerId: customers[customer]!,
        contentHash: '00'.repeat(32),
      })),
    );
    const asked = windows.map(({ customer, ends, before: earlier, after }) => {
      const { at, zone } = places[customer]!;
      const [from, to] = [at + Math.min(...ends), at + Math.max(...ends)];
      const cycle = { cycleStartAt: new Date(from - earlier), cycleEndAt: new Date(to + after + 1_000) };
      return { customer, window: windowOf(customers[customer]!, new Date(from), new Date(to), { ...cycle, zone }) };
    });
    const wanted = readings.map((one, index) => ({ id: String(index), meter: one.meter, ...one.reading }));
    const answers = await aggregateUsage(
      books.database,
      asked.map(({ window }) => window),
      wanted,
    );
    return asked.flatMap(({ customer, window }) => {
      const own: UsageEvent[] = sent.filter((event) => event.customer === customer);
      const measured = { ...window, endAt: new Date(endOf(window.endAt.getTime())) };
      return readings.flatMap(({ meter: one, reading: how }, index) => {
        const found = answers.get(window.id)?.get(String(index)) ?? [];
        const expected = measureReading(how, one, own, measured, window);
        compared += 1;
        if (expected.length > 0) measuring += 1;
        return told(found) === told(expected)
          ? []
          : [`${JSON.stringify({ one, how })}: ${told(found)} instead of ${told(expected)}`];
      });
    });
  }

  it('is the same in PostgreSQL and in the plain functions that a preview asks, whatever the meter and the model', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        assert.deepEqual(await differences(given), []);
      }),
      { numRuns: 60 },
    );
    assert.ok(
      compared > 2_000 && measuring > 1_000,
      `${compared} comparisons, ${measuring} of them with something measured`,
    );
  }).timeout(240_000);

  it('is held against functions that would notice an event on the wrong side of a window’s end', async () => {
    const { failed } = await fc.check(
      fc.asyncProperty(world, async (given) => {
        assert.deepEqual(await differences(given, (end) => end + 1), []);
      }),
      { numRuns: 60, endOnFailure: true },
    );
    assert.equal(failed, true);
  }).timeout(120_000);

  it('leaves out what was received later than an instant, before the window too', async () => {
    const customerId = randomUUID();
    const event = { customerId, type: 'seats', source: 'gate', contentHash: '00'.repeat(32) };
    const [start, end] = [new Date(places[0].at), new Date(places[0].at + 60 * minuteMs)];
    await insertUsageEvents(books.database, [
      { ...event, eventId: `${customerId} 1`, occurredAt: new Date(start.getTime() - 1), properties: { value: 4 } },
    ]);
    const { rows } = await books.database.query<{ now: Date }>(`SELECT clock_timestamp()::timestamptz(3) AS now`);
    const cutAt = rows[0]!.now;
    // Instants are kept to the millisecond: the next events are to be of another one.
    await books.database.query(`SELECT pg_sleep(0.002)`);
    await insertUsageEvents(books.database, [
      { ...event, eventId: `${customerId} 2`, occurredAt: new Date(start.getTime() - 1), properties: { value: 8 } },
      { ...event, eventId: `${customerId} 3`, occurredAt: start, properties: { value: 16 } },
    ]);
    const window = windowOf(customerId, start, end);
    const meter = parseMeter(
      { key: 'm', name: 'M', eventType: 'seats', aggregation: 'sum', property: 'value', carries: true },
      'meter',
    );
    const quantity = { id: 'seats', meter, as: { reads: 'spans' } as const };
    const quantities = async (aggregate: typeof aggregateUsage) =>
      (await aggregate(books.database, [window], [quantity]))
        .get(window.id)
        ?.get('seats')
        ?.map(({ usage, eventCount }) => [usage.quantity, usage.spans?.[0]?.quantity, eventCount].map(String));
    assert.deepEqual(await quantities(aggregateUsage), [['28', '28', '1']]);
    assert.deepEqual(await quantities(aggregateUsageUntil(cutAt)), [['4', '4', '0']]);
  });

  it('takes the nearest rank where a binary fraction would be a little above it', async () => {
    const customerId = randomUUID();
    const start = new Date(places[0].at);
    await insertUsageEvents(
      books.database,
      Array.from({ length: 100 }, (_, index) => ({
        customerId,
        type: 'ranked',
        source: 'gate',
        eventId: `${customerId} ${index}`,
        occurredAt: start,
        properties: { value: 100 - index },
        contentHash: '00'.repeat(32),
      })),
    );
    const window = windowOf(customerId, start, new Date(start.getTime() + 1));
    // Of 1 to 100 each percentile is itself; 0.07 × 100 is 7.000000000000001 in binary.
    const percentiles = ['7', '14', '28', '29', '55', '56', '57', '58', '100'];
    const ranked = { key: 'm', name: 'M', eventType: 'ranked', aggregation: 'percentile', property: 'value' };
    const wanted = percentiles.map((percentile) => ({
      id: percentile,
      meter: parseMeter({ ...ranked, percentile }, 'm'),
    }));
    const answers = await aggregateUsage(books.database, [window], wanted);
    assert.deepEqual(
      percentiles.map((id) => quantityIn(answers, window.id, id).quantity),
      percentiles,
    );
  });

  it('tells transactions apart in their order over more rows than a page has', async () => {
    const customerId = randomUUID();
    const start = places[4].at;
    const count = 12_345;
    await insertUsageEvents(
      books.database,
      Array.from({ length: count }, (_, index) => ({
        customerId,
        type: 'pay',
        source: 'gate',
        eventId: `${customerId} ${index}`,
        occurredAt: new Date(start + index),
        properties: { value: index < 2_000 ? 10 : 20 },
        contentHash: '00'.repeat(32),
      })),
    );
    const meter = parseMeter({ key: 'm', name: 'M', eventType: 'pay', aggregation: 'sum', property: 'value' }, 'meter');
    const window = windowOf(customerId, new Date(start), new Date(start + count));
    const terms = { rate: '1', freeTransactions: '3000' };
    const answers = await aggregateUsage(
      books.database,
      [window],
      [{ id: 'p', meter, as: { reads: 'transactions', terms } }],
    );
    const totals = answers.get(window.id)?.get('p')?.[0]?.usage.transactions;
    // The first 3,000 are free: 2,000 of 10 and 1,000 of 20, 40,000 in all. 9,345 of 20 pay: 186,900.
    assert.deepEqual(
      [totals?.count, totals?.freeCount, totals?.freeSum, totals?.plainCount, totals?.plainSum].map(String),
      ['12345', '3000', '40000', '9345', '186900'],
    );
  }).timeout(60_000);
});
