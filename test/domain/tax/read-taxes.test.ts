import assert from 'node:assert/strict';
import { decimalText } from '../../../src/domain/money/exact.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { readTaxRequest } from '../../../src/domain/tax/read-taxes.ts';
import { parseTaxRate } from '../../../src/domain/tax/tax-rate.ts';
import { assertRefused } from '../support/properties.ts';

describe('parseTaxRate', () => {
  const vat = { key: 'de-vat-19', name: 'VAT', percentage: '19' };

  it('takes what is said, and added and not compounded what is not', () => {
    const { percentage, ...rest } = parseTaxRate({ ...vat, percentage: '9.9750', taxType: 'qst', country: 'CA' }, '');
    assert.equal(decimalText(percentage), '9.975');
    assert.deepEqual(rest, {
      key: 'de-vat-19',
      name: 'VAT',
      isInclusive: false,
      isCompound: false,
      country: 'CA',
      taxType: 'qst',
      description: null,
    });
    const other = parseTaxRate({ ...vat, inclusive: true, compound: true, description: 'Standard' }, 'rates[0]');
    assert.deepEqual([other.isInclusive, other.isCompound, other.description], [true, true, 'Standard']);
  });

  it('refuses what no rate can be, naming the field', () => {
    for (const [change, code, field] of [
      [{ percentage: '100.01' }, 'tax-invalid', 'percentage'],
      [{ percentage: '1.23456' }, 'tax-invalid', 'percentage'],
      [{ percentage: '-1' }, 'tax-invalid', 'percentage'],
      [{ percentage: 19 }, 'decimal-invalid', 'percentage'],
      [{ key: 'exempt' }, 'tax-invalid', 'key'],
      [{ key: 'reverse_charge' }, 'tax-invalid', 'key'],
      [{ key: 'VAT' }, 'tax-invalid', 'key'],
      [{ name: 'x'.repeat(51) }, 'tax-invalid', 'name'],
      [{ country: 'de' }, 'tax-invalid', 'country'],
      [{ taxType: 'tithe' }, 'tax-invalid', 'taxType'],
      [{ inclusive: 'yes' }, 'tax-invalid', 'inclusive'],
      [{ rate: '19' }, 'tax-invalid', 'rate'],
    ] as const) {
      assertRefused(() => parseTaxRate({ ...vat, ...change }, ''), code, field);
    }
    assertRefused(() => parseTaxRate({ ...vat, country: 'Germany' }, 'rates[2]'), 'tax-invalid', 'rates[2].country');
  });
});

describe('The tax rates of a price', () => {
  const price = { key: 'base', name: 'Base fee', model: 'flat', amount: '1' };

  it('are kept in their order, and may be none', () => {
    assert.deepEqual(parsePrice({ ...price, taxRates: ['gst', 'qst'] }, 'p').taxRates, ['gst', 'qst']);
    assert.deepEqual(parsePrice({ ...price, taxRates: [] }, 'p').taxRates, []);
    assert.equal('taxRates' in parsePrice(price, 'p'), false);
  });

  it('are named once each', () => {
    assertRefused(() => parsePrice({ ...price, taxRates: ['gst', 'gst'] }, 'p'), 'price-invalid', 'p.taxRates[1]');
    assertRefused(() => parsePrice({ ...price, taxRates: 'gst' }, 'p'), 'price-invalid', 'p.taxRates');
    const many = Array.from({ length: 21 }, (_, index) => `t${index}`);
    assertRefused(() => parsePrice({ ...price, taxRates: many }, 'p'), 'price-invalid', 'p.taxRates');
  });
});

describe('readTaxRequest', () => {
  const rates = [{ percentage: '5' }, { key: 'vat', name: 'VAT', percentage: '19', inclusive: true, country: 'DE' }];
  const keysOf = (list: readonly { key: string }[]) => list.map(({ key }) => key);

  it('calls rates by their place, and gives all of them to who names none', () => {
    const { terms, ratesOf } = readTaxRequest({ rates }, 'taxes');
    assert.deepEqual(terms, { rounding: 'invoice', status: 'taxable', reason: null });
    assert.deepEqual(keysOf(ratesOf(undefined, 'prices[0].taxRates')), ['tax-1', 'vat']);
    assert.deepEqual(keysOf(ratesOf(['vat'], 'prices[0].taxRates')), ['vat']);
    assert.deepEqual(ratesOf([], 'prices[0].taxRates'), []);
    const [first, second] = ratesOf(undefined, '');
    assert.deepEqual([first!.name, first!.isInclusive, first!.country], ['tax-1', false, null]);
    assert.deepEqual([second!.name, second!.isInclusive, second!.country], ['VAT', true, 'DE']);
  });

  it('gives the defaults where they are said, and the terms', () => {
    const given = { rates, defaultRates: ['vat'], rounding: 'line', status: 'exempt', reason: 'Charity' };
    const { terms, ratesOf } = readTaxRequest(given, 'taxes');
    assert.deepEqual(terms, { rounding: 'line', status: 'exempt', reason: 'Charity' });
    assert.deepEqual(keysOf(ratesOf(undefined, '')), ['vat']);
    assert.equal(readTaxRequest({ status: 'reverse_charge' }, 'taxes').terms.reason, 'Reverse charge');
    assert.deepEqual(readTaxRequest({}, 'taxes').ratesOf(undefined, ''), []);
  });

  it('refuses what it does not know, naming the field', () => {
    const code = 'preview-invalid';
    const { ratesOf } = readTaxRequest({ rates }, 'taxes');
    assertRefused(() => ratesOf(['vat', 'gst'], 'prices[0].taxRates'), code, 'prices[0].taxRates[1]', /taxes\.rates/);
    for (const [given, field] of [
      [{ rates, defaultRates: ['gst'] }, 'taxes.defaultRates[0]'],
      [{ rates: [rates[1], rates[1]] }, 'taxes.rates[1].key'],
      [{ rates: [{ percentage: '101' }] }, 'taxes.rates[0].percentage'],
      [{ rates: [{ key: 'exempt', percentage: '1' }] }, 'taxes.rates[0].key'],
      [{ rounding: 'total' }, 'taxes.rounding'],
      [{ status: 'free' }, 'taxes.status'],
      [{ reason: 'Because' }, 'taxes.reason'],
      [{ rate: [] }, 'taxes.rate'],
    ] as const) {
      assertRefused(() => readTaxRequest(given, 'taxes'), code, field);
    }
  });
});
