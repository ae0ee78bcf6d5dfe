import assert from 'node:assert/strict';
import { addPendingItem } from '../../../src/billing/pending-item-orders.ts';
import { archiveTaxRate } from '../../../src/billing/tax/archive-tax-rate.ts';
import { chooseTaxSettings } from '../../../src/billing/tax/choose-tax-settings.ts';
import { createTaxRate } from '../../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import type { Database } from '../../../src/store/database.ts';
import { type Business, flat, openBusiness, perDeparture } from '../../billing/business.ts';
import { useTestDatabase } from '../../support/database.ts';

/** An invoice as the books have it: its sums, its taxes, and each line with its part of them. */
async function billOf(database: Database, customerId: string) {
  const { rows } = await database.query<{ id: string } & Record<string, unknown>>(
    `SELECT i.id, s.lifecycle, i.subtotal_minor AS subtotal, i.tax_minor AS tax, i.inclusive_tax_minor AS inside,
       i.total_minor AS total, i.tax_rounding AS rounding
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE i.customer_id = $1 ORDER BY i.period_start_at DESC LIMIT 1`,
    [customerId],
  );
  const { id, ...sums } = rows[0]!;
  const taxes = await database.query<{ told: string }>(
    `SELECT concat_ws(' ', key, trim_scale(percentage) || '%', 'of', taxable_minor, '=', amount_minor, reason) AS told
     FROM invoice_taxes WHERE invoice_id = $1 ORDER BY position`,
    [id],
  );
  const lines = await database.query<{ told: string }>(
    `SELECT concat_ws(' ', amount_minor, tax_minor, inclusive_tax_minor) AS told FROM invoice_lines WHERE invoice_id = $1 ORDER BY position`,
    [id],
  );
  return { ...sums, taxes: taxes.rows.map(({ told }) => told), lines: lines.rows.map(({ told }) => told) };
}

const rates = async (database: Database, ...given: [key: string, percentage: string, more?: object][]) => {
  for (const [key, percentage, more] of given) {
    await createTaxRate(database, { key, name: key.toUpperCase(), percentage, ...more }, 'test');
  }
};
/** Three departures at 3.33 in lines of their own. */
const threes = ['one', 'two', 'three'].map((key) => ({ ...flat('3.33'), key }));
const billed = (business: Business) => business.invoice('2013-02-01T13:00:00Z');
const issued = (business: Business) => business.scan('2013-02-02T15:00:00Z');

/**
 * 1 Feb 13:00 UTC: the drafts of January. 2 Feb 15:00 UTC: they are issued. All customers are in UTC.
 */
