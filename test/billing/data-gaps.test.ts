import assert from 'node:assert/strict';
import { countSourcesOfUsage } from '../../src/billing/count-sources.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { listSources } from '../../src/store/usage-freshness.ts';
import { findInvoice } from '../../src/store/whole-invoice.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness, perDeparture } from './business.ts';
import { backfill, correct } from './corrections/support.ts';

describe('Gaps in the data of an invoice', () => {
  const books = useTestDatabase();
  let business: Business;
  let customer = '';
  let tests = 0;
  const source = (name: string) => `${name}-${tests}`;

  beforeEach(async () => {
    tests += 1;
    business = await openBusiness(books.database);
    customer = await business.customer('B6', {
      plan: await business.plan('use', [flat('1'), perDeparture('1')]),
    });
  });

  /** An event at noon of each of these days of January 2013; the 32nd is 1 February. */
  async function send(name: string, days: readonly number[]): Promise<void> {
    const outcomes = await recordUsage(
      books.database,
      days.map((day) => ({
        id: `${day}`,
        source: source(name),
        customer,
        type: 'departure',
        occurredAt: new Date(Date.UTC(2013, 0, day, 12)).toISOString(),
      })),
    );
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['accepted']));
  }
  const daily = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const billed = async () => {
    await business.invoice('2013-02-01T13:00:00Z');
    return (await invoicesOf(books.database, customer))[0]!.id;
  };
  const readDataGaps = async (invoiceId: string) => (await findInvoice(books.database, invoiceId))!.dataGaps;
  const gapsOf = async (invoiceId: string) =>
    (await readDataGaps(invoiceId))?.map(({ source: name, silentDays, longestPauseDays }) => [
      name,
      silentDays,
      longestPauseDays,
    ]);

  it('are not known before what came in is counted', async () => {
    await send('gate', daily(1, 10));
    const invoiceId = await billed();
    assert.equal(await readDataGaps(invoiceId), null);
    await countSourcesOfUsage(books.database);
    assert.notEqual(await readDataGaps(invoiceId), null);
  });

  it('name a source that is silent for longer than it ever was', async () => {
    // Daily to the 20th at noon: 11.5 days to the end, and never more than a day between two.
    await send('stopped', daily(1, 20));
    // Each fifth day to the 28th: 3.5 days to the end are usual for it.
    await send('seldom', [3, 8, 13, 18, 23, 28]);
    await send('steady', daily(1, 31));
    const invoiceId = await billed();
    await countSourcesOfUsage(books.database);
    assert.deepEqual(await gapsOf(invoiceId), [[source('stopped'), 11, 1]]);
    const [gap] = (await readDataGaps(invoiceId))!;
    assert.deepEqual([gap!.eventType, gap!.meterKeys], ['departure', ['departures']]);
    assert.equal(gap!.lastOccurredAt.toISOString(), '2013-01-20T12:00:00.000Z');
  });

  it('are over when the source is heard of again', async () => {
    await send('stopped', daily(1, 20));
    const invoiceId = await billed();
    await send('stopped', [32]);
    await countSourcesOfUsage(books.database);
    assert.deepEqual(await gapsOf(invoiceId), []);
  });

  it('are said of no source with too few days to tell what is usual, nor of one that never sent', async () => {
    await send('once', [2, 3]);
    const invoiceId = await billed();
    await countSourcesOfUsage(books.database);
    assert.deepEqual(await gapsOf(invoiceId), []);
  });

  it('are not closed by a correction, which is no word of the source', async () => {
    await send('stopped', daily(1, 20));
    const invoiceId = await billed();
    const flight = backfill({ id: `hand-${tests}`, customer, at: '2013-01-31T12:00:00Z' });
    await correct(books.database, { changes: [{ ...flight, source: source('stopped') }] });
    await countSourcesOfUsage(books.database);
    assert.deepEqual(await gapsOf(invoiceId), [[source('stopped'), 11, 1]]);
  });

  it('come from counts that are the same in small steps as in one', async () => {
    for (const name of ['a', 'b', 'c']) await send(name, daily(1, 7));
    await countSourcesOfUsage(books.database, { eventsPerStep: 3 });
    await countSourcesOfUsage(books.database);
    const mine = (await listSources(books.database, { after: undefined, limit: 100 })).filter(({ source: name }) =>
      name.endsWith(`-${tests}`),
    );
    assert.deepEqual(
      mine.map(({ source: name, eventCount, lastDayCount, lastOccurredAt }) => [
        name,
        eventCount,
        lastDayCount,
        lastOccurredAt.toISOString(),
      ]),
      ['a', 'b', 'c'].map((name) => [source(name), 7n, 7n, '2013-01-07T12:00:00.000Z']),
    );
  });
});
