import assert from 'node:assert/strict';
import { changePlan } from '../../../src/billing/change-plan.ts';
import { type ExpectedBill, expectBills } from '../../../src/billing/expected/expect-bills.ts';
import { customerIdOf } from '../../../src/billing/ids.ts';
import { addPendingItem } from '../../../src/billing/pending-item-orders.ts';
import { openStories, type Stories } from './story.ts';

/**
 * The bill of a customer from its first day to the change of a plan: `basic` has 31.00 a month and 0.50 a call, `pro` 62.00
 * and 0.40. In UTC.
 */
describe('A bill that is watched while it grows', function () {
  this.timeout(120_000);
  let stories: Stories;

  before(async () => {
    stories = await openStories();
  });
  after(async () => await stories?.close());

  it('becomes the draft that is issued, and says each month why it is another', async () => {
    const { database } = stories.world;
    const story = await stories.story('growing', { at: '2013-01-01T00:00:00Z' });
    const customer = await story.customer();
    const subscription = await story.subscribe(customer, 'basic');
    const look = async (comparison: 'last-bill' | 'same-point' = 'last-bill') => {
      const { bills, inReview } = await expectBills(database, customerIdOf(customer), { comparison });
      const [bill] = bills as ExpectedBill[];
      return {
        month: bill?.key.periodStartAt.toISOString().slice(0, 7),
        total: bill?.bill.totalMinor,
        why: bill?.change?.byKind.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`),
        inReview: inReview.map(({ expectedMinor }) => expectedMinor),
      };
    };

    // 10 January: 31.00 and 3 calls. There is no bill before.
    await story.call(customer, '2013-01-05T00:00:00Z', 3);
    await story.advance('2013-01-10T00:00:00Z');
    assert.deepEqual(await look(), { month: '2013-01', total: 3_250n, why: undefined, inReview: [] });

    // 20 January: five more. 31.00 + 8 × 0.50.
    await story.call(customer, '2013-01-15T00:00:00Z', 5);
    await story.advance('2013-01-20T00:00:00Z');
    assert.equal((await look()).total, 3_500n);

    // 1 February, after the run: January waits for its issue as it was expected, and February has its fee.
    // Against January it lacks eight calls.
    await story.advance('2013-02-01T14:00:00Z');
    assert.deepEqual(await look(), { month: '2013-02', total: 3_100n, why: ['quantity -400'], inReview: [3_500n] });

    // A call of January that comes late still goes into the draft.
    await story.call(customer, '2013-01-31T00:00:00Z', 1);
    assert.deepEqual((await look()).inReview, [3_550n]);
    await story.advance('2013-02-03T00:00:00Z');
    assert.equal((await story.bills(customer))[0]?.total, '35.50');

    // 10 February: 12 calls and a visit of 5.00: 31.00 + 6.00 + 5.00 = 42.00, of which January had 35.50.
    await story.call(customer, '2013-02-08T00:00:00Z', 12);
    const visit = { customer, requestId: 'visit', description: 'Visit', amount: '5' };
    await addPendingItem(database, visit, 'test');
    await story.advance('2013-02-10T00:00:00Z');
    const february = await look();
    assert.deepEqual([february.total, february.why], [4_200n, ['quantity 150', 'one-off 500']]);
    // By 10 January there had been 3 calls: 9 calls more now.
    assert.deepEqual((await look('same-point')).why, ['quantity 450', 'one-off 500']);

    // March is by `pro`: 62.00 + 4 × 0.40 = 63.60. By `basic` it would be 31.00 + 2.00: 4.00 less than February for 8 calls
    // fewer. What is left of the difference of 21.60 is the plan: 30.60; and the visit was once.
    await changePlan(database, { id: subscription, plan: 'pro', when: 'renewal' }, 'test');
    await story.advance('2013-03-03T00:00:00Z');
    await story.call(customer, '2013-03-04T00:00:00Z', 4);
    await story.advance('2013-03-10T00:00:00Z');
    const march = await look();
    assert.deepEqual([march.month, march.total], ['2013-03', 6_360n]);
    assert.deepEqual(march.why, ['quantity -400', 'plan 3060', 'one-off -500']);
  });
});
