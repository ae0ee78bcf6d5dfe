import assert from 'node:assert/strict';
import { recomputeContents } from '../../src/billing/recompute-contents.ts';
import { useTestDatabase } from '../support/database.ts';
import { tamper } from '../support/tamper.ts';
import { type Business, flat, openBusiness } from './business.ts';

describe('The content of events, hashed again', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    customerId = await business.customer('B6', { plan: await business.plan('base', [flat('100')]) });
  });

  const compare = (atMost?: number, cutAt = new Date('2999-01-01T00:00:00Z')) =>
    books.database.transaction(async (sql) => {
      const window = {
        customerId,
        startAt: new Date('2013-01-01T00:00:00Z'),
        endAt: new Date('2013-02-01T00:00:00Z'),
        cutAt,
      };
      const types = ['departure', 'arrival'].map((eventType) => ({ window, eventType }));
      return await recomputeContents(sql, types, atMost);
    });

  it('is what it was, whatever JSON it is, though PostgreSQL writes it in its own way', async () => {
    const properties: Record<string, unknown>[] = [
      {},
      { '\u20ac': 1, '\u{1f600}': 'é', '\ufb33': [null, true, { b: 'x"y\\z', a: [] }], tab: '\t\u007f\u2028' },
      { tiny: 5e-324, small: 1e-7, half: 0.5, zero: -0, big: 9_007_199_254_740_991, odd: 1.7976931348623157e-300 },
      { text: '1e400', digits: '12345678901234567890', '': '', length: 3, constructor: 'x' },
    ];
    await business.use(
      'B6',
      properties.map((each, day) => ({ at: `2013-01-0${day + 1}T10:00:00.00${day}Z`, properties: each })),
    );
    assert.deepEqual(await compare(), [
      { eventType: 'departure', events: 4, compared: 4, changed: 0 },
      { eventType: 'arrival', events: 0, compared: 0, changed: 0 },
    ]);
  });

  // 2,500 events are three pages of a thousand at most, and twenty more are of another type.
  it('is read page by page, and of very many events only a sample', async () => {
    const at = (index: number) => new Date(Date.UTC(2013, 0, 1, 0, index)).toISOString();
    const all = Array.from({ length: 2_520 }, (_, index) => ({
      at: at(index),
      type: index < 2_500 ? 'departure' : 'arrival',
    }));
    for (let from = 0; from < all.length; from += 1_000) await business.use('B6', all.slice(from, from + 1_000));
    await tamper(
      books.database,
      `UPDATE usage_events SET properties = '{"tail": "N1"}' WHERE customer_id = $1 AND event_type = 'departure'`,
      [customerId],
    );
    assert.deepEqual(await compare(), [
      { eventType: 'departure', events: 2_500, compared: 2_500, changed: 2_500 },
      { eventType: 'arrival', events: 20, compared: 20, changed: 0 },
    ]);
    // A tenth of 2,520: 250 of the departures on the average, with a deviation of 15; ten of those are never seen.
    const [departures] = await compare(252);
    assert.equal(departures?.events, 2_500);
    assert.ok(departures.compared > 100 && departures.compared < 400, String(departures.compared));
    assert.equal(departures.changed, departures.compared);
  });

  it('is compared of what had been received when the invoice read its usage, and has a key', async () => {
    await business.use('B6', [{ at: '2013-01-01T10:00:00Z' }, { at: '2013-01-02T10:00:00Z' }]);
    await tamper(
      books.database,
      `DELETE FROM event_keys WHERE (source, event_id) = (SELECT source, event_id FROM usage_events
       WHERE customer_id = $1 ORDER BY occurred_at LIMIT 1)`,
      [customerId],
    );
    assert.deepEqual((await compare())[0], { eventType: 'departure', events: 1, compared: 1, changed: 0 });
    const before = await compare(undefined, new Date('2013-01-01T00:00:00Z'));
    assert.deepEqual(before[0], { eventType: 'departure', events: 0, compared: 0, changed: 0 });
  });
});
