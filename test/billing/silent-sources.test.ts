import assert from 'node:assert/strict';
import { countSourcesOfUsage } from '../../src/billing/count-sources.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { createEndpoint } from '../../src/billing/webhooks/create-endpoint.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, openBusiness, perDeparture } from './business.ts';

describe('Sources that fall silent', () => {
  const books = useTestDatabase();
  let business: Business;
  let customer = '';
  let endpoint = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    customer = await business.customer('B6', { plan: await business.plan('use', [flat('1'), perDeparture('1')]) });
    const order = { customerId: customer, url: 'https://heron.example/hooks', eventTypes: ['usage.source_silent'] };
    endpoint = (await createEndpoint(books.database, order, { allowsLoopback: false }, 'test')).id;
  });

  /** An event at noon of each of these days of January 2013. */
  async function send(source: string, days: readonly number[]): Promise<void> {
    const outcomes = await recordUsage(
      books.database,
      days.map((day) => ({
        id: `${customer} ${day}`,
        source,
        customer,
        type: 'departure',
        occurredAt: new Date(Date.UTC(2013, 0, day, 12)).toISOString(),
      })),
    );
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['accepted']));
  }
  const daily = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
  /** The day comes on the clock of the business; then sources are counted, as each minute. */
  async function become(day: number, hour = 12): Promise<void> {
    await moveTestClock(books.database, business.clockId, new Date(Date.UTC(2013, 0, day, hour)));
    await countSourcesOfUsage(books.database);
  }
  const told = async () => {
    const { rows } = await books.database.query<{ data: Record<string, unknown> }>(
      `SELECT v.data FROM webhook_deliveries d JOIN webhook_events v ON v.id = d.event_id
       WHERE d.endpoint_id = $1 ORDER BY v.happened_at, v.data ->> 'source'`,
      [endpoint],
    );
    return rows.map(({ data }) => data);
  };
  const sourcesTold = async () => (await told()).map(({ source, silentDays }) => `${source} ${silentDays}`);

  it('are told of once, when they have been silent for longer than ever, with what that is seen by', async () => {
    await send('gate', daily(1, 10));
    await become(12, 11);
    assert.deepEqual(await told(), [], 'a day and 23 hours');
    await become(12, 12);
    assert.deepEqual(await told(), [
      {
        customerId: customer,
        source: 'gate',
        eventType: 'departure',
        lastOccurredAt: '2013-01-10T12:00:00.000Z',
        silentDays: 2,
        longestPauseDays: 1,
      },
    ]);
    await become(13);
    await become(30);
    assert.equal((await told()).length, 1, 'once for this silence');
  });

  it('are heard of by the days that were counted, whoever has counted them', async () => {
    await send('gate', daily(1, 10));
    await become(11);
    // As a process of an earlier version does, which knows no watches.
    await books.database.query(
      `INSERT INTO usage_source_days (customer_id, event_type, source, day_on, event_count, last_occurred_at)
       VALUES ($1, 'departure', 'gate', '2013-01-11', 1, '2013-01-11T12:00:00Z')`,
      [customer],
    );
    await become(12);
    assert.deepEqual(await told(), []);
    await become(13);
    assert.deepEqual(
      (await told()).map(({ lastOccurredAt, silentDays }) => [lastOccurredAt, silentDays]),
      [['2013-01-11T12:00:00.000Z', 2]],
    );
  });

  it('are told of anew when they have sent and fallen silent again, and not for an event of the past', async () => {
    await send('gate', daily(1, 10));
    await become(12);
    await send('gate', [14]);
    await become(15);
    assert.deepEqual(await sourcesTold(), ['gate 2'], 'it sends');
    // From the 10th to the 14th it was silent for 4 days: less is usual now.
    await become(18);
    assert.deepEqual(await sourcesTold(), ['gate 2']);
    await become(19);
    assert.deepEqual(await sourcesTold(), ['gate 2', 'gate 5']);
    await send('gate', [13]);
    await become(28);
    assert.equal((await told()).length, 2);
  });

  it('are told of each by its own pauses, and only where it is known what is usual', async () => {
    await send('steady', daily(1, 10));
    await send('weekly', [1, 8, 15]);
    await send('new', [1, 2]);
    await become(16);
    assert.deepEqual(await sourcesTold(), ['steady 6']);
    await become(22);
    assert.deepEqual(await sourcesTold(), ['steady 6']);
    await become(23);
    assert.deepEqual(await sourcesTold(), ['steady 6', 'weekly 8']);
  });

  it('are not expected to send for a customer whose subscription has ended', async () => {
    await send('gate', daily(1, 10));
    const { rows } = await books.database.query<{ id: string }>('SELECT id FROM subscriptions WHERE customer_id = $1', [
      customer,
    ]);
    await books.database.query(`UPDATE subscriptions SET ends_at = '2013-01-11T00:00:00Z' WHERE id = $1`, [
      rows[0]!.id,
    ]);
    await become(20);
    assert.deepEqual(await told(), []);
  });

  it('are not told of again when the counts begin anew, as on a restored database', async () => {
    await send('gate', daily(1, 10));
    await become(12);
    await books.database.query('UPDATE usage_freshness SET cluster_id = 1');
    await become(20);
    assert.deepEqual(await sourcesTold(), ['gate 2']);
  });

  it('are found by the clock of their customer, whatever that of others shows', async () => {
    await send('gate', daily(1, 10));
    const other = await openBusiness(books.database);
    await moveTestClock(books.database, other.clockId, new Date('2013-03-01T00:00:00Z'));
    await countSourcesOfUsage(books.database);
    assert.deepEqual(await told(), []);
  });
});
