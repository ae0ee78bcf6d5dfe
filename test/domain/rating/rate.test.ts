import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { ratio } from '../../../src/domain/money/exact.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { priced, rated, usd, used } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const graduated = {
  model: 'graduated',
  tiers: [
    { upTo: '100', unitAmount: '0.10' },
    { upTo: '1000', unitAmount: '0.08', flatAmount: '5' },
    { upTo: null, unitAmount: '0.05', flatAmount: '20' },
  ],
};
const volume = { ...graduated, model: 'volume' };

describe('a price per unit', () => {
  it('multiplies exactly and rounds once', () => {
    // 12,345 × 0.00123 = 15.18435 → 15.18
    assert.deepEqual(rated({ model: 'per_unit', unitAmount: '0.00123' }, '12345'), {
      quantity: '12345',
      billableQuantity: '12345',
      exactAmount: '15.18435',
      amountMinor: 1518n,
      working: [{ kind: 'units', quantity: '12345', unitAmount: '0.00123', amount: '15.18435' }],
    });
  });

  it('takes fractions of a unit', () => {
    // 2.5 × 0.333 = 0.8325 → 0.83
    assert.equal(rated({ model: 'per_unit', unitAmount: '0.333' }, '2.5').amountMinor, 83n);
  });

  it('leaves out what is included and shows it', () => {
    // 1,200 - 1,000 = 200; 200 × 0.05 = 10.00
    assert.deepEqual(rated({ model: 'per_unit', unitAmount: '0.05', included: '1000' }, '1200'), {
      quantity: '1200',
      billableQuantity: '200',
      exactAmount: '10',
      amountMinor: 1000n,
      working: [
        { kind: 'included', quantity: '1000', amount: '0' },
        { kind: 'units', quantity: '200', unitAmount: '0.05', amount: '10' },
      ],
    });
  });

  it('is free while less is used than is included', () => {
    const line = rated({ model: 'per_unit', unitAmount: '0.05', included: '1000' }, '400');
    assert.equal(line.billableQuantity, '0');
    assert.equal(line.amountMinor, 0n);
    assert.deepEqual(line.working, [{ kind: 'included', quantity: '400', amount: '0' }]);
  });

  it('rounds to the digits of the currency', () => {
    const price = priced({ model: 'per_unit', unitAmount: '0.5' });
    // 3 × 0.5 = 1.5: 2 yen (half away from zero), 1.50 dollars, 1.500 dinars.
    for (const [code, minor] of [
      ['JPY', 2n],
      ['USD', 150n],
      ['KWD', 1500n],
    ] as const) {
      assert.equal(rate(price, used('3'), parseCurrency(code)).amountMinor, minor);
    }
  });
});

describe('a graduated price', () => {
  it('charges each tier’s own units, and its flat amount once', () => {
    // 100 × 0.10 = 10; 900 × 0.08 + 5 = 77; 500 × 0.05 + 20 = 45; together 132.
    assert.deepEqual(rated(graduated, '1500'), {
      quantity: '1500',
      billableQuantity: '1500',
      exactAmount: '132',
      amountMinor: 13200n,
      working: [
        { kind: 'tier', from: '0', upTo: '100', quantity: '100', unitAmount: '0.10', amount: '10' },
        { kind: 'tier', from: '100', upTo: '1000', quantity: '900', unitAmount: '0.08', flatAmount: '5', amount: '77' },
        { kind: 'tier', from: '1000', upTo: null, quantity: '500', unitAmount: '0.05', flatAmount: '20', amount: '45' },
      ],
    });
  });

  it('has bounds that belong to the tier below', () => {
    // 100 is still in the first tier: 10.00. A thousandth more enters the second: 10 + 0.001 × 0.08 + 5 = 15.00008.
    assert.equal(rated(graduated, '100').exactAmount, '10');
    assert.equal(rated(graduated, '100.001').exactAmount, '15.00008');
  });

  it('applies its tiers to what is left after the included units', () => {
    // 150 - 50 = 100, all in the first tier: 10.00
    assert.equal(rated({ ...graduated, included: '50' }, '150').exactAmount, '10');
  });

  it('charges nothing for nothing, also no flat amount', () => {
    const withEntry = { model: 'graduated', tiers: [{ upTo: null, unitAmount: '1', flatAmount: '5' }] };
    assert.equal(rated(withEntry, '0').amountMinor, 0n);
    assert.deepEqual(rated(withEntry, '0').working, []);
    assert.equal(rated({ ...withEntry, included: '10' }, '10').amountMinor, 0n);
  });
});

