import assert from 'node:assert/strict';
import { ratio } from '../../../src/domain/money/exact.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { holds, priced, rated, tiersOf, usd, used } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const half = ratio(1n, 2n);

describe('the bounds of a line', () => {
  const tenEach = { model: 'per_unit', unitAmount: '10' };

  it('bring it up to the minimum and down to the maximum: figures of OpenMeter', () => {
    holds({ ...tenEach, minimumAmount: '100' }, [
      [0, '100'],
      [10, '100'],
      [11, '110'],
    ]);
    holds({ ...tenEach, maximumAmount: '100' }, [
      [10, '100'],
      [12, '100'],
    ]);
    holds({ model: 'per_unit', unitAmount: '100', maximumAmount: '2000' }, [[30, '2000']]);
    holds({ model: 'package', packageSize: '10', packageAmount: '15', minimumAmount: '100' }, [[0, '100']]);
    holds({ model: 'package', packageSize: '10', packageAmount: '15', maximumAmount: '100' }, [
      [10, '15'],
      // 11 packages are 165: 90 were billed before there, and 10 more.
      [110, '100'],
    ]);
    const volume = { model: 'volume', tiers: tiersOf(['5', '', '100'], ['10', '', '150'], ['15', '10'], [null, '5']) };
    holds({ ...volume, minimumAmount: '150' }, [[5, '150']]);
    holds({ ...volume, minimumAmount: '150', zeroUsage: 'charged' }, [[0, '150']]);
    holds({ ...volume, minimumAmount: '100' }, [
      [5, '100'],
      [100, '500'],
    ]);
    holds({ ...volume, maximumAmount: '125' }, [[7, '125']]);
    holds({ ...volume, maximumAmount: '100' }, [[5, '100']]);
    const graduated = { model: 'graduated', tiers: tiersOf(['10', '100'], ['20', '90'], [null, '80']) };
    holds({ ...graduated, model: 'volume', minimumAmount: '3000' }, [[25, '3000']]);
  });

  it('are told with what they change', () => {
    // 3 × 10 = 30; 50 - 30 = 20 more. 9 × 10 = 90; 80 - 90 = 10 less.
    const price = { ...tenEach, minimumAmount: '50', maximumAmount: '80' };
    assert.deepEqual(rated(price, '3').working, [
      { kind: 'units', quantity: '3', unitAmount: '10', amount: '30' },
      { kind: 'floor', bound: '50', amount: '20' },
    ]);
    assert.deepEqual(rated(price, '9').working, [
      { kind: 'units', quantity: '9', unitAmount: '10', amount: '90' },
      { kind: 'cap', bound: '80', amount: '-10' },
    ]);
    assert.equal(rated(price, '6').working.length, 1);
  });

  it('are shared with the cycle, unless the price is not prorated', () => {
    const price = { ...tenEach, minimumAmount: '50.01', maximumAmount: '80' };
    const exact = (particulars: object, quantity: string) =>
      rate(priced({ ...price, ...particulars }), used(quantity), usd, half);
    // Half of 50.01 is 25.005 → 25.01; half of 80 is 40.
    const floor = exact({}, '1');
    assert.equal(floor.amountMinor, 2501n);
    assert.deepEqual(floor.working.at(-1), {
      kind: 'floor',
      bound: '50.01',
      share: { numerator: '1', denominator: '2' },
      amount: '15.005',
    });
    assert.equal(exact({}, '3').exactAmount, '30');
    assert.equal(exact({}, '9').exactAmount, '40');
    assert.equal(exact({ prorate: false }, '1').exactAmount, '50.01');
    assert.equal(exact({ prorate: false }, '9').exactAmount, '80');
    assert.equal(exact({ prorate: true }, '9').exactAmount, '40');
    // Lago: 10.00 for 15 of 31 days are 4.8387…; 2.00 of use leave 2.8387…, there a line of 2.84, here in one of 4.84.
    const committed = priced({ model: 'per_unit', unitAmount: '0.01', minimumAmount: '10' });
    const line = rate(committed, used('200'), usd, ratio(15n, 31n));
    assert.equal(line.working.at(-1)?.amount, '2.8387096774193548387');
    assert.equal(line.amountMinor, 484n);
  });

  it('have a maximum that is no less than the minimum', () => {
    const refused = (bounds: object, field: string) =>
      assertRefused(() => parsePrice({ key: 'k', name: 'K', ...tenEach, ...bounds }, 'p'), 'price-invalid', field);
    // As text "9" would be above "10".
    refused({ minimumAmount: '10', maximumAmount: '9' }, 'p.maximumAmount');
    refused({ minimumAmount: '-1' }, 'p.minimumAmount');
    refused({ maximumAmount: '-1' }, 'p.maximumAmount');
    refused({ prorate: 'no' }, 'p.prorate');
    assert.equal(rated({ ...tenEach, minimumAmount: '10', maximumAmount: '10.0' }, '5').exactAmount, '10');
  });
});

