import assert from 'node:assert/strict';
import { chooseTaxSettings } from '../../src/billing/tax/choose-tax-settings.ts';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
import { flat, invoicesOf, openBusiness } from '../billing/business.ts';
import { useTarget } from './support.ts';

describe('Invoices with taxes at Stripe', () => {
  const target = useTarget();

  it('have the totals of the books, tax by tax, and say why nothing is taxed', async () => {
    const { database } = target;
    for (const rate of [
      { key: 'vat', name: 'VAT', percentage: '19', country: 'DE', taxType: 'vat' },
      { key: 'city', name: 'City tax', percentage: '1.55', compound: true },
      { key: 'uk', name: 'VAT', percentage: '20', inclusive: true, country: 'GB' },
    ]) {
      await createTaxRate(database, rate, 'test');
    }
    await chooseTaxSettings(database, { rounding: 'invoice', defaultRates: ['vat', 'city'] }, 'test');
    const business = await openBusiness(database);
    const threes = ['one', 'two', 'three'].map((key) => ({ ...flat('3.33'), key }));
    const plan = await business.plan('threes', [...threes, { ...flat('9.99'), key: 'gross', taxRates: ['uk'] }]);
    const [taxed, exempt] = [await business.customer('taxed', { plan }), await business.customer('exempt', { plan })];
    await setCustomerTax(database, exempt, { status: 'exempt', reason: 'Charity' }, 'test');
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');

    async function atStripe(customerId: string) {
      const [invoice] = await invoicesOf(database, customerId);
      await target.bring(invoice!.id);
      const { data } = await target.stripe.invoices.list({ limit: 10 });
      const copy = data.find(({ metadata }) => metadata?.['durabill_invoice'] === invoice!.id)!;
      const taxes = copy.lines.data.flatMap((line) => line.taxes ?? []);
      return { copy, taxes, totalMinor: invoice!.totalMinor };
    }

    // 19 % of 9.99 = 1.8981: 1.90. 1.55 % of 9.99 + 1.8981 = 0.184…: 0.18. A sixth of 9.99 = 1.665, so 1.67, is inside.
    // 9.99 + 1.90 + 0.18 + 9.99 = 22.06.
    const { copy, taxes, totalMinor } = await atStripe(taxed);
    assert.deepEqual([copy.status, copy.subtotal, copy.total, totalMinor], ['open', 1_998, 2_206, 2_206n]);
    const sumOf = (behavior: string) =>
      taxes.filter(({ tax_behavior }) => tax_behavior === behavior).reduce((sum, { amount }) => sum + amount, 0);
    assert.deepEqual([sumOf('exclusive'), sumOf('inclusive')], [208, 167]);
    assert.deepEqual(new Set(taxes.map((tax) => tax.taxability_reason)), new Set(['standard_rated']));

    const free = await atStripe(exempt);
    assert.deepEqual([free.copy.status, free.copy.total, free.totalMinor], ['open', 1_998, 1_998n]);
    assert.deepEqual(
      free.taxes.map(({ taxability_reason, amount }) => `${taxability_reason} ${amount}`),
      Array(4).fill('customer_exempt 0'),
    );
  });
});
