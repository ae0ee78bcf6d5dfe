import assert from 'node:assert/strict';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { maxTiers } from '../../../src/domain/rating/tiers.ts';
import { assertRefused } from '../support/properties.ts';

const fee = { key: 'fee', name: 'Monthly fee', model: 'flat', amount: '250' };
const landing = {
  key: 'landing',
  name: 'Departures from JFK',
  meter: 'departures',
  filter: { origin: ['JFK'] },
  included: '100',
  model: 'graduated',
  tiers: [
    { upTo: '1000', unitAmount: '12.50' },
    { upTo: null, unitAmount: '9.75', flatAmount: '0' },
  ],
};

describe('a price', () => {
  const refused = (price: unknown, field: string, code = 'price-invalid') =>
    assertRefused(() => parsePrice(price, 'p'), code, field);
  const tiered = (...tiers: unknown[]) => ({ key: 'k', name: 'K', model: 'volume', tiers });

  it('is one of the known models and has no other fields', () => {
    refused({ ...fee, model: 'dutch_auction' }, 'p.model');
    refused({ ...fee, model: 'constructor' }, 'p.model');
    refused({ ...fee, model: undefined }, 'p.model');
    refused('fee', 'p.model');
    refused({ ...fee, amuont: '1' }, 'p.amuont');
    refused({ ...fee, included: '1' }, 'p.included');
    refused({ ...landing, amount: '1' }, 'p.amount');
  });

  it('has amounts that are decimals in quotes, zero or more', () => {
    refused({ ...fee, amount: '-1' }, 'p.amount');
    refused({ ...fee, amount: undefined }, 'p.amount');
    refused({ ...fee, amount: 250 }, 'p.amount', 'decimal-invalid');
    refused({ ...fee, amount: '1e3' }, 'p.amount', 'decimal-invalid');
    refused({ ...fee, amount: '9'.repeat(40) }, 'p.amount', 'decimal-invalid');
    refused({ ...landing, included: '-1' }, 'p.included');
    refused({ ...landing, included: `0.${'1'.repeat(21)}` }, 'p.included', 'decimal-invalid');
    refused({ ...landing, included: '1'.repeat(40) }, 'p.included', 'decimal-invalid');
  });

  it('has fields of its own model alone', () => {
    const perUnit = { key: 'k', name: 'K', model: 'per_unit', unitAmount: '1' };
    const foreign = {
      amount: '1',
      amountProperty: 'cost',
      capacity: '1',
      cells: [],
      fixedAmount: '1',
      multiplier: '1',
      onDecrease: 'kept',
      overageUnitAmount: '1',
      packageSize: '1',
      properties: ['a'],
      rate: '1',
      rounding: 'up',
      tiering: 'volume',
      tiers: [{ upTo: null, unitAmount: '1' }],
      timing: 'advance',
      units: '1',
    };
    for (const [name, value] of Object.entries(foreign)) refused({ ...perUnit, [name]: value }, `p.${name}`);
  });

  it('is grouped by up to four properties, each once', () => {
    assert.deepEqual(parsePrice({ ...landing, groupBy: ['a', 'b', 'c', 'd'] }, 'p').groupBy, ['a', 'b', 'c', 'd']);
    refused({ ...landing, groupBy: ['origin', 'carrier', 'origin'] }, 'p.groupBy[2]');
    refused({ ...landing, groupBy: [] }, 'p.groupBy');
    refused({ ...landing, groupBy: ['a', 'b', 'c', 'd', 'e'] }, 'p.groupBy');
    refused({ ...landing, groupBy: 'origin' }, 'p.groupBy');
    refused({ ...landing, groupBy: [''] }, 'p.groupBy[0]');
    refused({ ...landing, zeroUsage: 'always' }, 'p.zeroUsage');
  });

  it('is refused with a reason that a person can act on', () => {
    const says = (price: object, field: string, reason: RegExp, code = 'price-invalid') =>
      assertRefused(() => parsePrice({ key: 'k', name: 'K', ...price }, 'p'), code, field, reason);
    const open = { upTo: null, unitAmount: '1' };
    const perUnit = { model: 'per_unit', unitAmount: '1' };
    says({ model: 'auction' }, 'p.model', /has to be one of flat, per_unit, graduated/);
    says({ ...perUnit, unitAmount: '-0.5' }, 'p.unitAmount', /-0.5 is not zero or more/);
    says({ ...perUnit, unitAmount: undefined }, 'p.unitAmount', /missing/);
    says({ ...perUnit, tiers: [open] }, 'p.tiers', /not known here; possible are key, name/);
    says({ ...perUnit, unitAmount: '1'.repeat(40) }, 'p.unitAmount', /at most 30 digits before/, 'decimal-invalid');
    says({ ...perUnit, unitAmount: 0.1 }, 'p.unitAmount', /0.1 is not a string of digits/, 'decimal-invalid');
    says({ ...perUnit, currencies: { XYZ: {} } }, 'p.currencies.XYZ', /"XYZ" is not a currency/, 'currency-unknown');
    says({ ...perUnit, groupBy: ['a', 'a'] }, 'p.groupBy[1]', /"a" is there twice/);
    says({ ...perUnit, minimumAmount: '5', maximumAmount: '4' }, 'p.maximumAmount', /below the minimum of 5/);
    says(
      { model: 'graduated', tiers: [{ upTo: '5', unitAmount: '1' }] },
      'p.tiers[0].upTo',
      /last tier has to be open/,
    );
    const falling = [{ upTo: '10', unitAmount: '1' }, { upTo: '9', unitAmount: '1' }, open];
    says({ model: 'volume', tiers: falling }, 'p.tiers[1].upTo', /above the 10 of the tier before/);
    says({ model: 'package', packageSize: '0', packageAmount: '1' }, 'p.packageSize', /0 is not above zero/);
    says({ model: 'seats', unitAmount: '1', tiers: [open] }, 'p', /either a unitAmount or tiers/);
    says({ model: 'flat', amount: '1', meter: 'm' }, 'p.meter', /charges without use/);
    says({ model: 'percentage', rate: '1', included: '1' }, 'p.included', /freeTransactions or freeAmount/);
    says({ model: 'percentage', rate: '1', freeTransactions: '0.5' }, 'p.freeTransactions', /not a whole number/);
    const capped = { model: 'percentage', rate: '1', transactionMinimum: '2', transactionMaximum: '1' };
    says(capped, 'p.transactionMaximum', /below the transactionMinimum of 2/);
    const cell = { values: ['a'], unitAmount: '1' };
    const matrix = { model: 'matrix', properties: ['x'], cells: [cell, cell], otherwise: '0' };
    says(matrix, 'p.cells[1].values', /\["a"\] is there twice/);
  });

  it('has tiers that rise, meet, and end open', () => {
    const unit = { unitAmount: '1' };
    parsePrice(tiered({ upTo: '0.5', ...unit }, { upTo: null, ...unit }), 'p');
    refused(tiered(), 'p.tiers');
    refused(tiered({ upTo: '10', ...unit }), 'p.tiers[0].upTo');
    refused(tiered({ upTo: null, ...unit }, { upTo: null, ...unit }), 'p.tiers[0].upTo');
    refused(tiered({ upTo: '10', ...unit }, { upTo: '10.0', ...unit }, { upTo: null, ...unit }), 'p.tiers[1].upTo');
    // As text "9" would be above "10".
    refused(tiered({ upTo: '10', ...unit }, { upTo: '9', ...unit }, { upTo: null, ...unit }), 'p.tiers[1].upTo');
    refused(tiered({ upTo: '0', ...unit }, { upTo: null, ...unit }), 'p.tiers[0].upTo');
    refused(tiered({ upTo: null }), 'p.tiers[0]');
    refused(tiered(unit), 'p.tiers[0].upTo');
    refused(tiered({ upTo: null, ...unit, from: '0' }), 'p.tiers[0].from');
    const many = Array.from({ length: maxTiers }, (_, index) => ({ upTo: String(index + 1), ...unit }));
    refused(tiered(...many, { upTo: null, ...unit }), 'p.tiers');
  });

  it('has tiers with a price by the unit or in packages, each with all that it takes', () => {
    const last = { upTo: null, unitAmount: '1' };
    refused(tiered({ upTo: null, packageSize: '10', packageAmount: '1', unitAmount: '1' }), 'p.tiers[0].unitAmount');
    refused(tiered({ upTo: null, packageSize: '10' }), 'p.tiers[0].packageAmount');
    refused(tiered({ upTo: null, packageAmount: '10' }), 'p.tiers[0].packageSize');
    refused(tiered({ upTo: null, packageSize: '0', packageAmount: '1' }), 'p.tiers[0].packageSize');
    refused(tiered({ upTo: '5', flatAmount: '-1' }, last), 'p.tiers[0].flatAmount');
    refused(tiered({ upTo: '-5', unitAmount: '1' }, last), 'p.tiers[0].upTo');
    refused(tiered({ upTo: 5, unitAmount: '1' }, last), 'p.tiers[0].upTo', 'decimal-invalid');
    refused(tiered({ upTo: '5', rate: '1' }, last), 'p.tiers[0].rate');
    refused(tiered('free', last), 'p.tiers[0]');
    const rates = (...tiers: unknown[]) => ({ ...tiered(...tiers), model: 'graduated_percentage' });
    refused(rates({ upTo: null }), 'p.tiers[0]');
    refused(rates({ upTo: null, unitAmount: '1' }), 'p.tiers[0].unitAmount');
    refused(rates({ upTo: null, rate: '-1' }), 'p.tiers[0].rate');
    refused({ ...rates({ upTo: null, rate: '1' }), convert: { divideBy: '2', rounding: 'up' } }, 'p.convert');
    const steps = (...tiers: unknown[]) => ({ ...tiered(...tiers), model: 'stairstep' });
    refused(steps({ upTo: null }), 'p.tiers[0].flatAmount');
    refused(steps({ upTo: null, flatAmount: '1', unitAmount: '1' }), 'p.tiers[0].unitAmount');
    refused(steps({ upTo: '5', flatAmount: '1' }), 'p.tiers[0].upTo');
  });

  it('has packages of a size above zero', () => {
    const packages = { key: 'k', name: 'K', model: 'package', packageSize: '1000', packageAmount: '0' };
    assert.deepEqual(parsePrice({ ...packages, rounding: 'down' }, 'p'), { ...packages, rounding: 'down' });
    refused({ ...packages, packageSize: '0' }, 'p.packageSize');
    refused({ ...packages, packageSize: '-5' }, 'p.packageSize');
    refused({ ...packages, packageAmount: undefined }, 'p.packageAmount');
    refused({ ...packages, rounding: 'nearest' }, 'p.rounding');
  });

  it('has a filter of texts, each once', () => {
    refused({ ...landing, filter: {} }, 'p.filter');
    refused({ ...landing, filter: [] }, 'p.filter');
    refused({ ...landing, filter: { origin: [] } }, 'p.filter.origin');
    refused({ ...landing, filter: { origin: 'JFK' } }, 'p.filter.origin');
    refused({ ...landing, filter: { cancelled: [false] } }, 'p.filter.cancelled[0]');
    refused({ ...landing, filter: { origin: ['JFK', 'JFK'] } }, 'p.filter.origin[1]');
    refused({ ...landing, filter: { origin: ['J\u0000FK'] } }, 'p.filter.origin[0]');
  });

  it('keeps a property by the name of __proto__ as a filter like any other', () => {
    const written: unknown = JSON.parse('{"__proto__": ["a"]}');
    const { filter } = parsePrice({ ...landing, filter: written }, 'p');
    assert.equal(JSON.stringify(filter), '{"__proto__":["a"]}');
  });
});
