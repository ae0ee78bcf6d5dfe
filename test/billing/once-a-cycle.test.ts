import assert from 'node:assert/strict';
import { changePlan } from '../../src/billing/change-plan.ts';
import { pauseSubscription } from '../../src/billing/pause-subscription.ts';
import { expectBill } from '../../src/billing/preview/expect-bill.ts';
import { readLines } from '../../src/store/invoice-facts.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from './business.ts';

describe('What is not shared', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const subscriptionOf = async (customerId: string) =>
    (await books.database.query<{ id: string }>('SELECT id FROM subscriptions WHERE customer_id = $1', [customerId]))
      .rows[0]!.id;
  const pause = (id: string) =>
    pauseSubscription(books.database, { id, at: '2013-01-10T00:00:00Z', until: '2013-01-20T00:00:00Z' }, 'test');
  const amountsOf = async (customerId: string) => {
    const invoices = await invoicesOf(books.database, customerId);
    const lines = await readLines(
      books.database,
      invoices.map(({ id }) => id),
    );
    return invoices.flatMap(({ id }) =>
      (lines.get(id) ?? []).map(({ priceKey, amountMinor }) => [priceKey, amountMinor]),
    );
  };
  const use = [
    { at: '2013-01-05T00:00:00Z' },
    { at: '2013-01-15T00:00:00Z' },
    { at: '2013-01-25T00:00:00Z' },
    { at: '2013-01-26T00:00:00Z' },
  ];

  it('is charged once a cycle that a pause has cut, and use in each of its parts', async () => {
    const plan = await business.plan('whole', [flat('30'), perDeparture('1')], 'USD', { proration: 'none' });
    const customerId = await business.customer('C', { plan });
    await pause(await subscriptionOf(customerId));
    await business.use('C', use);
    await business.invoice('2013-02-01T13:00:00Z');
    // 30 for the month, once; one departure before the pause, none in it, two after it.
    assert.deepEqual(await amountsOf(customerId), [
      ['base', 3_000n],
      ['landing', 100n],
      ['base', 0n],
      ['landing', 200n],
    ]);
  });

  it('is so where parts are billed at different times, and as it is expected', async () => {
    const whole = { ...flat('30'), prorate: false };
    const plan = await business.plan('anniversary', [whole], 'USD', { anchor: 'anniversary' });
    const customerId = await business.customer('C', { plan });
    const id = await subscriptionOf(customerId);
    await pause(id);
    await business.invoice('2013-01-10T01:00:00Z');
    assert.deepEqual(await amountsOf(customerId), [['base', 3_000n]]);
    await business.invoice('2013-01-20T01:00:00Z');
    assert.equal((await expectBill(books.database, id)).totalMinor, 0);
    await business.invoice('2013-02-01T01:00:00Z');
    await business.invoice('2013-03-01T01:00:00Z');
    assert.deepEqual(await amountsOf(customerId), [
      ['base', 3_000n],
      ['base', 0n],
      ['base', 3_000n],
    ]);
  });

  it('is charged by each plan that a cycle had', async () => {
    const terms = { proration: 'none' };
    const small = await business.plan('small', [flat('10')], 'USD', terms);
    const large = await business.plan('large', [flat('40')], 'USD', terms);
    const customerId = await business.customer('C', { plan: small });
    const id = await subscriptionOf(customerId);
    await changePlan(books.database, { id, plan: large, at: '2013-01-10T00:00:00Z' }, 'test');
    await changePlan(books.database, { id, plan: small, at: '2013-01-20T00:00:00Z' }, 'test');
    await business.invoice('2013-02-01T13:00:00Z');
    // 10, 40 for the larger plan that it had for ten days, and 10 not once more.
    assert.deepEqual(await amountsOf(customerId), [
      ['base', 1_000n],
      ['base', 4_000n],
      ['base', 0n],
    ]);
  });
});
