import assert from 'node:assert/strict';
import { extendPeriods, extendPeriodsPage } from '../../src/billing/extend-periods.ts';
import { useTestDatabase } from '../support/database.ts';
import { untilWaiting } from '../support/locks.ts';
import { type Business, flat, openBusiness, throughPages } from './business.ts';

type Row = { from: string; to: string; cycleFrom: string; cycleTo: string; billableAt: string };

describe('extendPeriods', () => {
  const books = useTestDatabase();
  let business: Business;
  let plan = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    plan = await business.plan('airline', [flat('100')]);
  });

  const extend = (until: string) =>
    extendPeriods(books.database, { clockId: business.clockId, until: new Date(until) });
  const end = (customerId: string, at: string) =>
    books.database.query(`UPDATE subscriptions SET ends_at = $2 WHERE customer_id = $1`, [customerId, at]);

  async function periodsOf(customerId: string): Promise<Row[]> {
    const { rows } = await books.database.query<Record<keyof Row, Date>>(
      `SELECT start_at AS from, end_at AS to, cycle_start_at AS "cycleFrom", cycle_end_at AS "cycleTo",
              billable_at AS "billableAt" FROM periods WHERE customer_id = $1 ORDER BY start_at`,
      [customerId],
    );
    const short = (at: Date) => at.toISOString().replace(':00.000Z', 'Z');
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, at]) => [name, short(at)])) as Row);
  }
  const spans = async (customerId: string) => (await periodsOf(customerId)).map(({ from, to }) => `${from} ${to}`);

  it('lays out calendar months until past the cut-off, billable on day 1 at 13:00 UTC', async () => {
    const id = await business.customer('B6', { plan });
    await extend('2013-02-28T23:59:59.999Z');
    assert.deepEqual(await periodsOf(id), [
      {
        from: '2013-01-01T00:00Z',
        to: '2013-02-01T00:00Z',
        cycleFrom: '2013-01-01T00:00Z',
        cycleTo: '2013-02-01T00:00Z',
        billableAt: '2013-02-01T13:00Z',
      },
      {
        from: '2013-02-01T00:00Z',
        to: '2013-03-01T00:00Z',
        cycleFrom: '2013-02-01T00:00Z',
        cycleTo: '2013-03-01T00:00Z',
        billableAt: '2013-03-01T13:00Z',
      },
    ]);
  });

  it('adds only what is missing, whenever and however often it runs', async () => {
    const id = await business.customer('B6', { plan });
    await extend('2013-01-01T00:00:00Z');
    assert.equal((await spans(id)).length, 1);
    await extend('2013-01-31T23:59:59.999Z');
    assert.equal((await spans(id)).length, 1);
    // An instant that is the border of two months is in the second one.
    await extend('2013-02-01T00:00:00Z');
    await extend('2013-02-01T00:00:00Z');
    assert.deepEqual(await spans(id), ['2013-01-01T00:00Z 2013-02-01T00:00Z', '2013-02-01T00:00Z 2013-03-01T00:00Z']);
    await extend('2013-01-15T00:00:00Z');
    assert.equal((await spans(id)).length, 2);
  });

  it('has nothing for a subscription that is still to begin', async () => {
    const id = await business.customer('B6', { plan, startsAt: '2013-03-10T00:00:00Z' });
    await extend('2013-03-09T23:59:59.999Z');
    assert.deepEqual(await spans(id), []);
    await extend('2013-03-10T00:00:00Z');
    assert.deepEqual(await spans(id), ['2013-03-10T00:00Z 2013-04-01T00:00Z']);
  });

  it('begins with the rest of the month and keeps the whole one beside it, for the share', async () => {
    const id = await business.customer('B6', { plan, startsAt: '2013-01-16T12:00:00Z' });
    await extend('2013-01-20T00:00:00Z');
    const [period] = await periodsOf(id);
    assert.deepEqual(
      [period?.from, period?.to, period?.cycleFrom],
      ['2013-01-16T12:00Z', '2013-02-01T00:00Z', '2013-01-01T00:00Z'],
    );
  });

  it('ends with the subscription, in the middle of a month or at its border, and never goes on', async () => {
    const middle = await business.customer('middle', { plan });
    const border = await business.customer('border', { plan });
    await end(middle, '2013-02-10T06:00:00Z');
    await end(border, '2013-03-01T00:00:00Z');
    await extend('2013-06-15T00:00:00Z');
    await extend('2013-09-15T00:00:00Z');
    const january = '2013-01-01T00:00Z 2013-02-01T00:00Z';
    assert.deepEqual(await spans(middle), [january, '2013-02-01T00:00Z 2013-02-10T06:00Z']);
    assert.deepEqual(await spans(border), [january, '2013-02-01T00:00Z 2013-03-01T00:00Z']);
    const last = (await periodsOf(middle)).at(-1);
    assert.deepEqual([last?.cycleTo, last?.billableAt], ['2013-03-01T00:00Z', '2013-03-01T13:00Z']);
  });

  // The borders are derived from the zones' rules of 2013: New York left -05:00 on 10 March and came back on
  // 3 November, Auckland is on +13:00 until 7 April and on +12:00 after it.
  const zones: Record<string, [zone: string, until: string, spans: string[]]> = {
    'New York, over the spring change': [
      'America/New_York',
      '2013-03-20T00:00:00Z',
      [
        '2013-01-01T05:00Z 2013-02-01T05:00Z',
        '2013-02-01T05:00Z 2013-03-01T05:00Z',
        '2013-03-01T05:00Z 2013-04-01T04:00Z',
      ],
    ],
    'Auckland, over the autumn change': [
      'Pacific/Auckland',
      '2013-04-10T00:00:00Z',
      [
        ...['2012-12-31T11:00Z 2013-01-31T11:00Z', '2013-01-31T11:00Z 2013-02-28T11:00Z'],
        ...['2013-02-28T11:00Z 2013-03-31T11:00Z', '2013-03-31T11:00Z 2013-04-30T12:00Z'],
      ],
    ],
    'Kolkata, with its half hour': ['Asia/Kolkata', '2013-01-10T00:00:00Z', ['2012-12-31T18:30Z 2013-01-31T18:30Z']],
  };
  for (const [where, [zone, until, expected]] of Object.entries(zones)) {
    it(`follows the calendar of ${where}`, async () => {
      const id = await business.customer('local', { plan, zone, startsAt: `${expected[0]!.split('Z')[0]}:00Z` });
      await extend(until);
      assert.deepEqual(await spans(id), expected);
      for (const { to, billableAt } of await periodsOf(id)) assert.ok(billableAt > to, 'all zones have closed by then');
    });
  }

  it('finds every subscription, also where pages end, and leaves other clocks alone', async () => {
    const stranger = await openBusiness(books.database);
    const strangers = await stranger.customer('stranger', { plan: await stranger.plan('other', [flat('1')]) });
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await business.customer(`C${index}`, { plan }));
    const until = new Date('2013-01-10T00:00:00Z');
    for (const limit of [1, 2, 5]) {
      const pages: number[] = [];
      await throughPages(async (after) => {
        const page = await extendPeriodsPage(books.database, { clockId: business.clockId, until, after, limit });
        pages.push((await page.done).periods);
        return page;
      });
      // Those of the first round are laid out, so that the next ones find nobody.
      assert.deepEqual(pages, limit === 1 ? [1, 1, 1, 1, 1, 0] : [0]);
    }
    for (const id of ids) assert.equal((await spans(id)).length, 1);
    assert.deepEqual(await spans(strangers), []);
  });

  it('makes each period once when many runs extend at once', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await business.customer(`C${index}`, { plan }));
    let runs: Promise<PromiseSettledResult<void>[]> | undefined;
    // Readers pass this lock and writers wait for it: all six have seen that there is nothing before one may write.
    await books.database.transaction(async (sql) => {
      await sql.query('LOCK TABLE periods IN SHARE MODE');
      runs = Promise.allSettled(Array.from({ length: 6 }, () => extend('2013-12-15T00:00:00Z')));
      await untilWaiting(books.database, 6);
    });
    assert.deepEqual(new Set((await runs)?.map(({ status }) => status)), new Set(['fulfilled']));
    for (const id of ids) {
      const found = await periodsOf(id);
      assert.equal(found.length, 12);
      found.slice(1).forEach((period, index) => {
        assert.equal(period.from, found[index]!.to, 'no instant is left out or twice');
      });
    }
  });
});
