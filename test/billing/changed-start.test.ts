import assert from 'node:assert/strict';
import { changePlan } from '../../src/billing/change-plan.ts';
import { readLines } from '../../src/store/invoice-facts.ts';
import { useTestDatabase } from '../support/database.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

describe('A plan that is changed from the very start, after its first bill was issued', () => {
  const books = useTestDatabase();

  it('is given back, and the new one charged, on the next bill of the subscription', async () => {
    const business = await openBusiness(books.database);
    const ahead = (amount: string) => [{ ...flat(amount), timing: 'advance' }, perDeparture('1')];
    const wrong = await business.plan('wrong', ahead('10'));
    const right = await business.plan('right', ahead('40'));
    const customerId = await business.customer('C', { plan: wrong });
    await business.invoice('2013-01-01T01:00:00Z');
    await business.scan('2013-01-03T15:00:00Z');
    const { rows } = await books.database.query<{ id: string }>('SELECT id FROM subscriptions WHERE customer_id = $1', [
      customerId,
    ]);
    await changePlan(books.database, { id: rows[0]!.id, plan: right, at: '2013-01-01T00:00:00Z' }, 'test');
    // There is no bill yet that it could stand on.
    const { parkedPeriods } = await business.invoice('2013-01-04T01:00:00Z');
    assert.ok(parkedPeriods > 0);
    await business.use('C', [{ at: '2013-01-15T00:00:00Z' }]);
    await business.invoice('2013-02-01T13:00:00Z');

    const invoices = await invoicesOf(books.database, customerId);
    const lines = await readLines(
      books.database,
      invoices.map(({ id }) => id),
    );
    const totals = invoices.map(({ totalMinor }) => totalMinor).sort((a, b) => Number(a - b));
    // The first bill of 10 stays; then 10 given back, 40 for January, 1 departure and 40 for February: 71.
    assert.deepEqual(totals, [1_000n, 7_100n]);
    const second = invoices.find(({ totalMinor }) => totalMinor === 7_100n)!;
    assert.deepEqual(
      (lines.get(second.id) ?? []).map(({ description, amountMinor }) => [description, amountMinor]).sort(),
      [
        ['Base fee', 4_000n],
        ['Base fee', 4_000n],
        ['Departures', 100n],
        ['Not used: Base fee', -1_000n],
      ].sort(),
    );
    const { rows: parked } = await books.database.query(
      `SELECT FROM parked_periods w JOIN periods p ON p.id = w.period_id WHERE p.customer_id = $1 AND w.resolved_at IS NULL`,
      [customerId],
    );
    assert.equal(parked.length, 0);
  });
});
