import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ratio } from '../../../src/domain/money/exact.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import { anyPrice, anyShare, anyUse, everyModel, unitTiers, usageOf } from '../support/any-price.ts';
import { amountText, priced, quantityText, usd, used } from '../support/prices.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { compare, equal, minus, none, rational, sumText, times, total } from '../support/rational.ts';
import type { WrittenTier } from '../support/written.ts';

describe('graduated tiers', function () {
  this.timeout(60_000);

  const charge = (tiers: WrittenTier[], quantity: string) =>
    rate(priced({ model: 'graduated', tiers }), used(quantity), usd);
  const exact = (tiers: WrittenTier[], quantity: string) => rational(charge(tiers, quantity).exactAmount);
  const millionth = '0.000001';
  const byUnit = unitTiers.chain((tiers) =>
    fc.tuple(...tiers.map(({ upTo }) => amountText.map((unitAmount): WrittenTier => ({ upTo, unitAmount })))),
  );

  const meets = (flats: boolean) =>
    fc.property(byUnit, amountText, (plain, flatAmount) => {
      const tiers = flats ? plain.map((tier) => ({ ...tier, flatAmount })) : plain;
      for (const [index, { upTo }] of tiers.entries()) {
        if (upTo === null) continue;
        // One millionth of a unit above the bound costs a millionth of the next tier's price, and nothing else.
        const step = minus(exact(tiers, sumText(upTo, millionth)), exact(tiers, upTo));
        assert.ok(equal(step, times(rational(millionth), rational(tiers[index + 1]!.unitAmount!))));
      }
    });

  it('without flat amounts cost at each bound what they cost just above it', () => {
    fc.assert(meets(false), runs);
    assertFindsFault(meets(true));
  });

  it('meet without a gap and hold all of the quantity', () => {
    fc.assert(
      fc.property(unitTiers, quantityText, (tiers, quantity) => {
        const { working } = charge(tiers, quantity);
        assert.ok(equal(total(working.map((step) => rational(step.quantity!))), rational(quantity)));
        for (const [index, step] of working.entries()) {
          assert.equal(step.upTo, tiers[index]!.upTo);
          const before = working[index - 1]?.upTo ?? '0';
          assert.ok(equal(rational(step.from!), rational(before)));
        }
      }),
      runs,
    );
  });

  it('cost the same with a bound more inside a tier, where nothing but the units is charged', () => {
    fc.assert(
      fc.property(byUnit, quantityText, quantityText, (tiers, bound, quantity) => {
        const at = tiers.findIndex(({ upTo }) => upTo === null || compare(rational(bound), rational(upTo)) < 0);
        const from = tiers[at - 1]?.upTo ?? '0';
        fc.pre(at >= 0 && compare(rational(bound), rational(from)) > 0);
        const cut = tiers.toSpliced(at, 0, { ...tiers[at]!, upTo: bound });
        assert.ok(equal(exact(cut, quantity), exact(tiers, quantity)));
      }),
      runs,
    );
  });
});

describe('the working of any line', function () {
  this.timeout(60_000);

  it('adds up to what was rounded, as far as 20 decimals of each step say it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyModel).chain(anyPrice), anyUse, anyShare, (terms, use, { n, d }) => {
        const price = priced(terms);
        const line = rate(price, usageOf(price, use), usd, ratio(n, d));
        const missing = minus(rational(line.exactAmount), total(line.working.map(({ amount }) => rational(amount))));
        const steps = BigInt(line.working.length + 1);
        assert.ok(
          compare(missing, { n: steps, d: 10n ** 20n }) < 0 && compare(missing, { n: -steps, d: 10n ** 20n }) > 0,
        );
        assert.ok(line.amountMinor >= 0n);
        assert.ok(compare(rational(line.billableQuantity), none) >= 0);
      }),
      runs,
    );
  });
});
