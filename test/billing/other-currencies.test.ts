import assert from 'node:assert/strict';
import { applyPlans } from '../../src/billing/apply-plans.ts';
import { type InvoiceProof, proveInvoice } from '../../src/billing/prove-invoice.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import { readLines } from '../../src/store/invoice-facts.ts';
import { useTestDatabase } from '../support/database.ts';
import { type Business, invoicesOf, openBusiness } from './business.ts';

const meters = [{ key: 'paid', name: 'Payments', eventType: 'use', aggregation: 'sum', property: 'paid' }];
const prices = [
  {
    key: 'fee',
    name: 'Fee in advance',
    model: 'flat',
    timing: 'advance',
    amount: '10',
    currencies: { JPY: { amount: '1500' } },
  },
  {
    key: 'payments',
    name: 'Payments',
    model: 'percentage',
    meter: 'paid',
    rate: '2',
    transactionMinimum: '0.50',
    currencies: { JPY: { rate: '3', freeTransactions: '1', transactionMinimum: '50' } },
  },
  {
    key: 'tips',
    name: 'Tips',
    model: 'dynamic',
    meter: 'paid',
    amountProperty: 'usd',
    currencies: { JPY: { amountProperty: 'jpy' } },
  },
];

describe('A bill in another currency than the plan’s own', () => {
  const books = useTestDatabase();
  let business: Business;

  beforeEach(async () => {
    business = await openBusiness(books.database);
  });

  const bill = async (currency: string) => {
    const plan = `cards-${business.numberPrefix.toLowerCase()}`;
    const terms = { key: plan, name: 'Cards', currency: 'USD', currencies: ['JPY'], interval: 'month', prices };
    await applyPlans(books.database, parsePlanFile({ meters, plans: [terms] }), 'test');
    const customerId = await business.customer('C', { plan, currency });
    await business.use('C', [
      { at: '2013-01-02T00:00:00Z', type: 'use', properties: { paid: 100, usd: 1, jpy: 150 } },
      { at: '2013-01-03T00:00:00Z', type: 'use', properties: { paid: 1000, usd: 2, jpy: 300 } },
      { at: '2013-01-04T00:00:00Z', type: 'use', properties: { paid: 5000, usd: 4, jpy: 600 } },
    ]);
    await business.invoice('2013-01-01T01:00:00Z');
    await business.invoice('2013-02-01T13:00:00Z');
    return await invoicesOf(books.database, customerId);
  };
  const linesOf = async (invoiceId: string) =>
    ((await readLines(books.database, [invoiceId])).get(invoiceId) ?? []).map(({ priceKey, amountMinor }) => [
      priceKey,
      amountMinor,
    ]);

  it('asks for what is billed ahead once, and reads its usage by the terms of that currency', async () => {
    const [january, rest] = await bill('JPY');
    // Purposes `start` and `period` of the same month: the fee of January, then its use and the fee of February.
    const both = [await linesOf(january!.id), await linesOf(rest!.id)].sort((a, b) => a.length - b.length);
    assert.deepEqual(both[0], [['fee', 1500n]]);
    // The first payment, of 100, is free. 3 % of 1,000 are 30, so 50; 3 % of 5,000 are 150: 200 in all. The tips in yen
    // are 150 + 300 + 600 = 1,050.
    assert.deepEqual(both[1], [
      ['payments', 200n],
      ['tips', 1050n],
      ['fee', 1500n],
    ]);
  });

  it('is in the plan’s own currency what that says', async () => {
    const [january, rest] = await bill('USD');
    const both = [await linesOf(january!.id), await linesOf(rest!.id)].sort((a, b) => a.length - b.length);
    assert.deepEqual(both[0], [['fee', 1000n]]);
    // 2 % of 100, 1,000 and 5,000 are 2 + 20 + 100 = 122.00; the tips in dollars are 7.00.
    assert.deepEqual(both[1], [
      ['payments', 12_200n],
      ['tips', 700n],
      ['fee', 1000n],
    ]);
  });

  it('is proved from the events that it reads', async () => {
    const invoices = await bill('JPY');
    await business.scan('2013-02-02T15:00:00Z');
    for (const { id } of invoices) {
      const proof = (await proveInvoice(books.database, id)) as InvoiceProof;
      assert.deepEqual([proof.holds, proof.failure], [true, null]);
    }
  });
});