describe('a volume price', () => {
  it('charges the whole quantity at the tier that it falls in', () => {
    // 1,500 × 0.05 + 20 = 95
    const line = rated(volume, '1500');
    assert.equal(line.exactAmount, '95');
    assert.deepEqual(line.working, [
      { kind: 'tier', from: '1000', upTo: null, quantity: '1500', unitAmount: '0.05', flatAmount: '20', amount: '95' },
    ]);
  });

  it('has bounds that belong to the tier below', () => {
    // 1,000 × 0.08 + 5 = 85; 1,000.001 × 0.05 + 20 = 70.00005
    assert.equal(rated(volume, '1000').exactAmount, '85');
    assert.equal(rated(volume, '1000.001').exactAmount, '70.00005');
  });

  it('charges nothing for nothing', () => {
    assert.equal(rated({ model: 'volume', tiers: [{ upTo: null, flatAmount: '5' }] }, '0').amountMinor, 0n);
  });
});

describe('a package price', () => {
  const packages = { model: 'package', packageSize: '1000', packageAmount: '2.50' };

  it('charges a started package whole', () => {
    // 2,001 / 1,000 → 3 packages × 2.50 = 7.50
    assert.deepEqual(rated(packages, '2001').working, [
      { kind: 'package', quantity: '2001', packages: '3', packageSize: '1000', packageAmount: '2.50', amount: '7.5' },
    ]);
    assert.equal(rated(packages, '2000').exactAmount, '5');
    assert.equal(rated(packages, '0.001').exactAmount, '2.5');
    assert.equal(rated(packages, '0').exactAmount, '0');
  });

  it('charges only full packages when it rounds down', () => {
    assert.equal(rated({ ...packages, rounding: 'down' }, '2999').exactAmount, '5');
    assert.equal(rated({ ...packages, rounding: 'down' }, '999').exactAmount, '0');
  });

  it('counts packages of what is left after the included units', () => {
    // 2,001 - 1,001 = 1,000 → 1 package
    assert.equal(rated({ ...packages, included: '1001' }, '2001').exactAmount, '2.5');
  });
});

describe('a flat price', () => {
  const flat = priced({ model: 'flat', amount: '100' });

  it('charges its amount whatever was used', () => {
    assert.deepEqual(rate(flat, null, usd), {
      quantity: '1',
      billableQuantity: '1',
      exactAmount: '100',
      amountMinor: 10000n,
      working: [{ kind: 'flat', quantity: '1', flatAmount: '100', amount: '100' }],
    });
  });

  it('is prorated by the seconds of the cycle that are covered', () => {
    // 15 of 31 days: 100 × 1,296,000 / 2,678,400 = 48.387096774… → 48.39
    assert.deepEqual(rate(flat, null, usd, ratio(1_296_000n, 2_678_400n)), {
      quantity: '1',
      billableQuantity: '1',
      exactAmount: '48.38709677419354838709',
      amountMinor: 4839n,
      working: [
        {
          kind: 'flat',
          quantity: '1',
          flatAmount: '100',
          share: { numerator: '15', denominator: '31' },
          amount: '48.38709677419354838709',
        },
      ],
    });
    assert.equal(rate(flat, null, usd, ratio(0n, 2_678_400n)).amountMinor, 0n);
  });

  it('takes no share above the whole', () => {
    for (const share of [ratio(2n, 1n), ratio(-1n, 1n), ratio(31_000_001n, 31_000_000n)]) {
      assert.throws(() => rate(flat, null, usd, share), RangeError);
    }
    // Of a cycle without length there is no share at all.
    assert.throws(() => rate(flat, null, usd, ratio(0n, 0n)));
  });
});

describe('use that cannot be priced', () => {
  it('is refused when it is negative', () => {
    assertRefused(() => rated({ model: 'per_unit', unitAmount: '1' }, '-1'), 'quantity-negative');
    assertRefused(() => rated({ model: 'per_unit', unitAmount: '1', included: '5' }, '-1'), 'quantity-negative');
  });

  it('is refused when the amount does not fit 64 bits', () => {
    assertRefused(() => rated({ model: 'per_unit', unitAmount: '9'.repeat(30) }, '1'), 'amount-out-of-range');
  });

  it('is a mistake of the caller when there is no quantity at all', () => {
    assert.throws(() => rate(priced({ model: 'per_unit', unitAmount: '1' }), null, usd), TypeError);
  });

  it('is a mistake of the caller when it was not measured as the model reads it, and not free', () => {
    const matrix = { properties: ['a'], cells: [{ values: ['x'], unitAmount: '1' }], otherwise: '1' };
    for (const model of [
      { model: 'percentage', rate: '1' },
      { model: 'dynamic', amountProperty: 'cost' },
      { model: 'matrix', ...matrix },
      { model: 'seats', unitAmount: '1' },
    ]) {
      assert.throws(
        () => rate(priced(model), used('5'), usd),
        /needs usage with its (transactions|carried|cells|spans)/,
      );
      // Where nothing was used there is nothing to measure.
      assert.equal(rate(priced(model), used('0'), usd).amountMinor, 0n);
    }
  });
});
