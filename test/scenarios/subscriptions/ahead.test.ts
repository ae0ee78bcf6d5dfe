import assert from 'node:assert/strict';
import { cancelSubscription } from '../../../src/billing/cancel-subscription.ts';
import { changePlan } from '../../../src/billing/change-plan.ts';
import { openStories, type Stories } from './story.ts';

/**
 * Plans that bill a base fee when a month begins and calls when it is over, in UTC: `ahead` 56.00 and 0.50 a call,
 * `ahead-pro` 112.00 and 0.40. February has 28 days, so that its days are 2.00 and 4.00.
 */
describe('Subscriptions that are billed ahead', function () {
  this.timeout(120_000);
  let stories: Stories;

  before(async () => {
    stories = await openStories();
  });
  after(async () => await stories?.close());

  const january = { at: '2013-01-01T00:00:00Z' };
  const first = { total: '56.00', lines: ['Base fee: 2013-01-01 2013-02-01 56.00'] };

  it('bill the first month at once, and each other one with the use of the month before', async () => {
    const story = await stories.story('ahead', january);
    const customer = await story.customer();
    await story.subscribe(customer, 'ahead');
    await story.call(customer, '2013-01-20T00:00:00Z', 3);
    await story.advance('2013-01-03T00:00:00Z');
    assert.deepEqual(await story.bills(customer), [first]);
    await story.advance('2013-03-03T00:00:00Z');
    // 3 × 0.50 = 1.50, and 56.00 for February
    assert.deepEqual((await story.bills(customer)).slice(0, 3), [
      { total: '57.50', lines: ['Calls: 2013-01-01 2013-02-01 1.50', 'Base fee: 2013-02-01 2013-03-01 56.00'] },
      first,
      { total: '56.00', lines: ['Calls: 2013-02-01 2013-03-01 0.00', 'Base fee: 2013-03-01 2013-04-01 56.00'] },
    ]);
  });

  it('count what was billed ahead towards the least that a month pays', async () => {
    const story = await stories.story('ahead-least', january);
    const customer = await story.customer();
    await story.subscribe(customer, 'ahead-least');
    await story.call(customer, '2013-01-20T00:00:00Z', 3);
    await story.advance('2013-02-03T00:00:00Z');
    // 56.00 ahead and 3 × 0.50 = 1.50 make 57.50 of the least of 60.00: 2.50 are missing.
    assert.deepEqual((await story.bills(customer))[0], {
      total: '60.00',
      lines: [
        'Calls: 2013-01-01 2013-02-01 1.50',
        'Minimum commitment: 2013-01-01 2013-02-01 2.50',
        'Base fee: 2013-02-01 2013-03-01 56.00',
      ],
    });
  });

  it('give back what an upgrade leaves unused, and charge the new plan for the rest', async () => {
    const { database } = stories.world;
    const story = await stories.story('ahead-upgrade', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'ahead');
    await story.call(customer, '2013-02-10T00:00:00Z', 2);
    await story.call(customer, '2013-02-20T00:00:00Z', 5);
    await story.advance('2013-02-15T00:00:00Z');
    await changePlan(database, { id, plan: 'ahead-pro', when: 'now' }, 'test');
    await story.advance('2013-03-03T00:00:00Z');
    // 14 of 28 days: 112.00 / 2 = 56.00, less 56.00 / 2 = 28.00. On 1 March 2 × 0.50 + 5 × 0.40 = 3.00, and March.
    assert.deepEqual((await story.bills(customer)).slice(2), [
      {
        total: '115.00',
        lines: [
          'Calls: 2013-02-01 2013-02-15 1.00',
          'Calls: 2013-02-15 2013-03-01 2.00',
          'Base fee: 2013-03-01 2013-04-01 112.00',
        ],
      },
      {
        total: '28.00',
        lines: ['Base fee: 2013-02-15 2013-03-01 56.00', 'Not used: Base fee: 2013-02-15 2013-03-01 -28.00'],
      },
    ]);
  });

  it('carry what a downgrade gives back to the balance, which pays the next bill', async () => {
    const { database } = stories.world;
    const story = await stories.story('ahead-downgrade', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'ahead-pro');
    await story.advance('2013-02-15T00:00:00Z');
    await changePlan(database, { id, plan: 'ahead', when: 'now' }, 'test');
    await story.advance('2013-04-03T00:00:00Z');
    // 56.00 / 2 = 28.00 are charged, and 112.00 / 2 = 56.00 given back: 28.00 more than the bill. They pay a part of the
    // 56.00 of March.
    const bills = await story.bills(customer);
    assert.deepEqual(bills.slice(2, 4), [
      {
        total: '28.00',
        lines: [
          'Calls: 2013-02-01 2013-02-15 0.00',
          'Calls: 2013-02-15 2013-03-01 0.00',
          'Base fee: 2013-03-01 2013-04-01 56.00',
        ],
      },
      {
        total: '0.00',
        lines: ['Base fee: 2013-02-15 2013-03-01 28.00', 'Not used: Base fee: 2013-02-15 2013-03-01 -56.00'],
      },
    ]);
    // April's bill is whole again.
    assert.deepEqual(bills.at(-1)?.total, '56.00');
  });

  it('give back what is left after an end at once by a bill of its own, which is carried to the balance', async () => {
    const { database } = stories.world;
    const story = await stories.story('ahead-cancel', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'ahead');
    await story.call(customer, '2013-02-10T00:00:00Z', 2);
    await story.advance('2013-02-15T00:00:00Z');
    await cancelSubscription(database, { id, when: 'now' }, 'test');
    await story.advance('2013-04-03T00:00:00Z');
    // Of February's 28 days 14 are left, 28.00 of 56.00; nothing is paid out.
    const bills = await story.bills(customer);
    const rest = { total: '0.00', lines: ['Not used: Base fee: 2013-02-15 2013-03-01 -28.00'] };
    assert.deepEqual(
      bills.filter(({ lines }) => lines[0]?.startsWith('Not used')),
      [rest],
    );
    // The calls until then are billed, 2 × 0.50.
    const calls = 'Calls: 2013-02-01 2013-02-15 1.00';
    assert.equal(bills.filter(({ lines }) => lines.includes(calls)).length, 1);
    const { rows } = await database.query<{ purpose: string; carried: bigint }>(
      `SELECT i.purpose, i.carried_minor AS carried FROM invoices i
       JOIN periods p ON p.settled_by = i.id WHERE p.subscription_id = $1 AND p.kind = 'credit'`,
      [id],
    );
    assert.deepEqual(rows, [{ purpose: 'final', carried: 2_800n }]);
  });
});
