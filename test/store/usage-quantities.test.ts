import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Filter } from '../../src/domain/rating/filter.ts';
import type { Meter } from '../../src/domain/rating/meter.ts';
import { ensurePartitions, insertUsageEvents } from '../../src/store/usage-events.ts';
import { aggregateUsage } from '../../src/store/usage-quantities.ts';
import { countUsage, type SentEvent } from '../billing/oracle.ts';
import { equal, rational } from '../domain/support/rational.ts';
import { useTestDatabase } from '../support/database.ts';
import { quantityIn, windowOf } from './usage-support.ts';

// A short time with both its ends at a border of months, so that windows and events often meet to the millisecond.
const first = Date.parse('2013-01-31T23:59:59.990Z');
const last = Date.parse('2013-02-01T00:00:00.010Z');
const instant = fc.integer({ min: first, max: last });

const value = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.integer({ min: -99_999, max: 99_999 }).map((thousandths) => thousandths / 1_000),
  fc.constantFrom(
    '12.50',
    '-3',
    '007',
    '1234567890123456789012345.5',
    '12345678901234567890123456',
    '1e3',
    '+1',
    ' 1',
    'JFK',
    '',
    '٣',
  ),
  fc.constantFrom(null, true, [1], { a: 1 }),
);
const properties = fc.record({ value, origin: fc.constantFrom('JFK', 'LGA', 3, true, null) }, { requiredKeys: [] });

const filter = fc.oneof(
  fc.constant<Filter>({}),
  fc.uniqueArray(fc.constantFrom('JFK', 'LGA', '3', 'true'), { minLength: 1 }).map((origin): Filter => ({ origin })),
  fc.constant<Filter>({ origin: ['JFK', 'LGA'], value: ['1', '12.50'] }),
);
const meter = fc
  .tuple(
    fc.constantFrom('departure', 'arrival'),
    fc.constantFrom('count', 'sum', 'max', 'latest', 'unique_count'),
    filter,
  )
  .map(([eventType, aggregation, filter]): Meter => {
    const read = { key: 'meter', name: 'Meter', eventType, aggregation, filter };
    return aggregation === 'count' ? read : { ...read, property: 'value' };
  });

