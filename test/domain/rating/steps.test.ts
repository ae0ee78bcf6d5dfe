import assert from 'node:assert/strict';
import { holds, rated } from '../support/prices.ts';

describe('a stairstep', () => {
  const steps = [
    { upTo: '10', flatAmount: '1' },
    { upTo: '50', flatAmount: '10' },
    { upTo: null, flatAmount: '100' },
  ];

  it('charges the amount of the step that the whole quantity is on', () => {
    // Kill Bill's capacity by its one unit FOO: 5, 60 and 75; a bound is still on its step.
    holds({ model: 'stairstep', tiers: steps }, [
      [0, '0'],
      ['0.001', '1'],
      [5, '1'],
      [10, '1'],
      ['10.001', '10'],
      [50, '10'],
      [60, '100'],
      [75, '100'],
    ]);
    assert.deepEqual(rated({ model: 'stairstep', tiers: steps }, '12').working, [
      { kind: 'step', from: '10', upTo: '50', quantity: '12', flatAmount: '10', amount: '10' },
    ]);
    holds(
      {
        model: 'stairstep',
        tiers: [
          { upTo: '100', flatAmount: '10' },
          { upTo: null, flatAmount: '20' },
        ],
      },
      [
        [100, '10'],
        [101, '20'],
      ],
    );
  });

  it('counts what is left after the included units', () => {
    // 12 - 2 = 10, still on the first step.
    holds({ model: 'stairstep', tiers: steps, included: '2' }, [
      [2, '0'],
      [12, '1'],
      [13, '10'],
    ]);
  });
});

describe('a graduated percentage', () => {
  it('charges each part of the amount at its own rate: figures of Lago', () => {
    const rates = (...tiers: [upTo: string | null, rate: string, flatAmount: string][]) => ({
      model: 'graduated_percentage',
      tiers: tiers.map(([upTo, rate, flatAmount]) => ({ upTo, rate, flatAmount })),
    });
    // 21 = 10 × 1 % + 200, 10 × 2 % + 300, 1 × 3 % + 400 = 900.33.
    holds(rates(['10', '1', '200'], ['20', '2', '300'], [null, '3', '400']), [
      [0, '0'],
      [1, '200.01'],
      [10, '200.1'],
      [11, '500.12'],
      [12, '500.14'],
      [21, '900.33'],
    ]);
    holds(rates(['100', '5', '0'], [null, '2', '10']), [
      [50, '2.5'],
      [150, '16'],
    ]);
    // After each of three events of 50, 100 and 300: 20, 20 + 32 and 52 + 120.
    holds(rates(['100', '20', '10'], ['200', '30', '7'], [null, '40', '5']), [
      [50, '20'],
      [150, '52'],
      [450, '172'],
    ]);
  });

  it('shows the rate, and a tier may have one of rate and flat amount alone', () => {
    const tiers = [
      { upTo: '100', flatAmount: '3' },
      { upTo: null, rate: '1.5' },
    ];
    // 3, and (300 - 100) × 1.5 % = 3.
    assert.deepEqual(rated({ model: 'graduated_percentage', tiers }, '300').working, [
      { kind: 'tier', from: '0', upTo: '100', quantity: '100', flatAmount: '3', amount: '3' },
      { kind: 'tier', from: '100', upTo: null, quantity: '200', rate: '1.5', amount: '3' },
    ]);
  });

  it('takes included amounts off before its tiers', () => {
    // 250 - 100 = 150: 100 × 5 % + 50 × 2 % + 10 = 16.
    const tiers = [
      { upTo: '100', rate: '5' },
      { upTo: null, rate: '2', flatAmount: '10' },
    ];
    holds({ model: 'graduated_percentage', tiers, included: '100' }, [[250, '16']]);
  });
});
