import assert from 'node:assert/strict';
import { parseCurrency } from '../../src/domain/money/currency.ts';
import { parseDecimal } from '../../src/domain/money/exact.ts';
import { computeTaxes, type LineTax, type TaxRate, type TaxTerms } from '../../src/domain/tax/compute-taxes.ts';
import type { OutgoingTax } from '../../src/targets/port.ts';
import { taxAmountsOf } from '../../src/targets/stripe/tax-amounts.ts';
import { draftWith, useSimulator } from '../stripe-simulator/support.ts';

const rate = (key: string, percentage: string, isInclusive = false): TaxRate => ({
  ...{ key, name: key.toUpperCase(), percentage: parseDecimal(percentage) },
  ...{ isInclusive, isCompound: false, country: 'DE' },
});

describe('Taxes as they go to Stripe', () => {
  const bench = useSimulator();

  /** Computes the taxes of lines, sends them with their amounts, and answers what Stripe has then. */
  async function send(lines: { amount: bigint; taxRates: TaxRate[] }[], terms: Partial<TaxTerms> = {}) {
    const taxable: TaxTerms = { rounding: 'invoice', status: 'taxable', reason: null, ...terms };
    const toTax = lines.map(({ amount, taxRates }, index) => ({ id: String(index), netMinor: amount, taxRates }));
    const { taxes, byLine } = computeTaxes(toTax, taxable, parseCurrency('USD'));
    const rates = new Map(taxes.map((tax) => [tax.key, { ...tax, country: 'DE', taxType: 'vat' }]));
    const outgoing = (tax: LineTax): OutgoingTax => ({ ...rates.get(tax.key)!, ...tax });
    const params = lines.map(({ amount }, index) => ({
      amount: Number(amount),
      tax_amounts: taxAmountsOf(byLine.get(String(index))!.taxes.map(outgoing), 'USD'),
    }));
    const draft = await draftWith(bench.stripe, params);
    return { draft, params, byLine };
  }

  it('come to the total that the books have, with lines below zero and several rates', async () => {
    // 19 % of 3.33 + 3.33 − 1.11 = 5.55 is 1.0545, so 1.05; 7 % of 10.00 is 0.70: 15.55 + 1.75 = 17.30.
    const [vat, reduced] = [rate('vat', '19'), rate('reduced', '7')];
    const lines = [333n, 333n, -111n].map((amount) => ({ amount, taxRates: [vat] }));
    const { draft } = await send([...lines, { amount: 1_000n, taxRates: [reduced] }]);
    assert.deepEqual([draft.subtotal, draft.total], [1_555, 1_730]);
    const open = await bench.stripe.invoices.finalizeInvoice(draft.id);
    const taxes = open.total_taxes!.map(({ amount, taxable_amount, tax_behavior, taxability_reason }) =>
      [amount, taxable_amount, tax_behavior, taxability_reason].join(),
    );
    assert.deepEqual(taxes.sort(), ['105,555,exclusive,standard_rated', '70,1000,exclusive,standard_rated']);
  });

  it('do not change a total that they are in already', async () => {
    const { draft, params } = await send([{ amount: 11_900n, taxRates: [rate('vat', '19', true)] }]);
    assert.deepEqual([draft.total, draft.total_taxes![0]!.amount], [11_900, 1_900]);
    assert.deepEqual(params[0]!.tax_amounts, [
      {
        amount: 1_900,
        taxable_amount: 10_000,
        tax_rate_data: { display_name: 'VAT', percentage: 19, inclusive: true, country: 'DE', tax_type: 'vat' },
        taxability_reason: 'standard_rated',
      },
    ]);
  });

  it('say why nothing is taxed', async () => {
    for (const [terms, percentage, reason] of [
      [{ status: 'exempt', reason: 'Charity' }, '19', 'customer_exempt'],
      [{ status: 'reverse_charge', reason: 'Article 196' }, '19', 'reverse_charge'],
      [{}, '0', 'zero_rated'],
    ] as const) {
      const { draft } = await send([{ amount: 5_000n, taxRates: [rate('vat', percentage)] }], terms);
      const [tax] = draft.lines.data[0]!.taxes!;
      assert.deepEqual([tax!.taxability_reason, tax!.amount, tax!.taxable_amount], [reason, 0, 5_000]);
      assert.equal(draft.total, 5_000);
    }
  });

  it('are in the units of Stripe, and refused where it has none for them', () => {
    const vat = { key: 'vat', name: 'VAT', percentage: '5', isInclusive: false, country: null, taxType: null };
    const tax = (amountMinor: bigint, taxableMinor: bigint): OutgoingTax => ({ ...vat, amountMinor, taxableMinor });
    // Icelandic krónur have no decimals, and two at Stripe.
    assert.deepEqual(taxAmountsOf([tax(5n, 100n)], 'ISK'), [
      {
        amount: 500,
        taxable_amount: 10_000,
        tax_rate_data: { display_name: 'VAT', percentage: 5, inclusive: false },
        taxability_reason: 'standard_rated',
      },
    ]);
    assert.throws(() => taxAmountsOf([tax(5n, 100n)], 'KWD'), { code: 'stripe-amount-unsupported' });
  });
});
