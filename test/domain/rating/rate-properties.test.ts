import assert from 'node:assert/strict';
import fc from 'fast-check';
import { currencies, currencyExponent } from '../../../src/domain/money/currency.ts';
import { parseDecimal, ratio, sumOf } from '../../../src/domain/money/exact.ts';
import type { Price } from '../../../src/domain/rating/price.ts';
import { rate } from '../../../src/domain/rating/rate.ts';
import {
  amountText,
  graduatedUnitByUnit,
  priced,
  quantityText,
  risingPrice,
  type TierText,
  tiersArbitrary,
  usd,
  used,
  volumeByTier,
} from '../support/prices.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { compare, equal, rational, roundedUnits, times, total } from '../support/rational.ts';

type Rate = typeof rate;
const wholeQuantity = fc.integer({ min: 0, max: 450 });
const exactOf = (rateIt: Rate, price: Price, quantity: string) =>
  rational(rateIt(price, used(quantity), usd).exactAmount);

/** A fault that is planted in the prices and not in the code: every tier is entered from a bound one too low. */
const lowerBounds = (price: Price): Price =>
  price.model === 'graduated' || price.model === 'volume'
    ? {
        ...price,
        tiers: price.tiers.map((tier) =>
          tier.upTo === null ? tier : { ...tier, upTo: String(Math.max(Number(tier.upTo) - 1, 0)) },
        ),
      }
    : price;
const boundsExclusive: Rate = (price, ...rest) => rate(lowerBounds(price), ...rest);

