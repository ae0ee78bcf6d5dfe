import assert from 'node:assert/strict';
import { moveTestClock } from '../../src/store/due-work.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { scheduleIds } from '../../workflows/contract/ids.ts';
import { type Business, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { close, eventsOf, figuresOf, keepFor, proofsOf, requireHolding } from '../billing/retention/support.ts';
import { until } from '../broker/support.ts';
import { openWorld, type World } from '../support/world.ts';
import { bringOnce } from '../targets/support.ts';

/**
 * Two months of one departure each, 1.50 a month, billed and at Stripe, seven months ago on the customer's clock. A night
 * removes them, and the worker that does it dies twice: behind the record of an invoice, and behind the removal of a month.
 */
describe('A night that removes old usage, and a worker that is killed in it', function () {
  this.timeout(240_000);
  let world: World;
  let business: Business;
  let customer = '';

  before(async () => {
    world = await openWorld();
    const { database, simulator } = world;
    business = await openBusiness(database);
    customer = await business.customer('B6', { plan: await business.plan('use', [perDeparture('1.5')]) });
    await business.use('B6', [{ at: '2013-01-05T10:00:00Z' }, { at: '2013-02-05T10:00:00Z' }]);
    const stripe = openStripe({ secretKey: simulator.key, apiBase: simulator.url });
    const bring = (invoiceId: string) => bringOnce(database, { stripe, secretKey: simulator.key }, invoiceId);
    for (const month of [1, 2]) await close(business, { database, bring }, month);
    await moveTestClock(database, business.clockId, new Date('2013-09-01T00:00:00Z'));
    await keepFor(database, 3);
  });
  after(() => world?.close());

  it('comes to its end all the same, once', async () => {
    const { database, temporal, env } = world;
    const before = await proofsOf(database, customer);
    requireHolding(before);
    assert.equal(before.length, 2);

    const diesAt = async (point: string) => {
      env['DURABILL_CRASH_AT'] = `${point}:1`;
      return await world.start('worker');
    };
    const first = await diesAt('retention.proof-recorded');
    await temporal.client.schedule.getHandle(scheduleIds.usageRemoval).trigger();
    assert.equal((await first.exited).signal, 'SIGKILL');
    assert.deepEqual(await eventsOf(database, customer), { 'departure 2013-01': 1, 'departure 2013-02': 1 });
    const second = await diesAt('retention.month-removed');
    assert.equal((await second.exited).signal, 'SIGKILL');
    assert.deepEqual(await eventsOf(database, customer), { 'departure 2013-02': 1 });

    env['DURABILL_CRASH_AT'] = '';
    await world.start('worker');
    await until(async () => Object.keys(await eventsOf(database, customer)).length === 0, 'all of it is gone', 120_000);
    const { rows } = await database.query(
      `SELECT to_char(month_on, 'YYYY-MM') AS month, event_count AS events FROM usage_removals ORDER BY month_on`,
    );
    assert.deepEqual(rows, [
      { month: '2013-01', events: 1n },
      { month: '2013-02', events: 1n },
    ]);
    const { rows: recorded } = await database.query(
      `SELECT count(*)::int AS entries FROM audit_log WHERE action = 'usage recorded' GROUP BY subject_id`,
    );
    assert.deepEqual(recorded, [{ entries: 1 }, { entries: 1 }]);
    const after = await proofsOf(database, customer);
    requireHolding(after);
    assert.deepEqual(after.map(figuresOf), before.map(figuresOf));
    assert.equal((await invoicesOf(database, customer)).length, 2);
  });
});