const world = fc.record({
  events: fc.array(
    fc.record({
      customer: fc.nat(1),
      type: fc.constantFrom('departure', 'arrival'),
      at: instant,
      source: fc.constantFrom('gate', 'Tower'),
      properties,
    }),
    { maxLength: 40 },
  ),
  windows: fc.array(fc.record({ customer: fc.nat(1), ends: fc.uniqueArray(instant, { minLength: 2, maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 5,
  }),
  quantities: fc.array(fc.record({ meter, filter }), { minLength: 1, maxLength: 6 }),
});

describe('aggregateUsage', () => {
  const books = useTestDatabase();

  before(async () => {
    await ensurePartitions(books.database, [new Date(first), new Date(last)]);
  });

  /** Every quantity that differs from the second computation, whose windows may be told wrong on purpose. */
  async function differences(
    { events, windows, quantities }: typeof world extends fc.Arbitrary<infer T> ? T : never,
    oracleEnd = (end: number) => end,
  ): Promise<string[]> {
    const customers = [randomUUID(), randomUUID()];
    const sent: SentEvent[] = events.map(({ customer, ...event }, index) => {
      const id = `${customers[0]} ${String.fromCharCode(65 + (index % 60))}${index}`;
      return { ...event, id, customerId: customers[customer]! };
    });
    const contentHash = '00'.repeat(32);
    await insertUsageEvents(
      books.database,
      sent.map(({ at, id, ...event }) => ({ ...event, eventId: id, occurredAt: new Date(at), contentHash })),
    );
    const asked = windows.map(({ customer, ends }) =>
      windowOf(customers[customer]!, new Date(Math.min(...ends)), new Date(Math.max(...ends))),
    );
    const wanted = quantities.map((quantity) => ({ id: randomUUID(), ...quantity }));
    const answers = await aggregateUsage(books.database, asked, wanted);
    return asked.flatMap((window) =>
      wanted.flatMap((quantity) => {
        const found = quantityIn(answers, window.id, quantity.id);
        const [start, end] = [window.startAt.getTime(), oracleEnd(window.endAt.getTime())];
        const oracle = countUsage(sent, quantity.meter, quantity.filter, { ...window, start, end });
        const same =
          equal(rational(found.quantity), oracle.quantity) &&
          found.eventCount === oracle.eventCount &&
          found.skippedCount === oracle.skippedCount;
        return same ? [] : [`${JSON.stringify(quantity)}: ${Object.values(found)} instead of ${Object.values(oracle)}`];
      }),
    );
  }

  it('agrees with a second computation for all aggregations and filters, over any windows', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        assert.deepEqual(await differences(given), []);
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);

  it('is held against one that would notice an event on the wrong side of a window’s end', async () => {
    const { failed } = await fc.check(
      fc.asyncProperty(world, async (given) => {
        assert.deepEqual(await differences(given, (end) => end + 1), []);
      }),
      { numRuns: 300, endOnFailure: true },
    );
    assert.equal(failed, true);
  }).timeout(60_000);

  it('takes of events at the same instant the last by source and then by id as the latest', async () => {
    const customerId = randomUUID();
    const occurredAt = new Date(first);
    const event = { customerId, type: 'tie', occurredAt, contentHash: '00'.repeat(32) };
    const sent = [
      ['gate', 'Z9', 1],
      ['tower', 'A1', 2],
      ['tower', 'B1', 3],
      ['tower', 'A2', 4],
      ['Tower', 'Z9', 5],
    ] as const;
    await insertUsageEvents(
      books.database,
      sent.map(([source, id, value]) => ({ ...event, source, eventId: `${id} ${customerId}`, properties: { value } })),
    );
    const meter: Meter = { key: 'm', name: 'M', eventType: 'tie', aggregation: 'latest', property: 'value' };
    const window = windowOf(customerId, occurredAt, new Date(first + 1));
    const answers = await aggregateUsage(books.database, [window], [{ id: 'tie', meter }]);
    assert.equal(quantityIn(answers, window.id, 'tie').quantity, '3');
  });

  it('reads the fractions that programs compute to the twenty decimals that can be rated', async () => {
    const customerId = randomUUID();
    const occurredAt = new Date(first);
    const event = { customerId, type: 'compute', occurredAt, contentHash: '00'.repeat(32), source: 'gate' };
    const hours = [1.2345678901234568e-5, 1e-7, 0.1 + 0.2, 5e-324];
    await insertUsageEvents(
      books.database,
      hours.map((value, index) => ({ ...event, eventId: `${customerId} ${index}`, properties: { value } })),
    );
    const meter: Meter = { key: 'm', name: 'M', eventType: 'compute', aggregation: 'sum', property: 'value' };
    const window = windowOf(customerId, occurredAt, new Date(first + 1));
    const answers = await aggregateUsage(books.database, [window], [{ id: 'all', meter }]);
    // 0.00001234567890123457 + 0.0000001 + 0.30000000000000004 + 0
    const expected = { quantity: '0.30001244567890127457', eventCount: 4n, skippedCount: 0n };
    assert.deepEqual(quantityIn(answers, window.id, 'all'), expected);
  });

  it('answers more quantities than fit into one query', async () => {
    const customerId = randomUUID();
    const occurredAt = new Date(first);
    const event = { customerId, type: 'many', occurredAt, contentHash: '00'.repeat(32), source: 'gate' };
    await insertUsageEvents(
      books.database,
      [1, 2, 3].map((size) => ({ ...event, eventId: `${customerId} ${size}`, properties: { size } })),
    );
    const sizeIs = (size: number): Filter => ({ size: [String(size)] });
    const quantities = Array.from({ length: 250 }, (_, index) => ({
      id: String(index),
      meter: { key: 'm', name: 'M', eventType: 'many', aggregation: 'sum' as const, property: 'size' },
      filter: sizeIs(index % 5),
    }));
    const window = windowOf(customerId, occurredAt, new Date(first + 1));
    const answers = await aggregateUsage(books.database, [window], quantities);
    assert.equal(answers.get(window.id)?.size, 250);
    for (const { id } of quantities) {
      assert.equal(quantityIn(answers, window.id, id).quantity, String([0, 1, 2, 3, 0][Number(id) % 5]));
    }
  });
});
