import assert from 'node:assert/strict';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { findLateUsage } from '../../src/billing/late-usage.ts';
import { type InvoiceProof, proveInvoice } from '../../src/billing/prove-invoice.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { readLines } from '../../src/store/invoice-facts.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, flat, invoicesOf, openBusiness } from './business.ts';

const ofUse = { eventType: 'use', aggregation: 'sum' };
const meters = [
  { ...ofUse, key: 'traffic', name: 'Traffic', eventType: 'transfer', property: 'gigabytes' },
  { ...ofUse, key: 'paid', name: 'Payments', property: 'paid' },
  { ...ofUse, key: 'seat-changes', name: 'Seats', property: 'seats', carries: true },
  { ...ofUse, key: 'load', name: 'Load', aggregation: 'weighted_sum', property: 'load' },
];
const prices = [
  flat('100'),
  { key: 'seats', name: 'Seats', model: 'seats', meter: 'seat-changes', unitAmount: '31' },
  {
    key: 'traffic',
    name: 'Traffic',
    model: 'per_unit',
    meter: 'traffic',
    unitAmount: '2',
    included: '10',
    groupBy: ['region'],
  },
  {
    key: 'payments',
    name: 'Payments',
    model: 'percentage',
    meter: 'paid',
    rate: '2',
    fixedAmount: '0.30',
    freeTransactions: '1',
  },
  { key: 'load', name: 'Load', model: 'per_unit', meter: 'load', unitAmount: '10' },
];

describe('A bill of what is grouped, carried on, weighed and bounded', () => {
  const books = useTestDatabase();
  let business: Business;
  let customerId = '';

  beforeEach(async () => {
    business = await openBusiness(books.database);
    const plan = `cloud-${business.numberPrefix.toLowerCase()}`;
    const file = {
      meters,
      plans: [{ key: plan, name: 'Cloud', currency: 'USD', interval: 'month', minimumAmount: '400', prices }],
    };
    await applyPlans(books.database, parsePlanFile(file), 'test');
    customerId = await business.customer('C', { plan });
    const use = (at: string, properties: Record<string, unknown>, type = 'use') => ({
      at: `${at}T00:00:00Z`,
      type,
      properties,
    });
    await business.use('C', [
      use('2012-12-15', { seats: 2 }),
      use('2013-01-02', { paid: 100 }),
      use('2013-01-05', { paid: '50' }),
      use('2013-01-03', { paid: 20 }),
      use('2013-01-04', { gigabytes: 12, region: 'eu' }, 'transfer'),
      use('2013-01-05', { gigabytes: 18, region: 'eu' }, 'transfer'),
      use('2013-01-06', { gigabytes: 15, region: 'us' }, 'transfer'),
      use('2013-01-11', { seats: 1 }),
      use('2013-01-16', { load: 31 }),
    ]);
    await business.invoice('2013-02-01T13:00:00Z');
  });

  const billed = async (place: number) => {
    const invoice = (await invoicesOf(books.database, customerId))[place]!;
    const lines = (await readLines(books.database, [invoice.id])).get(invoice.id) ?? [];
    return { invoice, lines };
  };
  const linesOf = async (place: number) =>
    (await billed(place)).lines.map(({ priceKey, group, quantity, amountMinor }) => [
      priceKey,
      ...(group ?? []),
      quantity,
      amountMinor,
    ]);

  /**
   * January by hand, in dollars. Two seats from before and a third from the 11th on, at 31 a month: 2 × 31 × 10/31 = 20
   * and 3 × 31 × 21/31 = 63, 83 in all. Traffic by region, the first 10 free in each: (30 - 10) × 2 = 40 and
   * (15 - 10) × 2 = 10. The first payment is free, the other two are 70: 2 % of it and 2 × 0.30 are 2. A load of 31 for
   * 16 of 31 days is 16, at 10 each 160. With the base fee of 100 that is 395, and 5 are missing to the minimum of 400.
   */
  it('has a line for each group and one for what is missing to the minimum', async () => {
    assert.deepEqual(await linesOf(0), [
      ['base', '1', 10_000n],
      ['seats', '3', 8_300n],
      ['traffic', 'eu', '30', 4_000n],
      ['traffic', 'us', '15', 1_000n],
      ['payments', '170', 200n],
      ['load', '16', 16_000n],
      ['minimum', '1', 500n],
    ]);
    const { invoice, lines } = await billed(0);
    assert.equal(invoice.totalMinor, 40_000n);
    assert.deepEqual(
      lines.filter(({ priceId }) => priceId === null).map(({ description }) => description),
      ['Minimum commitment'],
    );
  });

  it('carries seats on to the next month, and nothing else', async () => {
    await business.invoice('2013-03-01T13:00:00Z');
    // 3 × 31 = 93, and 100: 207 are missing.
    assert.deepEqual(await linesOf(1), [
      ['base', '1', 10_000n],
      ['seats', '3', 9_300n],
      ['traffic', '0', 0n],
      ['payments', '0', 0n],
      ['load', '0', 0n],
      ['minimum', '1', 20_700n],
    ]);
  });

  it('is proved line by line from the events of its group, and says what it does not list', async () => {
    await business.scan('2013-02-02T15:00:00Z');
    const { invoice } = await billed(0);
    assert.equal(invoice.lifecycle, 'issued');
    const proof = (await proveInvoice(books.database, invoice.id)) as InvoiceProof;
    assert.deepEqual([proof.holds, proof.failure], [true, null]);
    assert.deepEqual(
      proof.lines.map(({ description, evidence }) => [description, evidence?.events ?? null]),
      [
        ['Base fee', null],
        ['Seats', 5n],
        ['Traffic (eu)', 2n],
        ['Traffic (us)', 1n],
        ['Payments', 5n],
        ['Load', 5n],
        ['Minimum commitment', null],
      ],
    );
    const sentenceOf = (priceKey: string) =>
      proof.lines.find((line) => line.priceKey === priceKey)?.comparisons.find(({ what }) => what === 'events')
        ?.sentence;
    assert.match(sentenceOf('seats') as string, /events before it: they are read again for the quantity/);
    assert.doesNotMatch(sentenceOf('load') as string, /before it/);
  });

  it('sees late usage in a group of its own, and in the seats of all months after it', async () => {
    await business.scan('2013-02-02T15:00:00Z');
    await business.invoice('2013-03-01T13:00:00Z');
    await business.scan('2013-03-02T15:00:00Z');
    const late = { at: '2013-01-31T00:00:00Z' };
    await business.use('C', [
      { ...late, type: 'transfer', properties: { gigabytes: 20, region: 'asia' } },
      { ...late, type: 'use', properties: { seats: 31 } },
    ]);
    // January: 395 + (20 - 10) × 2 + 31 × 31 × 1/31 = 446 instead of 400. February: 100 + 34 × 31 = 1,154 instead of 400.
    assert.deepEqual((await findLateUsage(books.database, business.clockId)).differences, [
      { currency: 'USD', amountMinor: 4_600n + 75_400n },
    ]);
    const proof = (await proveInvoice(books.database, (await billed(0)).invoice.id)) as InvoiceProof;
    assert.deepEqual([proof.holds, proof.lines.length], [true, 7], 'what came late is not in the proof');
  });
});
