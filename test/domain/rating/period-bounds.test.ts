import assert from 'node:assert/strict';
import fc from 'fast-check';
import { currencies, currencyExponent } from '../../../src/domain/money/currency.ts';
import { ratio } from '../../../src/domain/money/exact.ts';
import { rateLines } from '../../../src/domain/rating/rate-lines.ts';
import type { Measured } from '../../../src/domain/rating/usage.ts';
import { anyPrice, anyShare, anyUse, everyModel, usageOf } from '../support/any-price.ts';
import { priced } from '../support/prices.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { compare, greater, lesser, minus, type Rational, rational, times } from '../support/rational.ts';

const anyLine = fc.tuple(fc.constantFrom(...everyModel).chain(anyPrice), anyUse);
const cents = fc.integer({ min: 0, max: 1_000_000 });
const text = (hundredths: number) => `${Math.trunc(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;

type RateLines = typeof rateLines;

const holdsBounds = (rateThem: RateLines) =>
  fc.property(
    fc.array(anyLine, { minLength: 1, maxLength: 4 }),
    cents,
    cents,
    anyShare,
    fc.constantFrom(...currencies),
    (written, least, more, share, currency) => {
      const prices = written.map(([terms, use]) => {
        const price = priced(terms);
        const usage = usageOf(price, use);
        const measured: Measured[] = usage === null ? [] : [{ usage, eventCount: 1n, skippedCount: 0n }];
        return { price, measured };
      });
      const bounds = { minimumAmount: text(least), maximumAmount: text(least + more) };
      const shared = (amount: string): Rational => times(rational(amount), share);
      const major = (amountMinor: bigint): Rational => ({
        n: amountMinor,
        d: 10n ** BigInt(currencyExponent(currency)),
      });

      const lines = rateThem(prices, currency, ratio(share.n, share.d), bounds);
      const own = lines.filter(({ price }) => price !== undefined).reduce((sum, line) => sum + line.amountMinor, 0n);
      const all = lines.reduce((sum, line) => sum + line.amountMinor, 0n);
      // Clamped, and then no further away than the rounding of one line: half a minor unit.
      const clamped = lesser(greater(major(own), shared(bounds.minimumAmount)), shared(bounds.maximumAmount));
      const away = minus(major(all), clamped);
      const half = { n: 1n, d: 2n * 10n ** BigInt(currencyExponent(currency)) };
      assert.ok(compare(away, half) <= 0 && compare({ n: -away.n, d: away.d }, half) <= 0);
      assert.ok(lines.length <= prices.length + 1);
      assert.deepEqual(
        lines.slice(0, prices.length).map(({ price }) => price),
        prices.map(({ price }) => price),
      );
    },
  );

describe('the bounds of a period', function () {
  this.timeout(60_000);

  it('hold for the sum of its lines, whatever they are, to half a minor unit', () => {
    fc.assert(holdsBounds(rateLines), runs);
  });

  it('are checked by a property that notices bounds that are not shared or not heard', () => {
    assertFindsFault(
      holdsBounds((prices, currency, share, bounds) => {
        const own = rateLines(prices, currency, share);
        return [...own, ...rateLines(prices, currency, ratio(1n, 1n), bounds).slice(own.length)];
      }),
    );
    assertFindsFault(
      holdsBounds((prices, currency, share, { maximumAmount: _deaf, ...bounds } = {}) =>
        rateLines(prices, currency, share, bounds),
      ),
    );
  });
});
