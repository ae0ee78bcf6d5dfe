import assert from 'node:assert/strict';
import { cancelSubscription } from '../../../src/billing/cancel-subscription.ts';
import { changePlan } from '../../../src/billing/change-plan.ts';
import { pauseSubscription } from '../../../src/billing/pause-subscription.ts';
import { resumeSubscription } from '../../../src/billing/resume-subscription.ts';
import { openStories, type Stories } from './story.ts';

/** Changes in the life of a subscription, in UTC. A month of `basic` is 31.00, of `pro` 62.00. */
describe('Changes of subscriptions', function () {
  this.timeout(120_000);
  let stories: Stories;

  before(async () => {
    stories = await openStories();
  });
  after(async () => await stories?.close());

  const january = { at: '2013-01-01T00:00:00Z' };

  it('bills no time in a pause over the end of a month, nor what was used in it', async () => {
    const { database } = stories.world;
    const story = await stories.story('pause', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    await story.call(customer, '2013-01-20T00:00:00Z', 1);
    await story.call(customer, '2013-01-25T00:00:00Z', 4);
    await story.call(customer, '2013-02-20T00:00:00Z', 2);
    await story.advance('2013-01-21T00:00:00Z');
    await pauseSubscription(database, { id }, 'test');
    await story.advance('2013-02-11T00:00:00Z');
    await resumeSubscription(database, { id }, 'test');
    await story.advance('2013-03-03T00:00:00Z');
    // 20 of January's 31 days: 20.00, and 1 call. 18 of February's 28: 31.00 × 18 / 28 = 19.928…, and 2 calls.
    assert.deepEqual(await story.bills(customer), [
      { total: '20.50', lines: ['Base fee: 2013-01-01 2013-01-21 20.00', 'Calls: 2013-01-01 2013-01-21 0.50'] },
      { total: '20.93', lines: ['Base fee: 2013-02-11 2013-03-01 19.93', 'Calls: 2013-02-11 2013-03-01 1.00'] },
    ]);
  });

  it('bills both parts of a month that had a pause on one invoice', async () => {
    const { database } = stories.world;
    const story = await stories.story('pause-within', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    const pause = { id, at: '2013-01-11T00:00:00Z', until: '2013-01-21T00:00:00Z' };
    await pauseSubscription(database, pause, 'test');
    await story.call(customer, '2013-01-05T00:00:00Z', 1);
    await story.call(customer, '2013-01-15T00:00:00Z', 5);
    await story.call(customer, '2013-01-25T00:00:00Z', 2);
    await story.advance('2013-02-03T00:00:00Z');
    // 10 and 11 of 31 days.
    assert.deepEqual(await story.bills(customer), [
      {
        total: '22.50',
        lines: [
          'Base fee: 2013-01-01 2013-01-11 10.00',
          'Calls: 2013-01-01 2013-01-11 0.50',
          'Base fee: 2013-01-21 2013-02-01 11.00',
          'Calls: 2013-01-21 2013-02-01 1.00',
        ],
      },
    ]);
  });

  it('bills an upgrade in the middle of a month to the second, on one invoice', async () => {
    const { database } = stories.world;
    const story = await stories.story('upgrade', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    await story.call(customer, '2013-01-16T06:17:44Z', 2);
    await story.call(customer, '2013-01-16T06:17:45Z', 3);
    await story.advance('2013-01-16T06:17:45Z');
    await changePlan(database, { id, plan: 'pro', when: 'now' }, 'test');
    await story.advance('2013-02-03T00:00:00Z');
    // Until then 15 days, 6 h, 17 min, 45 s = 1,318,665 s of 2,678,400: 31.00 × 1,318,665 / 2,678,400 = 15.2623…;
    // after it 1,359,735 s: 62.00 × 1,359,735 / 2,678,400 = 31.4753…. Calls: 2 × 0.50 and 3 × 0.40.
    assert.deepEqual(await story.bills(customer), [
      {
        total: '48.94',
        lines: [
          'Base fee: 2013-01-01 2013-01-16T06:17:45Z 15.26',
          'Calls: 2013-01-01 2013-01-16T06:17:45Z 1.00',
          'Base fee: 2013-01-16T06:17:45Z 2013-02-01 31.48',
          'Calls: 2013-01-16T06:17:45Z 2013-02-01 1.20',
        ],
      },
    ]);
  });

  it('waits with a change at renewal until the month is over', async () => {
    const { database } = stories.world;
    const story = await stories.story('renewal', january);
    const customer = await story.customer();
    const id = await story.subscribe(customer, 'basic');
    await story.advance('2013-01-10T00:00:00Z');
    await changePlan(database, { id, plan: 'pro', when: 'renewal' }, 'test');
    await story.advance('2013-03-03T00:00:00Z');
    assert.deepEqual(await story.bills(customer), [
      { total: '31.00', lines: ['Base fee: 2013-01-01 2013-02-01 31.00', 'Calls: 2013-01-01 2013-02-01 0.00'] },
      { total: '62.00', lines: ['Base fee: 2013-02-01 2013-03-01 62.00', 'Calls: 2013-02-01 2013-03-01 0.00'] },
    ]);
  });

  it('ends at the end of the month, or at once with the days that were used', async () => {
    const { database } = stories.world;
    const story = await stories.story('cancel', january);
    const [patient, hasty] = [await story.customer('patient'), await story.customer('hasty')];
    const ids = [await story.subscribe(patient, 'basic'), await story.subscribe(hasty, 'basic')] as const;
    await story.advance('2013-01-11T00:00:00Z');
    await cancelSubscription(database, { id: ids[0], when: 'period_end' }, 'test');
    await cancelSubscription(database, { id: ids[1], when: 'now' }, 'test');
    await story.call(hasty, '2013-01-10T23:59:59Z', 1);
    await story.call(hasty, '2013-01-11T00:00:00Z', 1);
    await story.advance('2013-03-03T00:00:00Z');
    assert.deepEqual(await story.bills(patient), [
      { total: '31.00', lines: ['Base fee: 2013-01-01 2013-02-01 31.00', 'Calls: 2013-01-01 2013-02-01 0.00'] },
    ]);
    // 10 of 31 days, and the call that came before the end.
    assert.deepEqual(await story.bills(hasty), [
      { total: '10.50', lines: ['Base fee: 2013-01-01 2013-01-11 10.00', 'Calls: 2013-01-01 2013-01-11 0.50'] },
    ]);
  });

  it('bills a price rise that was told ahead from its day on, and only those that were moved', async () => {
    const { database } = stories.world;
    const story = await stories.story('price-rise', january);
    const [moved, kept] = [await story.customer('moved'), await story.customer('kept')];
    const id = await story.subscribe(moved, 'anniversary', { anchor: 'calendar' });
    await story.subscribe(kept, 'anniversary', { anchor: 'calendar' });
    await story.applyVersion('anniversary', {
      interval: 'month',
      anchor: 'calendar',
      prices: [{ key: 'base', name: 'Base fee', model: 'flat', amount: '40.00' }],
    });
    await story.advance('2013-01-20T00:00:00Z');
    const rise = { id, planVersion: 2, at: '2013-03-01T00:00:00Z' };
    // From 20 January to 1 March are 40 days.
    await assert.rejects(changePlan(database, { ...rise, noticeDays: 41 }, 'test'), /sooner than 41 days/);
    await changePlan(database, { ...rise, noticeDays: 40 }, 'test');
    await story.advance('2013-04-03T00:00:00Z');
    const totals = async (customer: string) => (await story.bills(customer)).map(({ total }) => total);
    assert.deepEqual(await totals(moved), ['30.00', '30.00', '40.00']);
    assert.deepEqual(await totals(kept), ['30.00', '30.00', '30.00']);
  });
});
