import assert from 'node:assert/strict';
import { rollUpUsage } from '../../../src/billing/roll-up-usage.ts';
import { eventsCsv, usageCsv } from '../../../src/billing/usage/export-usage.ts';
import { showUsage, type UsageQuestion } from '../../../src/billing/usage/show-usage.ts';
import { readEventFilter } from '../../../src/billing/usage/usage-request.ts';
import { exactOf, parseDecimal, sumOf } from '../../../src/domain/money/exact.ts';
import { readLines } from '../../../src/store/invoice-facts.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type Business, invoicesOf, openBusiness, perDeparture, perMile } from '../business.ts';

describe('Usage over time', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId: string;

  const january = { from: '2013-01-01T05:00:00Z', to: '2013-02-01T05:00:00Z' };
  const ask = (question: Partial<UsageQuestion>) =>
    showUsage(books.database, { customerId, meter: 'miles', bucket: 'day', ...january, ...question });

  before(async () => {
    business = await openBusiness(books.database);
    const tails = { key: 'tails', name: 'Aircraft', model: 'per_unit', meter: 'aircraft', unitAmount: '3' };
    const heaviest = { key: 'heavy', name: 'Heaviest', model: 'per_unit', meter: 'heaviest', unitAmount: '1' };
    const plan = await business.plan('all', [perDeparture('0.5'), perMile('0.01'), tails, heaviest]);
    customerId = await business.customer('B6', { plan, zone: 'America/New_York', startsAt: '2013-01-01T05:00:00Z' });
    // Every 5 hours of January, 149 of them, from three airports by four aircraft; every tenth without miles.
    const departures = Array.from({ length: 149 }, (_, index) => ({
      at: new Date(Date.parse('2013-01-01T05:30:00Z') + index * 5 * 3_600_000).toISOString(),
      properties: {
        origin: ['JFK', 'LGA', 'EWR'][index % 3],
        tail: `N${index % 4}`,
        tons: 40 + (index % 7),
        ...(index % 10 !== 0 && { miles: 100 + index + 0.5 }),
      },
    }));
    await business.use('B6', departures.slice(0, 100));
    await rollUpUsage(books.database);
    await business.use('B6', departures.slice(100));
  });

  it('adds up to what the bill of the same time has, for every meter', async () => {
    await business.invoice('2013-02-01T13:00:00Z');
    const [draft] = await invoicesOf(books.database, customerId);
    const lines = (await readLines(books.database, [draft!.id])).get(draft!.id)!;
    assert.deepEqual(lines.map(({ meterKey }) => meterKey).sort(), ['aircraft', 'departures', 'heaviest', 'miles']);
    for (const { meterKey, quantity, eventCount, skippedCount } of lines) {
      const { total } = await ask({ meter: meterKey! });
      assert.deepEqual(total, { quantity, eventCount, skippedCount }, meterKey!);
    }
  });

  for (const bucket of ['hour', 'day', 'month'] as const) {
    it(`by ${bucket} has parts that make the whole, however they are read`, async () => {
      const whole = await ask({ bucket });
      const [series] = whole.series;
      assert.equal(series!.figures.length, whole.starts.length);
      assert.equal(whole.starts.length, { hour: 744, day: 31, month: 1 }[bucket]);
      const sum = sumOf(series!.figures.map(({ quantity }) => parseDecimal(quantity)));
      assert.ok(sum.equals(parseDecimal(whole.total.quantity)), 'the quantity');
      const events = series!.figures.reduce((count, { eventCount }) => count + eventCount, 0n);
      assert.deepEqual([events, whole.total.eventCount, whole.total.skippedCount], [149n, 149n, 15n]);
      // By groups it is read from raw events, and comes to the same in each bucket.
      const parted = await ask({ bucket, groupBy: 'origin' });
      assert.deepEqual(parted.series.map(({ value }) => value).sort(), ['EWR', 'JFK', 'LGA']);
      for (const place of whole.starts.keys()) {
        const parts = sumOf(parted.series.map(({ figures }) => parseDecimal(figures[place]!.quantity)));
        assert.ok(parts.equals(parseDecimal(series!.figures[place]!.quantity)), `bucket ${place}`);
      }
    });
  }

  it('is by the days of the customer’s zone', async () => {
    const { starts, series } = await ask({ meter: 'departures' });
    assert.equal(starts[1]?.toISOString(), '2013-01-02T05:00:00.000Z');
    // From 05:30 UTC every 5 hours: 05:30, 10:30, 15:30, 20:30 and 01:30 are on 1 January in New York.
    assert.deepEqual(series[0]?.figures[0], { quantity: '5', eventCount: 5n, skippedCount: 0n });
  });

  it('shows the values with most events, and all others as one', async () => {
    const { series, groups, groupCount, total } = await ask({ meter: 'departures', groupBy: 'tail', groups: 2 });
    // 149 by four: N0 has 38, the others 37; of those at par the first by name.
    assert.deepEqual(
      groups.map(({ value, quantity }) => `${value} ${quantity}`),
      ['N0 38', 'N1 37'],
    );
    assert.equal(groupCount, 4);
    assert.deepEqual(
      series.map(({ value }) => value),
      ['N0', 'N1', null],
    );
    const sum = sumOf(series.flatMap(({ figures }) => figures.map(({ quantity }) => parseDecimal(quantity))));
    assert.ok(sum.equals(parseDecimal(total.quantity)), 'they make the whole');
  });

  it('of a meter that does not add up is measured anew for each bucket and group', async () => {
    const { series, total } = await ask({ meter: 'aircraft', groupBy: 'origin' });
    assert.equal(total.quantity, '4');
    for (const { figures } of series) {
      for (const { quantity, eventCount } of figures) {
        assert.ok(parseDecimal(quantity).compare(exactOf(eventCount)) <= 0, `${quantity} of ${eventCount}`);
      }
    }
  });

  it('of events that pass a filter alone, beside an earlier time', async () => {
    const filter = JSON.stringify({ origin: ['JFK'] });
    const { total, compared } = await ask({
      meter: 'departures',
      filter,
      from: '2013-01-15T05:00:00Z',
      to: '2013-01-29T05:00:00Z',
      compareFrom: '2013-01-01T05:00:00Z',
      compareTo: '2013-01-15T05:00:00Z',
    });
    // 14 days have 336 hours: departures 0 to 67 are of the first, and of these every third, from 0, of JFK: 23.
    assert.equal(compared?.total.quantity, '23');
    // 68 to 134: 69, 72, … 132 are 22.
    assert.equal(total.quantity, '22');
    assert.equal(compared?.figures.length, 14);
  });

  it('refuses what it cannot show', async () => {
    const refused = async (question: Partial<UsageQuestion>, code: string, field: string) =>
      await assert.rejects(ask(question), { code, field });
    await refused({ bucket: 'hour', to: '2013-03-01T05:00:00Z' }, 'request-invalid', 'bucket');
    await refused({ from: '2013-02-01T05:00:00Z' }, 'request-invalid', 'to');
    await refused({ to: '2016-02-01T05:00:00Z' }, 'request-invalid', 'to');
    await refused({ meter: 'nothing' }, 'not-found', 'meter');
    await refused({ filter: '{"origin":' }, 'request-invalid', 'filter');
    await refused({ filter: '{"origin":"JFK"}' }, 'request-invalid', 'filter.origin');
    await refused({ compareFrom: '2013-01-01T05:00:00Z' }, 'request-invalid', 'compareTo');
    await refused({ customerId: 'd2c1a1f0-5d8b-4d0c-9b43-2a6d4a4a1111' }, 'not-found', 'id');
  });

  it('is exported with the same numbers, and with every event once', async () => {
    const csv = await usageCsv(books.database, { customerId, meter: 'miles', bucket: 'day', ...january });
    const lines = csv.trimEnd().split('\r\n');
    assert.equal(lines[0], 'meter,from,to,group,quantity,events,skipped');
    assert.equal(lines.length, 32);
    const filter = await readEventFilter(books.database, customerId, { ...january, meter: 'departures' });
    let text = '';
    for await (const part of eventsCsv(books.database, filter)) text += part;
    const ids = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1]);
    assert.deepEqual([ids.length, new Set(ids).size], [149, 149]);
  });

  it('exports page by page, of which only the next is read', async () => {
    const plan = await business.plan('counted', [perDeparture('0.5')]);
    const id = await business.customer('DL', { plan });
    for (const hour of ['10', '11']) {
      await business.use(
        'DL',
        Array.from({ length: 600 }, (_, index) => ({ id: `${hour}-${index}`, at: `2013-01-05T${hour}:00:00Z` })),
      );
    }
    const filter = await readEventFilter(books.database, id, january);
    const parts: string[] = [];
    for await (const part of eventsCsv(books.database, filter)) parts.push(part);
    // A header, 1,000 of the 1,200, and the rest: all of them at two instants, so that pages end in the middle of one.
    assert.deepEqual(
      parts.map((part) => part.trimEnd().split('\r\n').length),
      [1, 1_000, 200],
    );
    const ids = parts
      .slice(1)
      .join('')
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(',')[1]);
    assert.equal(new Set(ids).size, 1_200);
  });
});
