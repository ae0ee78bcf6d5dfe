import assert from 'node:assert/strict';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { addCustomer, openBooks } from '../support/books.ts';
import { useTestDatabase } from '../support/database.ts';
import { departure, statuses, storedEvents } from './support.ts';

describe('recordUsage', () => {
  const books = useTestDatabase();
  let b6 = '';

  before(async () => {
    await openBooks(books.database);
    b6 = (await addCustomer(books.database, 'B6')).id;
    await addCustomer(books.database, 'UA');
    await addCustomer(books.database, 'live', 'real');
  });

  const record = (...events: unknown[]) => recordUsage(books.database, events);
  const stored = (source: string) => storedEvents(books.database, source);

  it('stores an event once, in the partition of its UTC month, with exactly what was sent', async () => {
    const event = departure('1', {
      source: 'once',
      properties: { miles: 2475, fare: '199.90', seats: [1, null, true] },
    });
    assert.deepEqual(await record(event), [{ index: 0, id: '1', status: 'accepted' }]);
    assert.deepEqual(await stored('once'), [
      {
        id: '1',
        at: new Date('2013-02-01T04:59:00Z'),
        month: 'usage_events_2013_02',
        properties: { miles: 2475, fare: '199.90', seats: [1, null, true] },
      },
    ]);
  });

  it('knows the same event again, however it is written', async () => {
    await record(departure('1', { source: 'again', properties: { a: 1, b: { c: 2, d: 1.5 } } }));
    const [outcome] = await record({
      properties: { b: { d: 1.5, c: 2.0 }, a: 1 },
      type: 'departure',
      occurredAt: '2013-02-01T04:59:00.000999Z',
      customer: b6.toUpperCase(),
      source: 'again',
      id: '1',
    });
    assert.equal(outcome?.status, 'duplicate');
    assert.equal((await stored('again')).length, 1);
  });

  it('keeps the stored event when another one comes under its id', async () => {
    await record(departure('1', { source: 'other', properties: { miles: 1 } }));
    const others = [
      departure('1', { source: 'other', properties: { miles: 2 } }),
      departure('1', { source: 'other', properties: { miles: 1 }, type: 'arrival' }),
      departure('1', { source: 'other', properties: { miles: 1 }, customer: 'UA' }),
      departure('1', { source: 'other', properties: { miles: 1 }, occurredAt: '2013-01-31T23:59:00.001-05:00' }),
      departure('1', { source: 'other', properties: {} }),
    ];
    for (const event of others) {
      const [outcome] = await record(event);
      assert.ok(outcome?.status === 'conflict', "outcome?.status === 'conflict'");
      assert.equal(outcome.error.code, 'event-conflict');
    }
    assert.deepEqual((await stored('other'))[0]?.properties, { miles: 1 });
  });

  it('takes the same id from two sources as two events', async () => {
    const outcomes = await record(
      departure('1', { source: 'gate' }),
      departure('1', { source: 'tower' }),
      departure('1'),
    );
    assert.deepEqual(statuses(outcomes), ['accepted', 'accepted', 'accepted']);
    assert.equal((await stored('api')).length, 1, 'source is api unless said otherwise');
  });

  it('answers copies inside of one batch as if they had come one after the other', async () => {
    const a = departure('1', { source: 'copies', properties: { v: 'a' } });
    const b = departure('1', { source: 'copies', properties: { v: 'b' } });
    assert.deepEqual(statuses(await record(a, a, b, a)), ['accepted', 'duplicate', 'conflict', 'duplicate']);
    // The stored event decides, not the first of the batch.
    assert.deepEqual(statuses(await record(b, a, b)), ['conflict', 'duplicate', 'conflict']);
  });

  it('stores the good events of a batch beside every kind of bad one', async () => {
    const bad: [unknown, code: string, field: string | null][] = [
      [null, 'event-invalid', null],
      [[], 'event-invalid', null],
      ['text', 'event-invalid', null],
      [{}, 'event-invalid', 'id'],
      [departure('x', { id: 7 }), 'event-invalid', 'id'],
      [departure(''), 'event-invalid', 'id'],
      [departure('x'.repeat(256)), 'event-invalid', 'id'],
      [departure('\u{1f6eb}'.repeat(256)), 'event-invalid', 'id'],
      [departure('nul\0'), 'event-invalid', 'id'],
      [departure('half \ud83d'), 'event-invalid', 'id'],
      [departure('x', { source: '' }), 'event-invalid', 'source'],
      [departure('x', { customer: undefined }), 'event-invalid', 'customer'],
      [departure('x', { type: null }), 'event-invalid', 'type'],
      [departure('x', { occuredAt: '2013-01-01T00:00:00Z' }), 'event-invalid', 'occuredAt'],
      [departure('x', { occurredAt: 1_356_998_400 }), 'event-invalid', 'occurredAt'],
      [departure('x', { properties: null }), 'event-invalid', 'properties'],
      [departure('x', { properties: [1] }), 'event-invalid', 'properties'],
      [departure('x', { properties: { n: 9_007_199_254_740_992 } }), 'event-invalid', 'properties.n'],
      [departure('x', { properties: { n: Number.POSITIVE_INFINITY } }), 'event-invalid', 'properties.n'],
      [departure('x', { properties: { a: { b: ['ok', 'nul\0'] } } }), 'event-invalid', 'properties.a.b[1]'],
      [departure('x', { properties: { 'half \udc00': 1 } }), 'event-invalid', 'properties'],
      [departure('x', { properties: { text: 'x'.repeat(8_192) } }), 'event-invalid', 'properties'],
      [departure('x', { properties: { a: { b: { c: { d: { e: {} } } } } } }), 'event-invalid', 'properties.a.b.c.d.e'],
      [departure('x', { properties: keys(51) }), 'event-invalid', 'properties'],
      [departure('x', { customer: 'XX' }), 'event-customer-unknown', 'customer'],
      [departure('x', { occurredAt: '1999-12-31T23:59:59Z' }), 'event-too-early', 'occurredAt'],
      [departure('x', { occurredAt: '2013-03-04T05:00:00.001Z' }), 'event-too-late', 'occurredAt'],
    ];
    const mixed = bad.flatMap(([event], index) => [departure(`good ${index}`, { source: 'mixed' }), event]);
    const outcomes = await record(...mixed);
    assert.deepEqual(
      outcomes.map(({ index }) => index),
      mixed.map((_, index) => index),
    );
    for (const [index, [, code, field]] of bad.entries()) {
      const [good, refused] = [outcomes[2 * index]!, outcomes[2 * index + 1]!];
      assert.equal(good.status, 'accepted');
      assert.ok(refused.status === 'rejected', JSON.stringify(refused));
      assert.deepEqual([refused.error.code, refused.error.field], [code, field], refused.error.reason);
      assert.ok(
        refused.error.reason.length > 0 && refused.error.mend.length > 0,
        'refused.error.reason.length > 0 && refused.error.mend.length > 0',
      );
    }
    assert.equal((await stored('mixed')).length, bad.length);
  });

  it('looks no further into an event than what could be taken', async () => {
    const trap = (list: unknown[]) =>
      Object.defineProperty(list, 5_000, {
        get: () => {
          throw new Error('looked at');
        },
      });
    const outcomes = await record(
      departure('list', { properties: { list: trap(new Array(1_000_000).fill(0)) } }),
      departure('lists', { properties: { lists: trap(new Array(1_000_000).fill([])) } }),
    );
    assert.deepEqual(statuses(outcomes), ['rejected', 'rejected']);
    const longest = [new Array(4_000).fill(0)];
    assert.deepEqual(statuses(await record(departure('longest list', { properties: { longest } }))), ['accepted']);
  });

  it('takes what stands exactly at a limit', async () => {
    const outcomes = await record(
      departure('x'.repeat(255), { source: 'limits' }),
      departure('\u{1f6eb}'.repeat(255), { source: 'limits' }),
      departure('keys', { source: 'limits', properties: keys(50) }),
      departure('depth', { source: 'limits', properties: { a: { b: { c: { d: { e: 1 } } } } } }),
      departure('bytes', { source: 'limits', properties: { text: 'x'.repeat(8_192 - '{"text":""}'.length) } }),
      departure('whole', { source: 'limits', properties: { n: Number.MAX_SAFE_INTEGER, m: -1e-7, z: -0 } }),
      departure('first', { source: 'limits', occurredAt: '2000-01-01T00:00:00Z' }),
      departure('last', { source: 'limits', occurredAt: '2013-03-04T05:00:00Z' }),
      departure('none', { source: 'limits', properties: undefined }),
    );
    assert.deepEqual(
      statuses(outcomes),
      outcomes.map(() => 'accepted'),
    );
  });

  it('reads instants with Z or an offset and refuses what leaves anything open', async () => {
    const good: [string, string][] = [
      ['2013-01-31T23:59:59Z', '2013-01-31T23:59:59.000Z'],
      ['2013-01-31t23:59:59.5z', '2013-01-31T23:59:59.500Z'],
      ['2012-02-29T00:00:00+14:00', '2012-02-28T10:00:00.000Z'],
      ['2013-01-01T00:00:00.123999999-05:00', '2013-01-01T05:00:00.123Z'],
    ];
    const bad = [
      '2013-01-31',
      '2013-01-31T23:59:59',
      '2013-02-29T00:00:00Z',
      '2012-06-30T23:59:60Z',
      '2013-01-01T24:00:00Z',
      '2013-01-31 23:59:59Z',
      '2013-01-31T23:59Z',
      '2013-01-31T23:59:59+5',
      '2013-01-01T00:00:00+24:00',
      '1356998400',
      '+002013-01-01T00:00:00Z',
      '2013-01-01T00:00:00Z ',
      '２０１３-01-01T00:00:00Z',
    ];
    const events = [...good.map(([text]) => text), ...bad].map((occurredAt, index) =>
      departure(String(index), { source: 'instants', occurredAt }),
    );
    const outcomes = await record(...events);
    assert.deepEqual(statuses(outcomes), [...good.map(() => 'accepted'), ...bad.map(() => 'rejected')]);
    assert.deepEqual(
      (await stored('instants')).map(({ at }) => at.toISOString()),
      good.map(([, instant]) => instant),
    );
  });

  it('holds events against the clock of their customer', async () => {
    const { rows } = await books.database.query<{ soon: Date; later: Date }>(
      `SELECT now() + interval '50 minutes' AS soon, now() + interval '70 minutes' AS later`,
    );
    const live = (id: string, occurredAt: string) => departure(id, { customer: 'live', source: 'clocks', occurredAt });
    const outcomes = await record(
      live('soon', rows[0]!.soon.toISOString()),
      live('later', rows[0]!.later.toISOString()),
    );
    assert.deepEqual(statuses(outcomes), ['accepted', 'rejected']);
  });

  it('sees that a clock has been advanced since it last took an event of the customer', async () => {
    const { clock } = await createTestClock(
      books.database,
      { name: 'moving', startsAt: '2013-01-01T00:00:00Z', numberPrefix: 'MOVING' },
      'test',
    );
    await addCustomer(books.database, 'moved', 'moving');
    const at = (id: string, occurredAt: string) => departure(id, { customer: 'moved', source: 'moving', occurredAt });
    const sent = () => record(at('soon', '2013-03-01T00:00:00Z'), at('later', '2013-06-01T00:00:00Z'));
    assert.deepEqual(statuses(await sent()), ['accepted', 'rejected']);
    await moveTestClock(books.database, clock.id, new Date('2013-05-01T00:00:00Z'));
    assert.deepEqual(statuses(await sent()), ['duplicate', 'accepted']);
  });

  it('refuses more than 1,000 events at once as a whole', async () => {
    const events = Array.from({ length: 1_001 }, (_, index) => departure(String(index), { source: 'many' }));
    await assert.rejects(recordUsage(books.database, events), { code: 'request-too-large' });
    assert.equal((await stored('many')).length, 0);
  });
});

function keys(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, index]));
}
