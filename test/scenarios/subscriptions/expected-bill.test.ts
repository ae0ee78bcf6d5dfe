import assert from 'node:assert/strict';
import { changePlan } from '../../../src/billing/change-plan.ts';
import { expectBill } from '../../../src/billing/preview/expect-bill.ts';
import { openStories, type Stories } from './story.ts';

/**
 * The bill to date, asked for in the middle of months: `basic` has 31.00 a month and 0.50 a call, `pro` 62.00 and 0.40,
 * `ahead` 56.00 when the month begins; `trial` is `basic` after 14 days. In UTC.
 */
describe('The expected bill of a subscription', function () {
  this.timeout(120_000);
  let stories: Stories;

  before(async () => {
    stories = await openStories();
  });
  after(async () => await stories?.close());

  const january = { at: '2013-01-01T00:00:00Z' };
  const asked = async (id: string) => {
    const { asOf, total, lines, period } = await expectBill(stories.world.database, id);
    return {
      asOf: asOf.toISOString().slice(0, 10),
      total,
      lines: lines.map(({ description, quantity, amount }) => `${description}: ${quantity}, ${amount}`),
      ends: period?.endAt.toISOString().slice(0, 10),
    };
  };
  const countPeriods = async () => (await stories.world.database.query('SELECT FROM periods')).rowCount;

  it('has the use so far and the whole fee, and becomes the bill', async () => {
    const story = await stories.story('expected', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    await story.call(customer, '2013-01-10T00:00:00Z', 3);
    // Fed ahead of the clock: use of the 20th is none on the 15th.
    await story.call(customer, '2013-01-20T00:00:00Z', 4);
    await story.advance('2013-01-15T00:00:00Z');
    const before = await countPeriods();
    // 31.00 + 3 × 0.50
    const fee = 'Base fee: 1, 31.00';
    assert.deepEqual(await asked(id), {
      ...{ asOf: '2013-01-15', ends: '2013-02-01', total: '32.50' },
      lines: [fee, 'Calls: 3, 1.50'],
    });
    assert.equal(await countPeriods(), before, 'nothing was laid out');
    await story.advance('2013-01-31T00:00:00Z');
    // 31.00 + 7 × 0.50
    const { total, lines } = await asked(id);
    assert.deepEqual([total, lines], ['34.50', [fee, 'Calls: 7, 3.50']]);
    await story.advance('2013-02-03T00:00:00Z');
    assert.equal((await story.bills(customer))[0]?.total, '34.50');
    // February has begun, and has only its fee so far.
    assert.deepEqual((await asked(id)).lines, [fee, 'Calls: 0, 0.00']);
  });

  it('has both parts of a month in which the plan was changed', async () => {
    const { database } = stories.world;
    const story = await stories.story('expected-change', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    await story.advance('2013-01-11T00:00:00Z');
    await changePlan(database, { id, plan: 'pro', when: 'now' }, 'test');
    await story.call(customer, '2013-01-12T00:00:00Z', 5);
    await story.advance('2013-01-21T00:00:00Z');
    // 10 of 31 days of 31.00 are 10.00, 21 of 31 days of 62.00 are 42.00, and 5 × 0.40.
    const { total, lines } = await asked(id);
    const parts = ['Base fee: 1, 10.00', 'Calls: 0, 0.00', 'Base fee: 1, 42.00', 'Calls: 5, 2.00'];
    assert.deepEqual([total, lines], ['54.00', parts]);
  });

  it('has the next month’s fee where it is billed ahead', async () => {
    const story = await stories.story('expected-ahead', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'ahead');
    await story.call(customer, '2013-01-10T00:00:00Z', 3);
    await story.advance('2013-01-15T00:00:00Z');
    // January's fee was billed on the 1st. 3 × 0.50, and 56.00 for February.
    const { total, lines } = await asked(id);
    assert.deepEqual([total, lines], ['57.50', ['Calls: 3, 1.50', 'Base fee: 1, 56.00']]);
  });

  it('is nothing in a trial', async () => {
    const story = await stories.story('expected-trial', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'trial');
    await story.call(customer, '2013-01-03T00:00:00Z', 3);
    await story.advance('2013-01-10T00:00:00Z');
    assert.deepEqual(await asked(id), { asOf: '2013-01-10', ends: undefined, total: '0.00', lines: [] });
  });

  it('of a subscription that is not there is refused', async () => {
    await assert.rejects(expectBill(stories.world.database, 'd2c1a1f0-5d8b-4d0c-9b43-2a6d4a4a1111'), {
      code: 'not-found',
    });
  });
});