describe('Bills with taxes, rounded over the invoice', () => {
  const books = useTestDatabase();

  before(async () => {
    await rates(books.database, ['vat', '19'], ['reduced', '7'], ['gst', '5'], ['qst', '9.5', { compound: true }]);
    await rates(books.database, ['uk', '20', { inclusive: true }]);
    await chooseTaxSettings(books.database, { rounding: 'invoice', defaultRates: ['vat'] }, 'test');
  });

  it('three lines of 3.33 at 19 %: the tax of 9.99, and not three times that of 3.33', async () => {
    const business = await openBusiness(books.database);
    const id = await business.customer('threes', { plan: await business.plan('threes', threes) });
    await billed(business);
    // 9.99 × 19 % = 1.8981: 1.90, of which the first line has the cent that 0.63 three times leaves.
    const bill = {
      lifecycle: 'draft',
      ...{ subtotal: 999n, tax: 190n, inside: 0n, total: 1_189n, rounding: 'invoice' },
      taxes: ['vat 19% of 999 = 190'],
      lines: ['333 64 0', '333 63 0', '333 63 0'],
    };
    assert.deepEqual(await billOf(books.database, id), bill);
    await issued(business);
    assert.deepEqual(await billOf(books.database, id), { ...bill, lifecycle: 'issued' });
  });

  it('a customer who proves on the review day that the tax is theirs to pay gets a bill without', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const plan = await business.plan('hundred', [flat('100')]);
    const id = await business.customer('abroad', { plan });
    await billed(business);
    // 100.00 + 19 % = 119.00.
    assert.equal((await billOf(database, id))['total' as never], 11_900n);
    const taxIds = [{ type: 'eu_vat', value: 'ATU13585627' }];
    await setCustomerTax(database, id, { status: 'reverse_charge', reason: 'Article 196', taxIds }, 'test');
    await issued(business);
    assert.deepEqual(await billOf(database, id), {
      lifecycle: 'issued',
      ...{ subtotal: 10_000n, tax: 0n, inside: 0n, total: 10_000n, rounding: 'invoice' },
      taxes: ['reverse_charge 0% of 10000 = 0 Article 196'],
      lines: ['10000 0 0'],
    });
    // What was issued stays, whatever is said later; the next month is taxed again.
    await setCustomerTax(database, id, { status: 'taxable' }, 'test');
    assert.deepEqual((await billOf(database, id)).taxes, ['reverse_charge 0% of 10000 = 0 Article 196']);
    await business.invoice('2013-03-01T13:00:00Z');
    assert.deepEqual((await billOf(database, id)).taxes, ['vat 19% of 10000 = 1900']);
  });

  it('prices that have their own taxes: reduced, none, and Quebec as it was, one tax on the other', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const plan = await business.plan('mixed', [
      { ...flat('50'), key: 'usual' },
      { ...flat('20'), key: 'books', taxRates: ['reduced'] },
      { ...flat('5'), key: 'stamps', taxRates: [] },
      { ...flat('100'), key: 'montreal', taxRates: ['gst', 'qst'] },
    ]);
    const id = await business.customer('mixed', { plan });
    await billed(business);
    await issued(business);
    // 19 % of 50.00 = 9.50; 7 % of 20.00 = 1.40; 5 % of 100.00 = 5.00; 9.5 % of 105.00 = 9.975, so 9.98: 25.88.
    assert.deepEqual(await billOf(database, id), {
      lifecycle: 'issued',
      ...{ subtotal: 17_500n, tax: 2_588n, inside: 0n, total: 20_088n, rounding: 'invoice' },
      taxes: ['vat 19% of 5000 = 950', 'reduced 7% of 2000 = 140', 'gst 5% of 10000 = 500', 'qst 9.5% of 10500 = 998'],
      lines: ['5000 950 0', '2000 140 0', '500 0 0', '10000 1498 0'],
    });
  });

  it('prices with the tax in them: the customer pays the price, and the bill says what of it is tax', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const plan = await business.plan('gross', [{ ...perDeparture('9.99'), taxRates: ['uk'] }]);
    const id = await business.customer('gross', { plan });
    await business.use('gross', [{ at: '2013-01-05T00:00:00Z' }, { at: '2013-01-06T00:00:00Z' }]);
    await billed(business);
    await issued(business);
    // 2 × 9.99 = 19.98; a sixth of it is 3.33.
    assert.deepEqual(await billOf(database, id), {
      lifecycle: 'issued',
      ...{ subtotal: 1_998n, tax: 0n, inside: 333n, total: 1_998n, rounding: 'invoice' },
      taxes: ['uk 20% of 1665 = 333'],
      lines: ['1998 0 333'],
    });
  });

  it('charges beside the plan: each with its own taxes already on the draft, and where it joins only at the issue', async () => {
    const { database } = books;
    const business = await openBusiness(database);
    const id = await business.customer('extra', { plan: await business.plan('ten', [flat('10')]) });
    const charge = (requestId: string, amount: string, taxRates?: string[]) =>
      addPendingItem(
        database,
        { customer: id, requestId, description: requestId, amount, ...(taxRates && { taxRates }) },
        'test',
      );
    await assert.rejects(charge('refused', '1.00', ['vat', 'pst']), {
      code: 'tax-rate-unknown',
      field: 'taxRates[1]',
    });
    await charge('manual', '20.00', ['reduced']);
    await charge('stamps', '3.00', []);
    await charge('visit', '5.00');
    await billed(business);
    // 19 % of 10.00 + 5.00 = 2.85; 7 % of 20.00 = 1.40; nothing on 3.00.
    const draft = await billOf(database, id);
    assert.deepEqual(draft.taxes, ['vat 19% of 1500 = 285', 'reduced 7% of 2000 = 140']);
    assert.deepEqual(draft.lines, ['1000 190 0', '2000 140 0', '300 0 0', '500 95 0']);
    await charge('late', '40.00', ['reduced']);
    await issued(business);
    // 7 % of 60.00 = 4.20: 78.00 + 2.85 + 4.20 = 85.05.
    const bill = await billOf(database, id);
    assert.deepEqual(bill.taxes, ['vat 19% of 1500 = 285', 'reduced 7% of 6000 = 420']);
    assert.deepEqual([bill['lifecycle' as never], bill['total' as never]], ['issued', 8_505n]);
  });

  it('a rate that was archived meanwhile is still on the bills of whoever has it', async () => {
    const { database } = books;
    await rates(database, ['leaving', '3']);
    const business = await openBusiness(database);
    const id = await business.customer('late', { plan: await business.plan('ten', [flat('10')]) });
    await setCustomerTax(database, id, { status: 'taxable', defaultRates: ['leaving'] }, 'test');
    await archiveTaxRate(database, 'leaving', 'test');
    await billed(business);
    await issued(business);
    assert.deepEqual((await billOf(database, id)).taxes, ['leaving 3% of 1000 = 30']);
  });
});

describe('Bills with taxes, rounded on each line', () => {
  const books = useTestDatabase();

  it('three lines of 3.33 at 19 %: 0.63 on each, which is a cent less than over the invoice', async () => {
    const { database } = books;
    await rates(database, ['vat', '19']);
    await chooseTaxSettings(database, { rounding: 'line', defaultRates: ['vat'] }, 'test');
    const business = await openBusiness(database);
    const id = await business.customer('threes', { plan: await business.plan('threes', threes) });
    await billed(business);
    await issued(business);
    // 3.33 × 19 % = 0.6327.
    assert.deepEqual(await billOf(database, id), {
      lifecycle: 'issued',
      ...{ subtotal: 999n, tax: 189n, inside: 0n, total: 1_188n, rounding: 'line' },
      taxes: ['vat 19% of 999 = 189'],
      lines: ['333 63 0', '333 63 0', '333 63 0'],
    });
    await assert.rejects(chooseTaxSettings(database, { rounding: 'invoice', defaultRates: [] }, 'test'), {
      code: 'tax-rounding-fixed',
    });
  });
});
