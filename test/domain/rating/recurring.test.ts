import assert from 'node:assert/strict';
import { parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { priced, rated, usd, used } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const refused = (price: object, field: string) =>
  assertRefused(() => parsePrice({ key: 'k', name: 'K', ...price }, 'p'), 'price-invalid', field);

describe('a flat price of several units', () => {
  it('charges each, and shares all of them with the cycle', () => {
    // 3 × 19.99 = 59.97; for 10 of 30 days 59.97 / 3 = 19.99.
    const price = priced({ model: 'flat', amount: '19.99', units: '3' });
    assert.equal(rate(price, null, usd).exactAmount, '59.97');
    assert.deepEqual(rate(price, null, usd, ratio(10n, 30n)).working, [
      {
        kind: 'flat',
        quantity: '3',
        flatAmount: '19.99',
        share: { numerator: '1', denominator: '3' },
        amount: '19.99',
      },
    ]);
    // Half a unit and none.
    assert.equal(rate(priced({ model: 'flat', amount: '10', units: '0.5' }), null, usd).exactAmount, '5');
    assert.equal(rate(priced({ model: 'flat', amount: '10', units: '0' }), null, usd).exactAmount, '0');
  });

  it('is whole in a part of a cycle when it is not prorated', () => {
    const price = priced({ model: 'flat', amount: '100', prorate: false, timing: 'advance' });
    const line = rate(price, null, usd, ratio(1n, 31n));
    assert.equal(line.exactAmount, '100');
    assert.equal(line.working[0]?.share, undefined);
  });

  it('reads no events and says why', () => {
    const fee = { model: 'flat', amount: '1' };
    refused({ ...fee, meter: 'm' }, 'p.meter');
    refused({ ...fee, groupBy: ['region'] }, 'p.groupBy');
    refused({ ...fee, filter: { a: ['b'] } }, 'p.filter');
    refused({ ...fee, convert: { divideBy: '1', rounding: 'none' } }, 'p.convert');
    refused({ ...fee, zeroUsage: 'charged' }, 'p.zeroUsage');
    refused({ ...fee, units: '-1' }, 'p.units');
    refused({ ...fee, timing: 'later' }, 'p.timing');
    refused({ ...fee, unitAmount: '1' }, 'p.unitAmount');
  });
});

describe('a capacity', () => {
  const capacity = { model: 'capacity', amount: '120', capacity: '500', overageUnitAmount: '0.02' };

  it('is paid with and without use, and each unit above it by itself', () => {
    // Meteroid: 100 above 500 at 0.02 are 2.00, with 120 for the capacity.
    assert.deepEqual(rated(capacity, '600'), {
      quantity: '600',
      billableQuantity: '600',
      exactAmount: '122',
      amountMinor: 12200n,
      working: [
        { kind: 'flat', quantity: '500', flatAmount: '120', amount: '120' },
        { kind: 'overage', quantity: '100', unitAmount: '0.02', amount: '2' },
      ],
    });
    for (const quantity of ['0', '499', '500']) assert.equal(rated(capacity, quantity).exactAmount, '120');
    // A thousandth above: 0.001 × 0.02 = 0.00002.
    assert.equal(rated(capacity, '500.001').exactAmount, '120.00002');
  });

  it('is shared with the cycle, but not its size and not what is above it', () => {
    // 120 / 2 = 60, and still 100 above 500: 2.
    const line = rate(priced(capacity), used('600'), usd, ratio(1n, 2n));
    assert.equal(line.exactAmount, '62');
    assert.deepEqual(line.working[0]?.share, { numerator: '1', denominator: '2' });
    assert.equal(rate(priced({ ...capacity, prorate: false }), used('600'), usd, ratio(1n, 2n)).exactAmount, '122');
  });

  it('is measured after the conversion', () => {
    // 500.5 thousands rounded up are 501: one above.
    const convert = { divideBy: '1000', rounding: 'up' };
    assert.equal(rated({ ...capacity, convert }, '500500').exactAmount, '120.02');
  });

  it('has all three amounts, and includes nothing else', () => {
    for (const name of ['amount', 'capacity', 'overageUnitAmount']) {
      refused({ ...capacity, [name]: undefined }, `p.${name}`);
      refused({ ...capacity, [name]: '-1' }, `p.${name}`);
    }
    refused({ ...capacity, included: '5' }, 'p.included');
    refused({ ...capacity, zeroUsage: 'charged' }, 'p.zeroUsage');
    refused({ ...capacity, tiers: [] }, 'p.tiers');
  });
});

describe('amounts that events carry themselves', () => {
  const carried = (amount: string, quantity: string, particulars: object = {}) =>
    rate(
      priced({ model: 'dynamic', amountProperty: 'cost', ...particulars }),
      { quantity: parseDecimal(quantity), carried: parseDecimal(amount) },
      usd,
    );

  it('are summed, multiplied and rounded once', () => {
    // OpenMeter: 10 × 1.33333 = 13.3333 → 13.33
    assert.deepEqual(carried('10', '4', { multiplier: '1.33333' }), {
      quantity: '4',
      billableQuantity: '4',
      exactAmount: '13.3333',
      amountMinor: 1333n,
      working: [{ kind: 'carried', quantity: '4', flatAmount: '10', multiplier: '1.33333', amount: '13.3333' }],
    });
    // Lago: 40.2 cents, and 10.1 + 901.9 cents.
    assert.equal(carried('0.402', '20').exactAmount, '0.402');
    assert.equal(carried('9.12', '2').amountMinor, 912n);
    // OpenMeter: 120 × 1.33333 = 159.9996, at most 100.
    assert.equal(carried('120', '1', { multiplier: '1.33333', maximumAmount: '100' }).exactAmount, '100');
  });

  it('are due though they tell no units, and nothing is where there are none', () => {
    // Lago voids what is carried where the quantity is zero; here it was spent all the same.
    assert.equal(carried('0.402', '0').exactAmount, '0.402');
    assert.deepEqual(carried('0', '0').working, []);
    assert.equal(carried('0', '0', { minimumAmount: '100' }).exactAmount, '100');
    assert.equal(carried('7', '3', { multiplier: '0' }).exactAmount, '0');
  });

  it('are refused below zero', () => {
    assertRefused(() => carried('-1', '1'), 'quantity-negative');
  });

  it('name their property, and include or convert nothing', () => {
    const dynamic = { model: 'dynamic', amountProperty: 'cost' };
    refused({ model: 'dynamic' }, 'p.amountProperty');
    refused({ ...dynamic, multiplier: '-1' }, 'p.multiplier');
    refused({ ...dynamic, included: '1' }, 'p.included');
    refused({ ...dynamic, convert: { divideBy: '1', rounding: 'none' } }, 'p.convert');
  });
});
