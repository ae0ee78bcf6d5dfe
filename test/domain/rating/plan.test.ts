import assert from 'node:assert/strict';
import { parseMeter } from '../../../src/domain/rating/meter.ts';
import { parsePlan, parsePlanFile } from '../../../src/domain/rating/plan.ts';
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
    const commitment = { amount: '100', overageFactor: '1.5', trueUp: false };
    assert.deepEqual(parsePlan({ ...airports, commitment }, meters, 'plan'), { ...airports, commitment });
    refused({ commitment, minimumAmount: '5' }, 'plan-invalid', 'plan.minimumAmount');
    refused({ commitment, maximumAmount: '99.99' }, 'plan-invalid', 'plan.maximumAmount');
    refused({ commitment: { overageFactor: '2' } }, 'plan-invalid', 'plan.commitment.amount');
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
