import assert from 'node:assert/strict';
import { currencies } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import { parseMeter } from '../../../src/domain/rating/meter.ts';
import { maxPrices, parsePlan, parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { priced, usd, used } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const tier = { upTo: null, unitAmount: '1' };
const says = (price: object, field: string, reason: RegExp) =>
  assertRefused(() => parsePrice({ key: 'k', name: 'K', ...price }, 'p'), 'price-invalid', field, reason);

/** What somebody reads who has written a price that cannot be: which field, and what to write instead. */
describe('a price that is refused', () => {
  it('says which fields its model has no use for, and why', () => {
    const flat = { model: 'flat', amount: '1' };
    says({ ...flat, filter: { a: ['b'] } }, 'p.filter', /A flat price reads no events/);
    says({ ...flat, groupBy: ['a'] }, 'p.groupBy', /A flat price reads no events/);
    says({ ...flat, included: '1' }, 'p.included', /A flat price has no units to include/);
    says({ ...flat, convert: {} }, 'p.convert', /A flat price has no quantity to convert/);
    says({ ...flat, zeroUsage: 'free' }, 'p.zeroUsage', /A flat price is due with and without use/);
    const capacity = { model: 'capacity', amount: '1', capacity: '1', overageUnitAmount: '1' };
    says({ ...capacity, included: '1' }, 'p.included', /The capacity is what is included/);
    says({ ...capacity, zeroUsage: 'free' }, 'p.zeroUsage', /A capacity is due with and without use/);
    const dynamic = { model: 'dynamic', amountProperty: 'cost' };
    says({ ...dynamic, included: '1' }, 'p.included', /what is to be paid, not how many units/);
    says({ ...dynamic, convert: {} }, 'p.convert', /what is to be paid, not how many units/);
    const percentage = { model: 'percentage', rate: '1' };
    says({ ...percentage, convert: {} }, 'p.convert', /A percentage is of money, which is not converted/);
    const graduated = { model: 'graduated_percentage', tiers: [{ upTo: null, rate: '1' }] };
    says({ ...graduated, convert: {} }, 'p.convert', /A percentage is of money, which is not converted/);
    const matrix = {
      model: 'matrix',
      properties: ['a'],
      cells: [{ values: ['b'], unitAmount: '1' }],
      otherwise: '1',
    };
    says({ ...matrix, included: '1' }, 'p.included', /Units cannot be included in a matrix; give the cell a price/);
    says({ ...matrix, properties: ['a', 'a'] }, 'p.properties[1]', /"a" is there twice/);
    says({ ...matrix, properties: ['a', 'b', 'b'] }, 'p.properties[2]', /"b" is there twice/);
    says({ ...matrix, properties: ['a', ''] }, 'p.properties[1]', /missing or empty/);
    const cells = [matrix.cells[0], { values: ['c'], unitAmount: '1' }];
    says({ ...matrix, cells: [...cells, cells[1]] }, 'p.cells[2].values', /\["c"\] is there twice/);
    says({ ...matrix, cells: [{ values: [1], unitAmount: '1' }] }, 'p.cells[0].values[0]', /has to be a text/);
    says({ model: 'seats', tiers: [tier], tiering: 'step' }, 'p.tiering', /has to be one of graduated, volume/);
    says({ model: 'seats', unitAmount: '1', tiering: 'volume' }, 'p.tiering', /There are no tiers/);
    says({ model: 'seats', unitAmount: '1', onDecrease: 'lost' }, 'p.onDecrease', /has to be one of prorated, kept/);
  });

  it('says which field of every price is at fault', () => {
    const perUnit = { model: 'per_unit', unitAmount: '1' };
    says({ ...perUnit, key: 'K' }, 'p.key', /"K" is not a key/);
    says({ ...perUnit, name: ' K' }, 'p.name', /outer spaces/);
    says({ ...perUnit, meter: '' }, 'p.meter', /missing or empty/);
    says({ ...perUnit, groupBy: ['a', 'b', 'a'] }, 'p.groupBy[2]', /"a" is there twice/);
    for (const none of [null, undefined, 'price', 7]) {
      assertRefused(() => parsePrice(none, 'p'), 'price-invalid', 'p.model', /has to be one of flat/);
    }
  });

  it('says what a tier needs', () => {
    const volume = (...tiers: object[]) => ({ model: 'volume', tiers });
    says(volume({ upTo: null }), 'p.tiers[0]', /needs a unitAmount, a flatAmount or both, or packages; a free tier/);
    says(volume({ upTo: null, flatAmount: '1' }, tier), 'p.tiers[0].upTo', /Only the last tier is open/);
    says(
      volume({ upTo: null, unitAmount: '1', packageSize: '1', packageAmount: '1' }),
      'p.tiers[0].unitAmount',
      /sold by the unit or in packages, not both/,
    );
    says(
      { model: 'graduated_percentage', tiers: [{ upTo: null }] },
      'p.tiers[0]',
      /needs a rate, a flatAmount or both/,
    );
  });

  it('says what a conversion and a commitment need', () => {
    const perUnit = { model: 'per_unit', unitAmount: '1' };
    const convert = (change: object) => ({ ...perUnit, convert: { divideBy: '10', rounding: 'up', ...change } });
    says(convert({ rounding: 'none', decimals: 2 }), 'p.convert.decimals', /Nothing is rounded, so that no decimals/);
    says(convert({ rounding: 'even' }), 'p.convert.rounding', /has to be one of none, up, down, half_up/);
    says(convert({ divideBy: '0' }), 'p.convert.divideBy', /0 is not above zero/);
    says(convert({ decimals: 13 }), 'p.convert.decimals', /whole number from -12 to 12/);
    says(convert({ decimals: -13 }), 'p.convert.decimals', /whole number from -12 to 12/);
    for (const decimals of [-12, 12]) parsePrice({ key: 'k', name: 'K', ...convert({ decimals }) }, 'p');
    const commitment = { amount: '10' };
    says({ ...perUnit, commitment, minimumAmount: '1' }, 'p.minimumAmount', /A commitment is a minimum already/);
    says({ ...perUnit, commitment, maximumAmount: '9.99' }, 'p.maximumAmount', /below the minimum of 10/);
    says({ ...perUnit, commitment: { amount: '1', trueUp: 'no' } }, 'p.commitment.trueUp', /true or false/);
    says({ ...perUnit, prorate: 'no' }, 'p.prorate', /true or false/);
  });

  it('says how many currencies it may have, and names one that is there twice', () => {
    const perUnit = { model: 'per_unit', unitAmount: '1' };
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`X${index}`, {}]));
    says({ ...perUnit, currencies: many }, 'p.currencies', /names more than 50 currencies/);
    const twice = { EUR: { unitAmount: '1' }, eur: { unitAmount: '1' } };
    says({ ...perUnit, currencies: twice }, 'p.currencies.eur', /EUR is there twice/);
    for (const none of [['EUR'], 'EUR', null]) {
      says({ ...perUnit, currencies: none }, 'p.currencies', /has to be an object/);
    }
    const codes = currencies.slice(0, 50);
    const all = Object.fromEntries(codes.map((code) => [code, { unitAmount: '1' }]));
    const taken = parsePrice({ key: 'k', name: 'K', ...perUnit, currencies: all }, 'p');
    assert.deepEqual(taken.currencies, all);
  });
});

