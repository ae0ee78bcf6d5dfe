import assert from 'node:assert/strict';
import { parseDecimal, sumOf } from '../../../src/domain/money/exact.ts';
import { parsePrice } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { priced, usd } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const compute = {
  model: 'matrix',
  properties: ['region', 'class'],
  cells: [
    { values: ['us', 'small'], unitAmount: '0.10' },
    { values: ['us', 'large'], unitAmount: '0.40' },
    { values: ['eu', 'small'], unitAmount: '0.12' },
  ],
  otherwise: '1',
};
const usageOf = (...cells: [values: string[], quantity: string][]) => ({
  quantity: sumOf(cells.map(([, quantity]) => parseDecimal(quantity))),
  cells: cells.map(([values, quantity]) => ({ values, quantity: parseDecimal(quantity) })),
});

describe('a matrix', () => {
  it('charges each combination at its own price and every other one at the price for them', () => {
    // 100 × 0.10 = 10; 2.5 × 0.40 = 1; eu and large have no cell: 3 × 1 = 3; together 14.
    const usage = usageOf([['us', 'small'], '100'], [['us', 'large'], '2.5'], [['eu', 'large'], '3']);
    assert.deepEqual(rate(priced(compute), usage, usd), {
      quantity: '105.5',
      billableQuantity: '105.5',
      exactAmount: '14',
      amountMinor: 1400n,
      working: [
        {
          kind: 'cell',
          values: { region: 'us', class: 'small' },
          quantity: '100',
          unitAmount: '0.10',
          amount: '10',
        },
        { kind: 'cell', values: { region: 'us', class: 'large' }, quantity: '2.5', unitAmount: '0.40', amount: '1' },
        { kind: 'cell', values: { region: 'eu', class: 'large' }, quantity: '3', unitAmount: '1', amount: '3' },
      ],
    });
  });

  it('minds the order of the values, and tells a value from two that look like it together', () => {
    assert.equal(rate(priced(compute), usageOf([['small', 'us'], '1']), usd).exactAmount, '1');
    const tricky = priced({
      ...compute,
      cells: [
        { values: ['a,b', 'c'], unitAmount: '2' },
        { values: ['a', 'b,c'], unitAmount: '3' },
      ],
    });
    assert.equal(rate(tricky, usageOf([['a,b', 'c'], '1']), usd).exactAmount, '2');
    assert.equal(rate(tricky, usageOf([['a', 'b,c'], '1']), usd).exactAmount, '3');
  });

  it('charges events without the property as every other', () => {
    // 4 × 1 = 4: an event without a region comes with an empty text in its place.
    assert.equal(rate(priced(compute), usageOf([['', 'small'], '4']), usd).exactAmount, '4');
  });

  it('rounds the sum of its cells once', () => {
    // 1 × 0.004 three times is 0.012 → 0.01; each rounded alone would be nothing.
    const cells = ['a', 'b', 'c'].map((value) => ({ values: [value], unitAmount: '0.004' }));
    const usage = usageOf([['a'], '1'], [['b'], '1'], [['c'], '1']);
    assert.equal(rate(priced({ ...compute, properties: ['x'], cells }), usage, usd).amountMinor, 1n);
  });

  it('converts each cell for itself', () => {
    // 1,500 and 2,100 by the thousand, rounded up: 2 × 0.10 + 3 × 0.40 = 1.40, for 5 and not for the 4 of 3,600.
    const price = priced({ ...compute, convert: { divideBy: '1000', rounding: 'up' } });
    const usage = usageOf([['us', 'small'], '1500'], [['us', 'large'], '2100']);
    const { exactAmount, quantity, billableQuantity, working } = rate(price, usage, usd);
    assert.deepEqual([exactAmount, quantity, billableQuantity], ['1.4', '3600', '5']);
    assert.deepEqual(working[0], { kind: 'converted', quantity: '5', divideBy: '1000', amount: '0' });
  });

  it('has no step where nothing was used', () => {
    assert.deepEqual(rate(priced(compute), usageOf([['us', 'small'], '0']), usd).working, []);
    assert.equal(rate(priced(compute), usageOf(), usd).amountMinor, 0n);
  });

  it('is refused a cell below zero', () => {
    assertRefused(
      () => rate(priced(compute), usageOf([['us', 'small'], '5'], [['eu', 'small'], '-1']), usd),
      'quantity-negative',
    );
  });

  it('names each property and each combination once', () => {
    const refused = (change: object, field: string) =>
      assertRefused(() => parsePrice({ key: 'k', name: 'K', ...compute, ...change }, 'p'), 'price-invalid', field);
    const cell = (...values: string[]) => ({ values, unitAmount: '1' });
    refused({ properties: ['region', 'region'] }, 'p.properties[1]');
    refused({ properties: [] }, 'p.properties');
    refused({ properties: ['a', 'b', 'c', 'd', 'e'] }, 'p.properties');
    refused({ cells: [cell('us', 'small'), cell('us', 'large'), cell('us', 'small')] }, 'p.cells[2].values');
    refused({ cells: [] }, 'p.cells');
    refused({ cells: [cell('us')] }, 'p.cells[0].values');
    refused({ cells: [cell('us', 'small', 'x')] }, 'p.cells[0].values');
    refused({ cells: [{ values: ['us', 'small'] }] }, 'p.cells[0].unitAmount');
    refused({ cells: [{ ...cell('us', 'small'), flatAmount: '1' }] }, 'p.cells[0].flatAmount');
    refused({ cells: Array.from({ length: 1_001 }, (_, index) => cell(`r${index}`, 'small')) }, 'p.cells');
    refused({ otherwise: undefined }, 'p.otherwise');
    refused({ included: '5' }, 'p.included');
  });
});
