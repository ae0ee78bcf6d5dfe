import assert from 'node:assert/strict';
import { holds, rated, tiersOf } from '../support/prices.ts';

describe('graduated tiers', () => {
  it('of fractions share a unit where the bound cuts it', () => {
    // Flexprice: 1 × 10 + 1 × 20 + 0.5 × 30 = 45. Lago: 0.1 × 10 + 0.4 × 5 = 3.
    holds({ model: 'graduated', tiers: tiersOf(['1', '10'], ['2', '20'], [null, '30']) }, [
      [0, '0'],
      [1, '10'],
      [2, '30'],
      ['2.5', '45'],
      [3, '60'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['0.1', '10', '0'], ['1', '5', '0'], [null, '2', '0']) }, [
      ['0.05', '0.5'],
      ['0.5', '3'],
    ]);
  });

  it('charge a flat amount for each that is entered: figures of Lago, OpenMeter, Flexprice and Meteroid', () => {
    // Lago: 21 = 10 × 10 + 2, 10 × 5 + 3, 1 × 5 + 3.
    holds({ model: 'graduated', tiers: tiersOf(['10', '10', '2'], ['20', '5', '3'], [null, '5', '3']) }, [
      [1, '12'],
      [10, '102'],
      [11, '110'],
      [12, '115'],
      [21, '163'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['5', '10', '100'], [null, '5', '50']) }, [
      [3, '130'],
      [8, '215'],
    ]);
    // OpenMeter: tiers with a flat amount alone, and a thousandth above the bound opens the next.
    holds({ model: 'graduated', tiers: tiersOf(['5', '0', '100'], ['10', '', '50'], ['15', '5'], [null, '1']) }, [
      [22, '182'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['5', '', '100'], ['10', '', '50'], ['15', '10'], [null, '5']) }, [
      [3, '100'],
      [5, '100'],
      ['5.001', '150'],
      [7, '150'],
      [12, '170'],
      [22, '235'],
    ]);
    // Flexprice: 12 = 0 + 1, 5 × 1 + 2, 2 × 2.
    holds({ model: 'graduated', tiers: tiersOf(['5', '0', '1'], ['10', '1', '2'], [null, '2', '0']) }, [
      [3, '1'],
      [7, '5'],
      [12, '12'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf([null, '1', '10']) }, [[5, '15']]);
  });

  it('charge each unit at its own tier: figures of Flexprice, Autumn, Polar, OpenMeter and Meteroid', () => {
    holds({ model: 'graduated', tiers: tiersOf(['10', '50'], ['20', '40'], [null, '30']) }, [
      [5, '250'],
      [15, '700'],
      [25, '1050'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['5', '0'], ['10', '2'], [null, '3']) }, [
      [3, '0'],
      [5, '0'],
      [7, '4'],
      [10, '10'],
      [11, '13'],
      [15, '25'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['100', '0.1'], ['500', '0.05'], [null, '0.02']) }, [
      [0, '0'],
      [50, '5'],
      [100, '10'],
      [250, '17.5'],
      [500, '30'],
      [1000, '40'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf([null, '0.000001']) }, [[1_000_000, '1']]);
    holds({ model: 'graduated', tiers: tiersOf(['50', '0.0075'], [null, '0.0025']) }, [[75, '0.4375']]);
    // Polar, in cents there.
    holds({ model: 'graduated', tiers: tiersOf(['10', '10'], ['50', '8'], [null, '6']) }, [
      [0, '0'],
      [5, '50'],
      [10, '100'],
      [15, '140'],
      [50, '420'],
      [51, '426'],
      [100, '720'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['5', '0'], [null, '10']) }, [
      [3, '0'],
      [5, '0'],
      [8, '30'],
      [15, '100'],
    ]);
    holds({ model: 'graduated', tiers: tiersOf(['10', '100'], ['20', '90'], [null, '80']) }, [[30, '2700']]);
    holds({ model: 'graduated', tiers: tiersOf(['100', '1'], ['200', '0.5'], [null, '0.25']) }, [[150, '125']]);
  });
});

describe('volume tiers', () => {
  it('charge all units at one: figures of Lago, OpenMeter, Flexprice, Polar and Autumn', () => {
    // Lago: 100.5 is above the 100 and so in the second.
    holds({ model: 'volume', tiers: tiersOf(['100', '2', '10'], ['200', '1', '0'], [null, '0.5', '50']) }, [
      [1, '12'],
      [100, '210'],
      ['100.5', '100.5'],
      [101, '101'],
      [200, '200'],
      [210, '155'],
      [300, '200'],
    ]);
    holds({ model: 'volume', tiers: tiersOf(['10', '5', '100'], [null, '2', '50']) }, [
      [5, '125'],
      [15, '80'],
    ]);
    // OpenMeter: the bill falls from 15 to 16.
    holds({ model: 'volume', tiers: tiersOf(['5', '', '100'], ['10', '', '150'], ['15', '10'], [null, '5']) }, [
      [3, '100'],
      [5, '100'],
      [7, '150'],
      [14, '140'],
      [15, '150'],
      [16, '80'],
      [100, '500'],
    ]);
    holds({ model: 'volume', tiers: tiersOf(['10', '50'], ['20', '40'], [null, '30']) }, [
      [5, '250'],
      [15, '600'],
      [25, '750'],
    ]);
    holds({ model: 'volume', tiers: tiersOf(['10', '10'], ['50', '8'], [null, '6']) }, [
      [1, '10'],
      [10, '100'],
      [11, '88'],
      [50, '400'],
      [51, '306'],
      [100, '600'],
    ]);
    holds({ model: 'volume', tiers: tiersOf(['100', '1', '10'], [null, '0.5', '25']) }, [[50, '60']]);
    holds({ model: 'volume', tiers: tiersOf(['100', '1'], ['200', '0.5'], [null, '0.25']) }, [[150, '75']]);
  });
});

describe('a price per unit', () => {
  it('is exact with many digits: figures of Lago, Autumn, OpenMeter and Flexprice', () => {
    const perUnit = (unitAmount: string, further: object = {}) => ({ model: 'per_unit', unitAmount, ...further });
    holds(perUnit('5.12345'), [[10, '51.2345']]);
    holds(perUnit('0.0033'), [[7, '0.0231']]);
    holds(perUnit('0.10', { included: '100' }), [
      [50, '0'],
      [1000, '90'],
      // Autumn rounds up to 151 units; a fraction is a fraction here: 150.5 × 0.10.
      ['250.5', '15.05'],
    ]);
    holds(perUnit('100'), [[10, '1000']]);
    // Flexprice, rounded per line to cents: 15.00, 61.728 → 61.73, 3.333 → 3.33, 10.275 → 10.28, 99.996 → 100.00.
    for (const [unitAmount, quantity, minor] of [
      ['0.10', '150', 1500n],
      ['0.50', '123.456', 6173n],
      ['0.003333', '1000', 333n],
      ['10.278798', '1', 1028n],
      ['10.271', '1', 1027n],
      ['10.275', '1', 1028n],
      ['99.996', '1', 10000n],
      ['0.004', '1', 0n],
      ['0.005', '1', 1n],
    ] as const) {
      assert.equal(rated(perUnit(unitAmount), quantity).amountMinor, minor, unitAmount);
    }
  });
});