describe('a commitment', () => {
  const promised = (commitment: object, further: object = {}) => ({
    model: 'per_unit',
    unitAmount: '2',
    commitment: { amount: '10', ...commitment },
    ...further,
  });

  it('charges what is missing to it and multiplies what is above it: figures of Flexprice', () => {
    // 2 × 2 = 4 → 10; 8 × 2 = 16 = 10 + 6, and 10 + 6 × 2 = 22.
    holds(promised({ overageFactor: '2' }), [
      [0, '10'],
      [2, '10'],
      [5, '10'],
      [8, '22'],
    ]);
    assert.deepEqual(rated(promised({ overageFactor: '2' }), '8').working, [
      { kind: 'units', quantity: '8', unitAmount: '2', amount: '16' },
      { kind: 'overage', bound: '10', multiplier: '2', amount: '6' },
    ]);
    assert.deepEqual(rated(promised({ overageFactor: '2' }), '2').working, [
      { kind: 'units', quantity: '2', unitAmount: '2', amount: '4' },
      { kind: 'floor', bound: '10', amount: '6' },
    ]);
  });

  it('charges nothing that is missing without a true-up', () => {
    // 4; 16 + 6 × 0.2 = 17.20.
    holds(promised({ overageFactor: '1.2', trueUp: false }), [
      [0, '0'],
      [2, '4'],
      [5, '10'],
      [8, '17.2'],
    ]);
  });

  it('is a minimum alone without a factor, and may make what is above it cheaper', () => {
    holds(promised({}), [
      [2, '10'],
      [8, '16'],
    ]);
    assert.equal(rated(promised({}), '8').working.length, 1);
    // 16 - 6 × 0.5 = 13; with a factor of 0 no more than the 10 promised.
    holds(promised({ overageFactor: '0.5' }), [[8, '13']]);
    holds(promised({ overageFactor: '0' }), [[8, '10']]);
  });

  it('is capped with all that it adds', () => {
    // 22 as above, at most 20.
    const price = promised({ overageFactor: '2' }, { maximumAmount: '20' });
    holds(price, [
      [2, '10'],
      [7, '18'],
      [8, '20'],
    ]);
    assert.deepEqual(
      rated(price, '8').working.map(({ kind, amount }) => [kind, amount]),
      [
        ['units', '16'],
        ['overage', '6'],
        ['cap', '-2'],
      ],
    );
  });

  it('is shared with the cycle', () => {
    // 5 for half of it: 4 → 5; 16 = 5 + 11, and 5 + 11 × 2 = 27.
    const price = priced(promised({ overageFactor: '2' }));
    assert.equal(rate(price, used('2'), usd, half).exactAmount, '5');
    assert.equal(rate(price, used('8'), usd, half).exactAmount, '27');
    assert.deepEqual(rate(price, used('8'), usd, half).working.at(-1)?.share, { numerator: '1', denominator: '2' });
    assert.equal(rate(priced(promised({}, { prorate: false })), used('2'), usd, half).exactAmount, '10');
  });

  it('is refused when it contradicts the other bounds or is not complete', () => {
    const refused = (change: object, field: string, code = 'price-invalid') =>
      assertRefused(() => parsePrice({ key: 'k', name: 'K', ...promised({}), ...change }, 'p'), code, field);
    refused({ minimumAmount: '5' }, 'p.minimumAmount');
    refused({ maximumAmount: '9' }, 'p.maximumAmount');
    refused({ commitment: {} }, 'p.commitment.amount');
    refused({ commitment: { amount: '-1' } }, 'p.commitment.amount');
    refused({ commitment: { amount: 10 } }, 'p.commitment.amount', 'decimal-invalid');
    refused({ commitment: { amount: '10', overageFactor: '-1' } }, 'p.commitment.overageFactor');
    refused({ commitment: { amount: '10', trueUp: 'yes' } }, 'p.commitment.trueUp');
    refused({ commitment: { amount: '10', factor: '2' } }, 'p.commitment.factor');
    refused({ commitment: '10' }, 'p.commitment');
  });
});

describe('a tier with a maximum', () => {
  it('is capped by itself, its flat amount with it', () => {
    // Meteroid: 5 × 1, at most 3.
    const capped = (tier: object) => ({ model: 'graduated', tiers: [{ upTo: null, maximumAmount: '3', ...tier }] });
    holds(capped({ unitAmount: '1' }), [
      [2, '2'],
      [3, '3'],
      [5, '3'],
    ]);
    holds(capped({ unitAmount: '1', flatAmount: '2' }), [
      [1, '3'],
      [2, '3'],
    ]);
    holds(capped({ packageSize: '10', packageAmount: '2' }), [
      [10, '2'],
      [11, '3'],
    ]);
    assert.deepEqual(rated(capped({ unitAmount: '1' }), '5').working, [
      { kind: 'tier', from: '0', upTo: null, quantity: '5', unitAmount: '1', bound: '3', amount: '3' },
    ]);
    // The tier above goes on: 10 × 1 → 3, and 5 × 2 = 10.
    const tiers = [
      { upTo: '10', unitAmount: '1', maximumAmount: '3' },
      { upTo: null, unitAmount: '2' },
    ];
    holds({ model: 'graduated', tiers }, [[15, '13']]);
  });
});
