import assert from 'node:assert/strict';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { holds, rated, tiersOf } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

describe('a conversion', () => {
  const gigabytes = (convert: object, further: object = {}) => ({
    model: 'per_unit',
    unitAmount: '0.10',
    convert: { divideBy: '1000000000', ...convert },
    ...further,
  });

  it('goes from bytes to GB and says so', () => {
    // 1,234,567,890 bytes are 1.23456789 GB, up to 2 decimals 1.24 GB × 0.10 = 0.124 → 0.12
    assert.deepEqual(rated(gigabytes({ rounding: 'up', decimals: 2 }), '1234567890'), {
      quantity: '1234567890',
      billableQuantity: '1.24',
      exactAmount: '0.124',
      amountMinor: 12n,
      working: [
        { kind: 'converted', quantity: '1.24', divideBy: '1000000000', amount: '0' },
        { kind: 'units', quantity: '1.24', unitAmount: '0.10', amount: '0.124' },
      ],
    });
  });

  it('rounds as it is told', () => {
    // 2,550,000,000 bytes are 2.55 GB.
    holds(gigabytes({ rounding: 'none' }), [['2550000000', '0.255']]);
    holds(gigabytes({ rounding: 'up' }), [['2550000000', '0.3']]);
    holds(gigabytes({ rounding: 'down' }), [['2550000000', '0.2']]);
    holds(gigabytes({ rounding: 'half_up' }), [['2550000000', '0.3']]);
    holds(gigabytes({ rounding: 'half_up' }), [['2499999999', '0.2']]);
    holds(gigabytes({ rounding: 'up', decimals: 1 }), [['2550000000', '0.26']]);
    holds(gigabytes({ rounding: 'down', decimals: 1 }), [['2550000000', '0.25']]);
    holds(gigabytes({ rounding: 'half_up', decimals: 1 }), [['2550000000', '0.26']]);
    holds(gigabytes({ rounding: 'up' }), [
      ['0', '0'],
      ['1', '0.1'],
      ['1000000000', '0.1'],
    ]);
  });

  it('rounds to tens and thousands too', () => {
    const whole = (rounding: string, decimals: number) => ({
      model: 'per_unit',
      unitAmount: '1',
      convert: { divideBy: '1', rounding, decimals },
    });
    holds(whole('up', -3), [
      ['1', '1000'],
      ['1000', '1000'],
      ['1000.5', '2000'],
    ]);
    holds(whole('down', -1), [['1239.9', '1230']]);
    holds(whole('half_up', -2), [
      ['1249.99', '1200'],
      ['1250', '1300'],
    ]);
  });

  it('rounds as OpenMeter does', () => {
    // What is left after the conversion at one dollar a unit.
    for (const [divideBy, rounding, decimals, quantity, converted] of [
      ['1000', 'none', undefined, '1247', '1.247'],
      ['1000', 'up', 0, '1247', '2'],
      ['1000', 'up', 0, '1000', '1'],
      ['1000', 'up', 0, '0', '0'],
      ['1000', 'down', 0, '1999', '1'],
      ['1000', 'half_up', 0, '2400', '2'],
      ['1000', 'half_up', 0, '2500', '3'],
      ['1000', 'half_up', 0, '2600', '3'],
      ['1000', 'half_up', 0, '3500', '4'],
      ['100', 'half_up', 1, '245', '2.5'],
      ['100', 'half_up', 1, '244', '2.4'],
      ['1000', 'up', 2, '1247', '1.25'],
    ] as const) {
      const convert = { divideBy, rounding, ...(decimals !== undefined && { decimals }) };
      holds({ model: 'per_unit', unitAmount: '1', convert }, [[quantity, converted]]);
    }
    // 7,400 are 8 thousands: 5 × 1 + 3 × 0.50 = 6.50.
    const thousands = { divideBy: '1000', rounding: 'up' };
    holds({ model: 'graduated', tiers: tiersOf(['5', '1'], [null, '0.5']), convert: thousands }, [[7400, '6.5']]);
    holds({ model: 'per_unit', unitAmount: '10', convert: thousands }, [[1400, '20']]);
    // Included units come off what is converted and rounded: 2 - 0.5 = 1.5.
    holds({ model: 'per_unit', unitAmount: '10', convert: thousands, included: '0.5' }, [[1400, '15']]);
  });

  it('keeps a quotient that does not end exact until the line is rounded', () => {
    // 1 / 3 × 3 = 1, where 0.33333333333333333333 × 3 would be less.
    const line = rated({ model: 'per_unit', unitAmount: '3', convert: { divideBy: '3', rounding: 'none' } }, '1');
    assert.equal(line.exactAmount, '1');
    assert.equal(line.billableQuantity, '0.33333333333333333333');
    // 3 / 2,400 × 4 = 0.005 → 0.01: a third in between would have lost the half.
    const half = rated({ model: 'per_unit', unitAmount: '4', convert: { divideBy: '2400', rounding: 'none' } }, '3');
    assert.equal(half.amountMinor, 1n);
  });

  it('is refused when it cannot be said', () => {
    const refused = (convert: unknown, field: string) =>
      assertRefused(
        () => parsePrice({ key: 'k', name: 'K', model: 'per_unit', unitAmount: '1', convert }, 'p'),
        'price-invalid',
        field,
      );
    refused({ rounding: 'up' }, 'p.convert.divideBy');
    refused({ divideBy: '0', rounding: 'up' }, 'p.convert.divideBy');
    refused({ divideBy: '-1', rounding: 'up' }, 'p.convert.divideBy');
    refused({ divideBy: '10' }, 'p.convert.rounding');
    refused({ divideBy: '10', rounding: 'half_even' }, 'p.convert.rounding');
    refused({ divideBy: '10', rounding: 'none', decimals: 2 }, 'p.convert.decimals');
    refused({ divideBy: '10', rounding: 'up', decimals: 13 }, 'p.convert.decimals');
    refused({ divideBy: '10', rounding: 'up', decimals: -13 }, 'p.convert.decimals');
    refused({ divideBy: '10', rounding: 'up', decimals: 1.5 }, 'p.convert.decimals');
    refused({ divideBy: '10', rounding: 'up', decimals: '2' }, 'p.convert.decimals');
    refused({ divideBy: '10', rounding: 'up', multiplyBy: '2' }, 'p.convert.multiplyBy');
    refused('10', 'p.convert');
  });
});