describe('rating', function () {
  this.timeout(60_000);

  const graduatedEqualsUnits = (rateIt: Rate) =>
    fc.property(tiersArbitrary, wholeQuantity, (tiers, quantity) => {
      const exact = exactOf(rateIt, priced({ model: 'graduated', tiers }), String(quantity));
      assert.ok(
        equal(exact, graduatedUnitByUnit(tiers, quantity)),
        'equal(exact, graduatedUnitByUnit(tiers, quantity))',
      );
    });

  it('of a graduated price equals one unit after the other', () => {
    fc.assert(graduatedEqualsUnits(rate), runs);
  });

  it('is checked there by a property that notices exclusive bounds and flat amounts charged without entering', () => {
    const flatAlways: Rate = (price, quantity, ...rest) => {
      if (price.model !== 'graduated') return rate(price, quantity, ...rest);
      const flats = total(price.tiers.map(({ flatAmount }) => rational(flatAmount ?? '0')));
      const units = price.tiers.map(({ upTo, unitAmount }) => ({ upTo, unitAmount: unitAmount ?? '0' }));
      const line = rate({ ...price, tiers: units }, quantity, ...rest);
      const exact = total([rational(line.exactAmount), flats]);
      const millionths = String((exact.n * 10n ** 6n) / exact.d).padStart(7, '0');
      return { ...line, exactAmount: `${millionths.slice(0, -6)}.${millionths.slice(-6)}` };
    };
    assertFindsFault(graduatedEqualsUnits(boundsExclusive));
    assertFindsFault(graduatedEqualsUnits(flatAlways));
  });

  const volumeEqualsItsTier = (rateIt: Rate) =>
    fc.property(tiersArbitrary, quantityText, (tiers, quantity) => {
      const exact = exactOf(rateIt, priced({ model: 'volume', tiers }), quantity);
      assert.ok(equal(exact, volumeByTier(tiers, quantity)), 'equal(exact, volumeByTier(tiers, quantity))');
    });

  it('of a volume price equals the whole quantity at its tier', () => {
    fc.assert(volumeEqualsItsTier(rate), runs);
    assertFindsFault(volumeEqualsItsTier(boundsExclusive));
  });

  it('of a single tier is the same graduated, by volume and per unit', () => {
    fc.assert(
      fc.property(amountText, quantityText, (unitAmount, quantity) => {
        const tiers: TierText[] = [{ upTo: null, unitAmount }];
        const perUnit = times(rational(unitAmount), rational(quantity));
        for (const price of [
          { model: 'graduated', tiers },
          { model: 'volume', tiers },
          { model: 'per_unit', unitAmount },
        ]) {
          assert.ok(
            equal(exactOf(rate, priced(price), quantity), perUnit),
            'equal(exactOf(rate, priced(price), quantity), perUnit)',
          );
        }
      }),
      runs,
    );
  });

  const neverCheaper = (price: fc.Arbitrary<Price>) =>
    fc.property(price, quantityText, quantityText, (p, one, other) => {
      const [less, more] = compare(rational(one), rational(other)) <= 0 ? [one, other] : [other, one];
      assert.ok(
        compare(exactOf(rate, p, less), exactOf(rate, p, more)) <= 0,
        'compare(exactOf(rate, p, less), exactOf(rate, p, more)) <= 0',
      );
      assert.ok(
        rate(p, used(less), usd).amountMinor <= rate(p, used(more), usd).amountMinor,
        'rate(p, used(less), usd).amountMinor <= rate(p, parseDecimal(more), u...',
      );
    });

  it('never makes more use cheaper per unit, graduated or in packages', () => {
    fc.assert(neverCheaper(risingPrice), runs);
  });

  it('is checked there by a property that notices a price which does fall: volume', () => {
    assertFindsFault(neverCheaper(tiersArbitrary.map((tiers) => priced({ model: 'volume', tiers }))));
  });

  it('of a price per unit is the same for a month and for its parts, in any order', () => {
    const parts = fc.array(quantityText, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        amountText,
        parts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        (unitAmount, [all, shuffled]) => {
          const price = priced({ model: 'per_unit', unitAmount });
          const together = { quantity: sumOf(all.map((q) => parseDecimal(q))) };
          const apart = total(shuffled.map((quantity) => exactOf(rate, price, quantity)));
          assert.ok(
            equal(rational(rate(price, together, usd).exactAmount), apart),
            'equal(rational(rate(price, together, usd).exactAmount), apart)',
          );
        },
      ),
      runs,
    );
  });

  const addsUp = (rateIt: Rate) =>
    fc.property(risingPrice, quantityText, fc.constantFrom(...currencies), (price, quantity, currency) => {
      const line = rateIt(price, used(quantity), currency);
      assert.ok(
        equal(total(line.working.map(({ amount }) => rational(amount))), rational(line.exactAmount)),
        'equal(total(line.working.map(({ amount }) => rational(amount))), rational(lin...',
      );
      assert.equal(line.amountMinor, roundedUnits(rational(line.exactAmount), currencyExponent(currency)));
      const steps = line.working.filter(({ kind }) => kind === 'included' || kind === 'tier' || kind === 'units');
      const counted = total(steps.map((step) => rational(step.quantity ?? '0')));
      if (price.model !== 'package')
        assert.ok(equal(counted, rational(quantity)), 'equal(counted, rational(quantity))');
      const included = total(line.working.filter(({ kind }) => kind === 'included').map((s) => rational(s.quantity!)));
      assert.ok(
        equal(total([included, rational(line.billableQuantity)]), rational(quantity)),
        'equal(total([included, rational(line.billableQuantity)]), rational(quantity))',
      );
    });

  it('shows a working that adds up to the exact amount, rounded once', () => {
    fc.assert(addsUp(rate), runs);
  });

  it('is checked there by a property that notices rounding per step and a lost step', () => {
    const roundedSteps: Rate = (price, quantity, currency, share) => {
      const line = rate(price, quantity, currency, share);
      const digits = currencyExponent(currency);
      const amountMinor = line.working.reduce((sum, step) => sum + roundedUnits(rational(step.amount), digits), 0n);
      return { ...line, amountMinor };
    };
    const lostStep: Rate = (...args) => {
      const line = rate(...args);
      return { ...line, working: line.working.slice(0, -1) };
    };
    assertFindsFault(addsUp(roundedSteps));
    assertFindsFault(addsUp(lostStep));
  });

  const packagesHoldTheUse = (rateIt: Rate) =>
    fc.property(
      fc.integer({ min: 1, max: 500_000 }),
      fc.constantFrom('up', 'down'),
      quantityText,
      (size, rounding, use) => {
        const packageSize = `${Math.trunc(size / 1000)}.${String(size % 1000).padStart(3, '0')}`;
        const price = priced({ model: 'package', packageSize, packageAmount: '1', rounding });
        const exact = exactOf(rateIt, price, use);
        // At one dollar a package the amount is the count: whole, and less than one package away from the use.
        assert.equal(exact.n % exact.d, 0n);
        const over = compare(times(exact, rational(packageSize)), rational(use));
        const short = total([exact, { n: rounding === 'up' ? -1n : 1n, d: 1n }]);
        const other = compare(times(short, rational(packageSize)), rational(use));
        if (rounding === 'up')
          assert.ok(
            rational(use).n === 0n ? exact.n === 0n : over >= 0 && other < 0,
            'rational(use).n === 0n ? exact.n === 0n : over >= 0 && other < 0',
          );
        else assert.ok(over <= 0 && other > 0, 'over <= 0 && other > 0');
      },
    );

  it('of packages counts those that hold the use, or that the use fills', () => {
    fc.assert(packagesHoldTheUse(rate), runs);
    const alwaysUp: Rate = (price, ...rest) =>
      rate(price.model === 'package' ? { ...price, rounding: 'up' } : price, ...rest);
    assertFindsFault(packagesHoldTheUse(alwaysUp));
  });

  const proratesExactly = (rateIt: Rate) =>
    fc.property(
      amountText,
      fc.bigInt(1n, 2_678_400n).chain((d) => fc.tuple(fc.bigInt(0n, d), fc.constant(d))),
      fc.constantFrom(...currencies),
      (amount, [numerator, denominator], currency) => {
        const exact = times(rational(amount), { n: numerator, d: denominator });
        const line = rateIt(priced({ model: 'flat', amount }), null, currency, ratio(numerator, denominator));
        assert.equal(line.amountMinor, roundedUnits(exact, currencyExponent(currency)));
        // What is shown is cut off, never above the exact amount, and rounds to the same.
        assert.ok(compare(rational(line.exactAmount), exact) <= 0, 'compare(rational(line.exactAmount), exact) <= 0');
        assert.equal(roundedUnits(rational(line.exactAmount), currencyExponent(currency)), line.amountMinor);
      },
    );

  it('of a prorated flat price agrees with exact fractions', () => {
    fc.assert(proratesExactly(rate), runs);
    const cutToMinor: Rate = (...args) => {
      const line = rate(...args);
      const { n, d } = rational(line.exactAmount);
      return { ...line, amountMinor: (n * 10n ** BigInt(currencyExponent(args[2]))) / d };
    };
    assertFindsFault(proratesExactly(cutToMinor));
  });
});
