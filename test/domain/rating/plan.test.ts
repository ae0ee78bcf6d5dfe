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

describe('a meter', () => {
  it('reads a property, unless it counts', () => {
    assert.deepEqual(parseMeter(aircraft, 'm'), aircraft);
    for (const aggregation of ['sum', 'max', 'unique_count', 'latest']) {
      assertRefused(() => parseMeter({ ...departures, aggregation }, 'm'), 'meter-invalid', 'm.property');
    }
    assertRefused(() => parseMeter({ ...departures, property: 'miles' }, 'm'), 'meter-invalid', 'm.property');
    assertRefused(() => parseMeter({ ...departures, eventType: undefined }, 'm'), 'meter-invalid', 'm.eventType');
  });
});