describe('a plan that is refused', () => {
  const fee = { key: 'fee', name: 'Fee', model: 'flat', amount: '1' };
  const use = { key: 'use', name: 'Use', model: 'per_unit', unitAmount: '1' };
  const plan = { key: 'plan', name: 'Plan', currency: 'USD', interval: 'month', prices: [fee] };
  const meters = [parseMeter({ key: 'm', name: 'M', eventType: 'e', aggregation: 'count' }, 'm')];
  const refused = (change: object, field: string, reason: RegExp, code = 'plan-invalid') =>
    assertRefused(() => parsePlan({ ...plan, ...change }, meters, 'plan'), code, field, reason);

  it('says which meter is missing', () => {
    refused({ prices: [use] }, 'plan.prices[0].meter', /A price with the model per_unit needs a meter/);
    refused({ prices: [{ ...use, meter: 'n' }] }, 'plan.prices[0].meter', /There is no meter "n"/);
  });

  it('says which currency is too many, and which has no amounts', () => {
    refused({ currencies: ['USD'] }, 'plan.currencies', /USD is the plan's own currency already/);
    refused({ currencies: ['EUR', 'EUR'] }, 'plan.currencies', /A currency is there twice/);
    refused({ currencies: ['EUR'], minimumAmount: '1' }, 'plan.currencies', /A plan with bounds has one currency/);
    const without = /The price "fee" has no amounts in EUR/;
    refused({ currencies: ['EUR'] }, 'plan.prices[0].currencies', without, 'price-invalid');
  });

  it('has at most 200 prices, 200 meters and 100 plans in a file', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...fee, key: `k${index}` }));
    assert.equal(parsePlan({ ...plan, prices: many(maxPrices) }, meters, 'plan').prices.length, 200);
    refused({ prices: many(201) }, 'plan.prices', /has 201 entries; at most 200/);
    assert.deepEqual(parsePlanFile({ plans: [plan] }), { meters: [], plans: [plan] });
    const file = (entries: object, field: string, reason: RegExp) =>
      assertRefused(() => parsePlanFile({ plans: [plan], ...entries }), 'plan-invalid', field, reason);
    file({ plans: Array.from({ length: 101 }, () => plan) }, 'plans', /has 101 entries; at most 100/);
    file({ meters: Array.from({ length: 201 }, () => meters[0]) }, 'meters', /has 201 entries; at most 200/);
  });
});

describe('use that cannot be rated', () => {
  it('is told with the price and what it lacks', () => {
    const price = priced({ model: 'per_unit', unitAmount: '1' });
    assertRefused(() => rate(price, used('-3'), usd), 'quantity-negative', undefined, /of the price "price" is -3\./);
    const dynamic = priced({ model: 'dynamic', amountProperty: 'cost' });
    assert.throws(() => rate(dynamic, used('1'), usd), /The price price needs usage with its carried/);
    assert.throws(() => rate(price, null, usd), /The price price needs usage with its quantity/);
    const above = parseDecimal('1.5');
    assert.throws(() => rate(price, used('1'), usd, above), /1\.5 is not a share of a whole/);
    const flat = priced({ model: 'flat', amount: '1' });
    assert.equal(rate(flat, null, usd).amountMinor, 100n);
  });
});
