import assert from 'node:assert/strict';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal, ratio } from '../../../src/domain/money/exact.ts';
import { type Price, parsePrice } from '../../../src/domain/rating/price.ts';
import { rateLines } from '../../../src/domain/rating/rate-lines.ts';
import type { Measured } from '../../../src/domain/rating/usage.ts';
import { tiersOf, usd } from '../support/prices.ts';
import { assertRefused } from '../support/properties.ts';

const named = (key: string, particulars: object): Price => parsePrice({ key, name: `The ${key}`, ...particulars }, 'p');
const measured = (quantity: string, group?: string[]): Measured => ({
  usage: { quantity: parseDecimal(quantity) },
  ...(group !== undefined && { group }),
  eventCount: 7n,
  skippedCount: 1n,
});
const fee = { price: named('fee', { model: 'flat', amount: '100' }), measured: [] };
const calls = (...use: Measured[]) => ({
  price: named('calls', { model: 'per_unit', unitAmount: '0.01' }),
  measured: use,
});
const amounts = (...given: Parameters<typeof rateLines>) =>
  rateLines(...given).map(({ key, amountMinor }) => [key, amountMinor]);

describe('the lines of a period', () => {
  it('are one a price in their order, each at zero too', () => {
    const lines = rateLines([calls(measured('1234')), fee, calls()], usd);
    assert.deepEqual(
      lines.map(({ key, description, group, quantity, amountMinor, eventCount, skippedCount }) => [
        key,
        description,
        group,
        quantity,
        amountMinor,
        eventCount,
        skippedCount,
      ]),
      [
        // 1,234 × 0.01 = 12.34
        ['calls', 'The calls', undefined, '1234', 1234n, 7n, 1n],
        ['fee', 'The fee', undefined, '1', 10000n, 0n, 0n],
        ['calls', 'The calls', undefined, '0', 0n, 0n, 0n],
      ],
    );
    assert.equal(lines[0]!.price?.key, 'calls');
  });

  it('share what recurs, each by its own rule', () => {
    const whole = { price: named('setup', { model: 'flat', amount: '100', prorate: false }), measured: [] };
    // A third of 100 is 33.33; use is not shared.
    assert.deepEqual(amounts([fee, whole, calls(measured('1234'))], usd, ratio(1n, 3n)), [
      ['fee', 3333n],
      ['setup', 10000n],
      ['calls', 1234n],
    ]);
  });

  describe('of a price by groups', () => {
    const groups = [measured('3', ['krn1']), measured('12', ['krn2'])];

    it('are one each, with tiers and rounding of their own', () => {
      // Flexprice: 3 × 1, and 10 × 1 + 2 × 2: 17 in all; the tiers begin anew.
      const price = named('nodes', { model: 'graduated', tiers: tiersOf(['10', '1'], [null, '2']), groupBy: ['node'] });
      const lines = rateLines([{ price, measured: groups }], usd);
      assert.deepEqual(
        lines.map(({ description, group, amountMinor }) => [description, group, amountMinor]),
        [
          ['The nodes (krn1)', ['krn1'], 300n],
          ['The nodes (krn2)', ['krn2'], 1400n],
        ],
      );
      // By volume 5 × 0.10 and 15 × 0.05: 0.50 and 0.75.
      const volume = named('v', {
        model: 'volume',
        tiers: tiersOf(['10', '0.1'], ['20', '0.05'], [null, '0.02']),
        groupBy: ['node'],
      });
      assert.deepEqual(amounts([{ price: volume, measured: [measured('5', ['A']), measured('15', ['B'])] }], usd), [
        ['v', 50n],
        ['v', 75n],
      ]);
    });

    it('have included units and bounds of their own', () => {
      // 3 - 2 = 1 and 12 - 2 = 10 units at 1: 1 → 5 by the minimum, and 10 → 8 by the maximum.
      const price = named('nodes', {
        model: 'per_unit',
        unitAmount: '1',
        included: '2',
        minimumAmount: '5',
        maximumAmount: '8',
        groupBy: ['node'],
      });
      assert.deepEqual(amounts([{ price, measured: groups }], usd), [
        ['nodes', 500n],
        ['nodes', 800n],
      ]);
    });

    it('are rounded one by one, as Lago does', () => {
      // 10.1 and 901.9 cents: 10 and 902.
      const price = named('cost', { model: 'dynamic', amountProperty: 'cost', groupBy: ['key'] });
      const of = (amount: string, group: string) => ({
        ...measured('1', [group]),
        usage: { quantity: parseDecimal('1'), carried: parseDecimal(amount) },
      });
      assert.deepEqual(amounts([{ price, measured: [of('0.101', 'value 1'), of('9.019', 'value 2')] }], usd), [
        ['cost', 10n],
        ['cost', 902n],
      ]);
    });

    it('are one line without a group where nothing was used', () => {
      const price = named('nodes', { model: 'per_unit', unitAmount: '1', minimumAmount: '5', groupBy: ['node'] });
      const lines = rateLines([{ price, measured: [] }], usd);
      assert.deepEqual(
        lines.map(({ description, group, amountMinor }) => [description, group, amountMinor]),
        [['The nodes', undefined, 500n]],
      );
      assert.ok(!('group' in lines[0]!), 'a line without a group says nothing of groups');
    });

    it('name all values of their group', () => {
      const price = named('nodes', { model: 'per_unit', unitAmount: '1', groupBy: ['node', 'zone'] });
      const [line] = rateLines([{ price, measured: [measured('1', ['a', 'eu'])] }], usd);
      assert.deepEqual([line?.description, line?.group], ['The nodes (a, eu)', ['a', 'eu']]);
    });
  });

  describe('with bounds for the period', () => {
    const use = [fee, calls(measured('1234'))];

    it('have one more that brings their sum up to the minimum', () => {
      // 100 + 12.34 = 112.34; 150 - 112.34 = 37.66
      const line = rateLines(use, usd, undefined, { minimumAmount: '150', maximumAmount: '900' }).at(-1)!;
      assert.deepEqual(line, {
        key: 'minimum',
        description: 'Minimum commitment',
        quantity: '1',
        billableQuantity: '1',
        exactAmount: '37.66',
        amountMinor: 3766n,
        working: [{ kind: 'floor', bound: '150', flatAmount: '112.34', amount: '37.66' }],
        eventCount: 0n,
        skippedCount: 0n,
      });
    });

    it('have one more that brings their sum down to the maximum', () => {
      // 80.005 - 112.34 = -32.335 → -32.34 (half away from zero), so that 80.00 is left: never more than the maximum.
      const line = rateLines(use, usd, undefined, { maximumAmount: '80.005' }).at(-1)!;
      assert.deepEqual([line.key, line.description, line.amountMinor], ['maximum', 'Maximum for the period', -3234n]);
      assert.deepEqual(line.working, [{ kind: 'cap', bound: '80.005', flatAmount: '112.34', amount: '-32.335' }]);
    });

    it('have none more between the bounds, and at them', () => {
      assert.equal(rateLines(use, usd, undefined, { minimumAmount: '50', maximumAmount: '500' }).length, 2);
      assert.equal(rateLines(use, usd, undefined, { minimumAmount: '112.34', maximumAmount: '112.34' }).length, 2);
      assert.equal(rateLines(use, usd).length, 2);
    });

    it('share the bounds with the cycle', () => {
      // Half of the fee is 50, with 12.34 of use 62.34; half of 150 is 75: 12.66 more.
      const line = rateLines(use, usd, ratio(1n, 2n), { minimumAmount: '150' }).at(-1)!;
      assert.equal(line.amountMinor, 1266n);
      assert.deepEqual(line.working[0]?.share, { numerator: '1', denominator: '2' });
    });

    it('compare with the sum of the rounded lines, which is what the customer adds up', () => {
      // 3 × 0.334 = 1.002 → 1.00 three times is 3.00, below 3.005 by half a cent: 0.01.
      const each = { price: named('x', { model: 'per_unit', unitAmount: '0.334' }), measured: [measured('3')] };
      const lines = rateLines([each, each, each], usd, undefined, { minimumAmount: '3.005' });
      assert.deepEqual(
        lines.map(({ amountMinor }) => amountMinor),
        [100n, 100n, 100n, 1n],
      );
    });

    it('are of the whole minimum where nothing was used', () => {
      assert.deepEqual(amounts([calls()], parseCurrency('JPY'), undefined, { minimumAmount: '500' }), [
        ['calls', 0n],
        ['minimum', 500n],
      ]);
    });
  });

  it('have the overage of a commitment, and its true-up', () => {
    const use = [fee, calls(measured('5000'))];
    // 100 + 50 = 150; 120 promised: 30 above, at 1.5 times 15 more.
    assert.deepEqual(amounts(use, usd, undefined, { commitment: { amount: '120', overageFactor: '1.5' } }).at(-1), [
      'overage',
      1500n,
    ]);
    // At most 160: 15 more and 5 less.
    const capped = { commitment: { amount: '120', overageFactor: '1.5' }, maximumAmount: '160' };
    assert.deepEqual(amounts(use, usd, undefined, capped).slice(2), [
      ['overage', 1500n],
      ['maximum', -500n],
    ]);
    assert.deepEqual(amounts(use, usd, undefined, { commitment: { amount: '200' } }).at(-1), ['minimum', 5000n]);
    const noTrueUp = { commitment: { amount: '200', trueUp: false } };
    assert.equal(amounts(use, usd, undefined, noTrueUp).length, 2);
  });

  it('give back what was paid and is not used, of its own share', () => {
    // 2 fees of 100: a third of one given back, 33.33, and half of the other charged.
    const unused = { ...fee, share: ratio(1n, 3n), isCredit: true };
    const lines = rateLines([unused, fee], usd, ratio(1n, 2n));
    assert.deepEqual(
      lines.map(({ exactAmount, amountMinor, working }) => [exactAmount, amountMinor, working[0]?.amount]),
      [
        ['-33.33333333333333333333', -3333n, '-33.33333333333333333333'],
        ['50', 5000n, '50'],
      ],
    );
    // A half cent is given back as it was charged: 0.005 → 0.01 both ways.
    const penny = { price: named('penny', { model: 'flat', amount: '0.005' }), measured: [] };
    assert.deepEqual(amounts([penny, { ...penny, isCredit: true }], usd), [
      ['penny', 1n],
      ['penny', -1n],
    ]);
  });

  it('leave what is given back out of the bounds: it is of another bill', () => {
    const back = { price: named('old', { model: 'flat', amount: '31' }), measured: [], isCredit: true };
    // Nothing is charged, so that 10 are missing to the minimum; 31 are given back all the same: -21, and not 10.
    assert.deepEqual(amounts([back], usd, undefined, { minimumAmount: '10' }), [
      ['old', -3100n],
      ['minimum', 1000n],
    ]);
    // 100 are charged: that is the minimum, whatever is given back of another time.
    assert.equal(amounts([fee, back], usd, undefined, { minimumAmount: '100' }).length, 2);
    // At most 90: 10 too many, and 31 are given back of what the customer pays: 59.
    assert.deepEqual(amounts([fee, back], usd, undefined, { maximumAmount: '90' }), [
      ['fee', 10_000n],
      ['old', -3100n],
      ['maximum', -1000n],
    ]);
  });

  it('are refused as a whole when one of them is', () => {
    assertRefused(() => rateLines([fee, calls(measured('-1'))], usd), 'quantity-negative');
  });
});