describe('a period without use', () => {
  const charged = { zeroUsage: 'charged' };

  it('pays nothing unless the price says so, and then what the first tier asks without a unit', () => {
    // Lago charges these always, as OpenMeter does: 2, 100, 200 and 10.
    for (const [model, tiers, due] of [
      ['graduated', tiersOf(['10', '10', '2'], ['20', '5', '3'], [null, '5', '3']), '2'],
      ['graduated', tiersOf(['5', '', '100'], ['10', '', '50'], [null, '5']), '100'],
      ['volume', tiersOf(['100', '2', '10'], [null, '0.5', '50']), '10'],
      [
        'graduated_percentage',
        [
          { upTo: '10', rate: '1', flatAmount: '200' },
          { upTo: null, rate: '2', flatAmount: '300' },
        ],
        '200',
      ],
      [
        'stairstep',
        [
          { upTo: '10', flatAmount: '7' },
          { upTo: null, flatAmount: '9' },
        ],
        '7',
      ],
    ] as const) {
      holds({ model, tiers }, [[0, '0']]);
      holds({ model, tiers, zeroUsage: 'free' }, [[0, '0']]);
      holds({ model, tiers, ...charged }, [[0, due]]);
      // All of it was included, so that there is no unit to charge either.
      holds({ model, tiers, ...charged, included: '5' }, [[5, due]]);
    }
  });

  it('pays no more with units than without where there is use', () => {
    holds({ model: 'graduated', tiers: tiersOf(['10', '10', '2'], [null, '5', '3']), ...charged }, [[1, '12']]);
  });

  it('starts no package of its first tier', () => {
    const tiers = [{ upTo: null, packageSize: '10', packageAmount: '4', flatAmount: '3' }];
    holds({ model: 'graduated', tiers, ...charged }, [
      [0, '3'],
      [1, '7'],
    ]);
  });

  it('pays nothing by the unit or package either way', () => {
    holds({ model: 'per_unit', unitAmount: '5', ...charged }, [[0, '0']]);
    holds({ model: 'package', packageSize: '10', packageAmount: '5', ...charged }, [[0, '0']]);
  });
});
