import assert from 'node:assert/strict';
import { equal, type Rational, rational, roundedUnits } from '../domain/support/rational.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, type Departure, flat, invoicesOf, meters, openBusiness } from './business.ts';
import { chargeFor, countUsage, type PriceWords, type SentEvent } from './oracle.ts';

const bounds = [
  { upTo: '10', unitAmount: '1.005', flatAmount: '2.5' },
  { upTo: '25.5', unitAmount: '0.333' },
  { upTo: '400', flatAmount: '40' },
  { upTo: null, unitAmount: '0.0125' },
];
const models: PriceWords[] = [
  { model: 'per_unit', unitAmount: '0.0333' },
  { model: 'graduated', tiers: bounds },
  { model: 'volume', tiers: bounds },
  { model: 'package', packageSize: '7.5', packageAmount: '3.99' },
  { model: 'package', packageSize: '7.5', packageAmount: '3.99', rounding: 'down' },
];
const filters = [{}, { origin: ['JFK'] }, { origin: ['LGA', 'EWR'], late: ['true'] }];

/** Every meter with every model, each of them with and without included units, the filters in turn. */
const prices = meters.flatMap((meter, of) =>
  models.flatMap((model, index) =>
    [undefined, '3.25'].map((included, which) => {
      const key = `${meter.key}-${index}-${which}`;
      const filter = filters[(of + index + which) % filters.length]!;
      return {
        ...{ key, name: key, meter: meter.key, ...model },
        ...(Object.keys(filter).length > 0 && { filter }),
        ...(included !== undefined && { included }),
      };
    }),
  ),
);

/** A month of departures that no two of are alike, some of which lack a property or have nonsense in it. */
function departures(): Departure[] {
  return Array.from({ length: 90 }, (_, index) => {
    const at = new Date(Date.UTC(2013, 0, 1, index * 8, index % 60)).toISOString();
    const properties: Record<string, unknown> = {
      origin: ['JFK', 'LGA', 'EWR'][index % 3],
      late: index % 4 === 0,
      miles: index % 10 === 3 ? `${index}.125` : index * 1.5,
      tons: 70 + ((index * 37) % 50),
      tail: `N${index % 11}JB`,
      seats: index % 17 === 5 ? 'unknown' : 100 + (index % 6),
    };
    if (index % 7 === 6) delete properties['miles'];
    if (index % 13 === 12) properties['tail'] = null;
    return { at, properties };
  });
}

describe('An invoice', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const linesOf = async (invoiceId: string) =>
    (
      await books.database.query<{
        key: string;
        quantity: string;
        exact: string;
        amountMinor: bigint;
        eventCount: bigint;
        skippedCount: bigint;
      }>(
        `SELECT price_key AS key, quantity, exact_amount AS exact, amount_minor AS "amountMinor",
                event_count AS "eventCount", skipped_count AS "skippedCount"
         FROM invoice_lines WHERE invoice_id = $1 ORDER BY position`,
        [invoiceId],
      )
    ).rows;

  it('agrees line for line with a second computation, for every aggregation with every price model', async () => {
    const plan = await business.plan('everything', prices);
    const customerId = await business.customer('B6', { plan });
    const sent = departures();
    await business.use('B6', sent);
    // Neither of these is of January: one is its end to the millisecond, the other another kind of event.
    await business.use('B6', [{ at: '2013-02-01T00:00:00Z', properties: { miles: 1e6, tons: 1e6, seats: 1 } }]);

    assert.deepEqual(await business.invoice('2013-02-01T13:00:00Z'), {
      generated: 1,
      rebuilt: 0,
      parkedPeriods: 0,
      held: 0,
      noted: 0,
    });
    const [invoice] = await invoicesOf(books.database, customerId);
    const lines = await linesOf(invoice!.id);
    assert.equal(lines.length, 60);

    const events: SentEvent[] = sent.map(({ at, properties = {} }, index) => {
      return { customerId, type: 'departure', at: Date.parse(at), source: 'gate', id: String(index), properties };
    });
    const month = { customerId, start: Date.UTC(2013, 0, 1), end: Date.UTC(2013, 1, 1) };
    let totalMinor = 0n;
    prices.forEach((price, index) => {
      const line = lines[index]!;
      const meter = meters.find(({ key }) => key === price.meter)!;
      const counted = countUsage(events, meter, 'filter' in price ? price.filter : {}, month);
      const charge: Rational = chargeFor(price, counted.quantity);
      assert.equal(line.key, price.key);
      assert.ok(equal(rational(line.quantity), counted.quantity), `${price.key}: ${line.quantity}`);
      assert.deepEqual([line.eventCount, line.skippedCount], [counted.eventCount, counted.skippedCount], price.key);
      assert.ok(equal(rational(line.exact), charge), `${price.key}: ${line.exact}`);
      assert.equal(line.amountMinor, roundedUnits(charge, 2), price.key);
      totalMinor += roundedUnits(charge, 2);
    });
    assert.equal(invoice!.totalMinor, totalMinor);
    assert.equal(invoice!.lineCount, 60);
    const skipped = lines.filter(({ skippedCount }) => skippedCount > 0n).length;
    assert.ok(skipped >= 20, 'the month was made to have skipped events');
  });

  it('charges a flat price by the share of the month, in exact seconds', async () => {
    const plan = await business.plan('part', [flat('100')]);
    const customerId = await business.customer('B6', { plan, startsAt: '2013-01-11T00:00:00Z' });
    await business.invoice('2013-02-01T13:00:00Z');
    // 21 of 31 days of 100.00: 67.7419…, rounded once.
    assert.equal((await invoicesOf(books.database, customerId))[0]?.totalMinor, 6_774n);
  });

  it('counts seconds that went by, not days: the month of the spring change is an hour shorter', async () => {
    const plan = await business.plan('part', [flat('743')]);
    const startsAt = '2013-03-31T04:00:00Z';
    const customerId = await business.customer('B6', { plan, zone: 'America/New_York', startsAt });
    await business.invoice('2013-04-01T13:00:00Z');
    // March of New York has 743 hours, and its last day all 24 of them.
    assert.equal((await invoicesOf(books.database, customerId))[0]?.totalMinor, 2_400n);
  });
});
