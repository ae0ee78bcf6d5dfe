import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { computeTaxes, type Taxes, type TaxRate } from '../../../src/domain/tax/compute-taxes.ts';
import { byLine, rate, taxable, usd } from './support.ts';

const linesOf = (rates: readonly TaxRate[], ...nets: bigint[]) =>
  nets.map((netMinor, index) => ({ id: String(index + 1), netMinor, taxRates: rates }));
/** Each tax as its key, what it is on, and how much it is. */
const told = ({ taxes }: Taxes) => taxes.map(({ key, taxableMinor, amountMinor }) => [key, taxableMinor, amountMinor]);
const parts = ({ byLine: lines }: Taxes) =>
  [...lines.values()].map(({ taxes }) => taxes.map(({ amountMinor }) => amountMinor));

describe('computeTaxes', () => {
  const vat19 = rate('vat', '19');

  it('rounds a tax once over the invoice, and spreads it so that the lines add up to it', () => {
    // 19 % of 3 × 3.33 = 9.99 is 1.8981, so 1.90: 0.63 for each line, and the cent that is left for the first.
    const taxes = computeTaxes(linesOf([vat19], 333n, 333n, 333n), taxable, usd);
    assert.deepEqual(told(taxes), [['vat', 999n, 190n]]);
    assert.deepEqual(parts(taxes), [[64n], [63n], [63n]]);
    assert.deepEqual(taxes.byLine.get('1'), {
      taxMinor: 64n,
      inclusiveTaxMinor: 0n,
      taxes: [{ key: 'vat', taxableMinor: 333n, amountMinor: 64n, isInclusive: false }],
    });
    assert.deepEqual(taxes.taxes[0], {
      key: 'vat',
      name: 'VAT',
      percentage: '19',
      isInclusive: false,
      taxableMinor: 999n,
      amountMinor: 190n,
      reason: null,
    });
  });

  it('rounds it on each line where that was chosen, and so comes to another total', () => {
    // 19 % of 3.33 is 0.6327, so 0.63 on each of three lines: 1.89, a cent less than over the invoice.
    const taxes = computeTaxes(linesOf([vat19], 333n, 333n, 333n), byLine, usd);
    assert.deepEqual(told(taxes), [['vat', 999n, 189n]]);
    assert.deepEqual(parts(taxes), [[63n], [63n], [63n]]);
  });

  it('taxes an invoice as the European standard adds one up, with a line below zero', () => {
    // Peppol BIS Billing 3, base example: 2,800.00 − 1,500.00 and a charge of 25.00 at 25 %: 331.25 on 1,325.00.
    const taxes = computeTaxes(linesOf([rate('s', '25')], 280_000n, -150_000n, 2_500n), taxable, usd);
    assert.deepEqual(told(taxes), [['s', 132_500n, 33_125n]]);
    assert.deepEqual(parts(taxes), [[70_000n], [-37_500n], [625n]]);
  });

  it('keeps the rates of an invoice apart, each on its own lines, in the order in which they come first', () => {
    const lines = [...linesOf([vat19], 10_000n), { id: 'book', netMinor: 1_000n, taxRates: [rate('reduced', '7')] }];
    assert.deepEqual(told(computeTaxes(lines, taxable, usd)), [
      ['vat', 10_000n, 1_900n],
      ['reduced', 1_000n, 70n],
    ]);
  });

  it('adds several taxes side by side, or one on the other', () => {
    // British Columbia: 5 % and 7 % of 49.99 are 2.4995 and 3.4993.
    const beside = computeTaxes(linesOf([rate('gst', '5'), rate('pst', '7')], 4_999n), taxable, usd);
    assert.deepEqual(told(beside), [
      ['gst', 4_999n, 250n],
      ['pst', 4_999n, 350n],
    ]);
    // Quebec before 2013: 5 % of 100.00 is 5.00, and 9.5 % of 105.00 is 9.975, so 9.98.
    const onTop = computeTaxes(
      linesOf([rate('gst', '5'), rate('qst', '9.5', { compound: true })], 10_000n),
      taxable,
      usd,
    );
    assert.deepEqual(told(onTop), [
      ['gst', 10_000n, 500n],
      ['qst', 10_500n, 998n],
    ]);
  });

  it('takes inclusive taxes out of the price, which stays', () => {
    // 9.99 / 1.2 = 8.325, of which a fifth is 1.665, so 1.67: the net is 8.32.
    const vat20 = rate('vat', '20', { inclusive: true });
    const taxes = computeTaxes(linesOf([vat20], 999n), taxable, usd);
    assert.deepEqual(told(taxes), [['vat', 832n, 167n]]);
    const { taxMinor, inclusiveTaxMinor } = taxes.byLine.get('1')!;
    assert.deepEqual([taxMinor, inclusiveTaxMinor], [0n, 167n]);
    // 115.00 with 5 % and 10 %: 100.00 + 5.00 + 10.00. Compounded, 115.50 is 100.00 + 5.00 + 10 % of 105.00.
    const [five, ten] = [rate('a', '5', { inclusive: true }), rate('b', '10', { inclusive: true })];
    assert.deepEqual(parts(computeTaxes(linesOf([five, ten], 11_500n), taxable, usd)), [[500n, 1_000n]]);
    const compound = rate('b', '10', { inclusive: true, compound: true });
    assert.deepEqual(told(computeTaxes(linesOf([five, compound], 11_550n), taxable, usd)), [
      ['a', 10_000n, 500n],
      ['b', 10_500n, 1_050n],
    ]);
  });

  it('adds an exclusive tax to what a price is without its inclusive one', () => {
    // 120.00 has 20.00 of 20 % in it; 5 % of the 100.00 are added.
    const taxes = computeTaxes(
      linesOf([rate('in', '20', { inclusive: true }), rate('ex', '5')], 12_000n),
      taxable,
      usd,
    );
    assert.deepEqual(told(taxes), [
      ['in', 10_000n, 2_000n],
      ['ex', 10_000n, 500n],
    ]);
    const { taxMinor, inclusiveTaxMinor } = taxes.byLine.get('1')!;
    assert.deepEqual([taxMinor, inclusiveTaxMinor], [500n, 2_000n]);
  });

  it('gives back what it took: a line below zero has the tax of its opposite', () => {
    for (const terms of [taxable, byLine]) {
      const rates = [rate('vat', '20', { inclusive: true }), rate('city', '1.55')];
      const [there] = parts(computeTaxes(linesOf(rates, 99_937n), terms, usd));
      const [back] = parts(computeTaxes(linesOf(rates, -99_937n), terms, usd));
      assert.deepEqual(
        back,
        there!.map((amount) => -amount),
      );
      const both = computeTaxes(linesOf(rates, 99_937n, -99_937n), terms, usd);
      assert.deepEqual(
        both.taxes.map(({ amountMinor }) => amountMinor),
        [0n, 0n],
      );
    }
  });

  it('rounds half away from zero in the digits of the currency', () => {
    const ten = [rate('ct', '10')];
    // 10 % of ¥105 is ¥10.5; 5 % of 0.010 dinars is half of a thousandth.
    assert.deepEqual(parts(computeTaxes(linesOf(ten, 105n), taxable, parseCurrency('JPY'))), [[11n]]);
    assert.deepEqual(parts(computeTaxes(linesOf(ten, -105n), byLine, parseCurrency('JPY'))), [[-11n]]);
    assert.deepEqual(parts(computeTaxes(linesOf([rate('vat', '5')], 10n), byLine, parseCurrency('KWD'))), [[1n]]);
  });

  it('tells of a rate of zero, and of a line of zero', () => {
    const lines = linesOf([rate('zero', '0')], 5_000n, 0n);
    assert.deepEqual(told(computeTaxes(lines, taxable, usd)), [['zero', 5_000n, 0n]]);
    assert.deepEqual(told(computeTaxes([], taxable, usd)), []);
    assert.deepEqual(told(computeTaxes(linesOf([], 100n), taxable, usd)), []);
  });

  it('taxes nothing of who is exempt or under reverse charge, and says why in one entry', () => {
    const rates = [rate('vat', '20', { inclusive: true }), rate('city', '1.55')];
    const lines = [...linesOf(rates, 12_000n), { id: 'free', netMinor: -500n, taxRates: [] }];
    const reason = 'Article 196 VAT Directive';
    const { taxes, byLine: taxed } = computeTaxes(lines, { ...byLine, status: 'reverse_charge', reason }, usd);
    assert.deepEqual(taxes, [
      {
        key: 'reverse_charge',
        name: 'Reverse charge',
        percentage: '0',
        isInclusive: false,
        taxableMinor: 11_500n,
        amountMinor: 0n,
        reason,
      },
    ]);
    assert.deepEqual(taxed.get('1'), {
      taxMinor: 0n,
      inclusiveTaxMinor: 0n,
      taxes: [{ key: 'reverse_charge', taxableMinor: 12_000n, amountMinor: 0n, isInclusive: false }],
    });
    const exempt = computeTaxes(lines, { ...taxable, status: 'exempt', reason: 'Charity' }, usd).taxes[0]!;
    assert.deepEqual([exempt.key, exempt.name, exempt.reason], ['exempt', 'Exempt', 'Charity']);
    assert.deepEqual(computeTaxes([], { ...taxable, status: 'exempt', reason }, usd).taxes, []);
  });

  it('refuses a rate that a line names twice', () => {
    assert.throws(() => computeTaxes(linesOf([vat19, vat19], 100n), taxable, usd), /Line 1 names a tax rate twice/);
  });
});
