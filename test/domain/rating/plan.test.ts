import assert from 'node:assert/strict';
import { parseMeter } from '../../../src/domain/rating/meter.ts';
import { parsePlan, parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { maxTiers } from '../../../src/domain/rating/tiers.ts';
import { assertRefused } from '../support/properties.ts';

const departures = { key: 'departures', name: 'Departures', eventType: 'departure', aggregation: 'count' };
const aircraft = {
  key: 'aircraft',
  name: 'Aircraft',
  eventType: 'departure',
  aggregation: 'unique_count',
  property: 'tailnum',
  filter: { cancelled: ['false'] },
};
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
const airports = { key: 'airports', name: 'Airports', currency: 'USD', interval: 'month', prices: [fee, landing] };
const file = { meters: [departures, aircraft], plans: [airports] };

describe('a plan file', () => {
  it('is read as written', () => {
    assert.deepEqual(parsePlanFile(structuredClone(file)), file);
  });

  it('names the field at fault, wherever it stands', () => {
    const broken = structuredClone(file);
    broken.plans[0]!.prices[1] = { ...landing, tiers: [{ upTo: null, unitAmount: '-1' }] } as never;
    assertRefused(() => parsePlanFile(broken), 'price-invalid', 'plans[0].prices[1].tiers[0].unitAmount');
    assertRefused(
      () => parsePlanFile({ ...file, meters: [{ ...departures, aggregation: 'median' }] }),
      'meter-invalid',
      'meters[0].aggregation',
    );
    assertRefused(() => parsePlanFile({ ...file, plan: [] }), 'plan-invalid', 'file.plan');
    assertRefused(() => parsePlanFile({ meters: [departures] }), 'plan-invalid', 'plans');
    assertRefused(() => parsePlanFile(null), 'plan-invalid', 'file');
  });

  it('has each key once', () => {
    assertRefused(() => parsePlanFile({ ...file, meters: [departures, departures] }), 'plan-invalid', 'meters[1].key');
    assertRefused(() => parsePlanFile({ ...file, plans: [airports, airports] }), 'plan-invalid', 'plans[1].key');
    assertRefused(
      () => parsePlan({ ...airports, prices: [fee, fee] }, [], 'plan'),
      'plan-invalid',
      'plan.prices[1].key',
    );
  });
});

describe('a plan', () => {
  const meters = [parseMeter(departures, 'meter')];
  const refused = (change: object, code: string, field: string) =>
    assertRefused(() => parsePlan({ ...airports, ...change }, meters, 'plan'), code, field);

  it('has prices on meters that exist', () => {
    assert.equal(parsePlan(airports, meters, 'plan').prices.length, 2);
    refused({ prices: [{ ...landing, meter: 'arrivals' }] }, 'plan-invalid', 'plan.prices[0].meter');
    refused({ prices: [{ ...landing, meter: undefined }] }, 'plan-invalid', 'plan.prices[0].meter');
    refused({ prices: [{ ...fee, meter: 'departures' }] }, 'price-invalid', 'plan.prices[0].meter');
  });

  it('has a currency in use, a known interval and at least one price', () => {
    refused({ currency: 'USDT' }, 'currency-unknown', 'plan.currency');
    refused({ currency: undefined }, 'currency-unknown', 'plan.currency');
    refused({ interval: 'fortnight' }, 'plan-invalid', 'plan.interval');
    refused({ prices: [] }, 'plan-invalid', 'plan.prices');
    refused({ key: 'Air Ports' }, 'plan-invalid', 'plan.key');
    refused({ name: '' }, 'plan-invalid', 'plan.name');
  });

  it('says how its cycles begin, how many intervals they last and how a part is measured', () => {
    const all = {
      ...airports,
      interval: 'quarter',
      intervalCount: 2,
      anchor: 'anniversary',
      proration: 'day_counting_end',
      trialDays: 14,
      minimumAmount: '100',
      maximumAmount: '1000',
    };
    assert.deepEqual(parsePlan(all, meters, 'plan'), all);
    for (const intervalCount of [0, -1, 1.5, 25, '2', null]) {
      refused({ intervalCount }, 'plan-invalid', 'plan.intervalCount');
    }
    for (const trialDays of [-1, 731, 0.5, '14']) refused({ trialDays }, 'plan-invalid', 'plan.trialDays');
    assert.equal(parsePlan({ ...airports, trialDays: 0 }, meters, 'plan').trialDays, 0);
    refused({ anchor: 'billing_day' }, 'plan-invalid', 'plan.anchor');
    refused({ proration: 'hour' }, 'plan-invalid', 'plan.proration');
  });

  it('has a maximum that is no less than its minimum', () => {
    // As text "9" would be above "10".
    refused({ minimumAmount: '10', maximumAmount: '9' }, 'plan-invalid', 'plan.maximumAmount');
    refused({ minimumAmount: '-1' }, 'plan-invalid', 'plan.minimumAmount');
    refused({ maximumAmount: 100 }, 'decimal-invalid', 'plan.maximumAmount');
    parsePlan({ ...airports, minimumAmount: '10', maximumAmount: '10.00' }, meters, 'plan');
  });

  it('has amounts of every price in each of its currencies', () => {
    const inEuros = {
      ...airports,
      currencies: ['EUR'],
      prices: [
        { ...fee, currencies: { EUR: { amount: '230' } } },
        { ...landing, currencies: { EUR: { tiers: [{ upTo: null, unitAmount: '11' }] } } },
      ],
    };
    assert.deepEqual(parsePlan(inEuros, meters, 'plan'), inEuros);
    const without = [inEuros.prices[0], landing];
    refused({ ...inEuros, prices: without }, 'price-invalid', 'plan.prices[1].currencies');
    refused({ ...inEuros, currencies: ['EUR', 'JPY'] }, 'price-invalid', 'plan.prices[0].currencies');
    refused({ ...inEuros, currencies: ['EUR', 'eur'] }, 'plan-invalid', 'plan.currencies');
    refused({ ...inEuros, currencies: ['EUR', 'USD'] }, 'plan-invalid', 'plan.currencies');
    refused({ ...inEuros, currencies: [] }, 'plan-invalid', 'plan.currencies');
    refused({ ...inEuros, currencies: ['EUR', 'EURO'] }, 'currency-unknown', 'plan.currencies[1]');
    // Bounds in another currency cannot be said.
    refused({ ...inEuros, minimumAmount: '5' }, 'plan-invalid', 'plan.currencies');
    refused({ ...inEuros, maximumAmount: '5' }, 'plan-invalid', 'plan.currencies');
  });
});

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
