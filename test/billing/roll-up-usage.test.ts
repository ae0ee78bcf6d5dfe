import assert from 'node:assert/strict';
import { rollUpUsage } from '../../src/billing/roll-up-usage.ts';
import { until } from '../broker/support.ts';
import { useTestDatabase } from '../support/database.ts';
import { invoicesOf, openBusiness, perMile } from './business.ts';

describe('rollUpUsage', () => {
  const books = useTestDatabase();

  it('feeds drafts; what is issued is computed from the events alone', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('miles', [perMile('1')]);
    const customerId = await business.customer('HA', { plan });
    await business.use('HA', [
      { at: '2013-01-10T12:00:00Z', properties: { miles: 100 } },
      { at: '2013-01-10T12:30:00Z', properties: { miles: 20 } },
    ]);
    const quantity = async () => {
      const find =
        'SELECT quantity::text FROM usage_rollups WHERE customer_id = $1 AND quantity > 0 ORDER BY quantity DESC';
      return (await books.database.query<{ quantity: string }>(find, [customerId])).rows[0]?.quantity;
    };
    // Another transaction of the cluster may hold it back for a moment.
    await until(async () => {
      await rollUpUsage(books.database);
      return (await quantity()) === '120';
    }, 'both events are in one rollup');
    await books.database.query('UPDATE usage_rollups SET quantity = 121 WHERE customer_id = $1 AND quantity = 120', [
      customerId,
    ]);

    await business.invoice('2013-02-01T13:00:00Z');
    assert.equal((await invoicesOf(books.database, customerId))[0]?.totalMinor, 12_100n, 'the draft read the rollup');
    const { rebuilt } = await business.scan('2013-02-02T15:00:00Z');
    assert.equal(rebuilt, 1);
    const [issued] = await invoicesOf(books.database, customerId);
    assert.deepEqual([issued?.lifecycle, issued?.totalMinor], ['issued', 12_000n]);
  });

  it('says when there is more than it does in one call', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('miles', [perMile('1')]);
    await business.customer('DL', { plan });
    for (const hour of [1, 2, 3]) await business.use('DL', [{ at: `2013-01-10T0${hour}:00:00Z` }]);
    let steps = 0;
    const afterStep = () => {
      steps += 1;
    };
    const first = await rollUpUsage(books.database, { eventsPerStep: 1, maxSteps: 2, afterStep });
    assert.deepEqual([first.isCaughtUp, steps], [false, 2]);
    await until(async () => (await rollUpUsage(books.database)).isCaughtUp, 'the rest is rolled up');
  });

  it('takes what one transaction wrote at once, were it more than a step', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('miles', [perMile('1')]);
    await business.customer('WN', { plan });
    await business.use(
      'WN',
      [1, 2, 3, 4, 5, 6, 7].map((hour) => ({ at: `2013-01-10T0${hour}:00:00Z` })),
    );
    await until(async () => (await rollUpUsage(books.database)).isCaughtUp, 'what others wrote is rolled up');
    await business.use(
      'WN',
      [1, 2, 3, 4, 5, 6, 7].map((hour) => ({ at: `2013-01-11T0${hour}:00:00Z` })),
    );
    let events = 0n;
    await until(async () => {
      const rolled = await rollUpUsage(books.database, { eventsPerStep: 2 });
      events += rolled.events;
      return rolled.isCaughtUp && events > 0n;
    }, 'the seven are rolled up');
    assert.equal(events, 7n);
  });

  it('ends between two steps when it is told to', async () => {
    const business = await openBusiness(books.database);
    const plan = await business.plan('miles', [perMile('1')]);
    await business.customer('UA', { plan });
    await business.use('UA', [{ at: '2013-01-10T01:00:00Z' }]);
    const enough = new Error('enough');
    const stop = () => {
      throw enough;
    };
    await assert.rejects(rollUpUsage(books.database, { afterStep: stop }), enough);
  });
});
