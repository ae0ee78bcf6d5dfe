import assert from 'node:assert/strict';
import fc from 'fast-check';
import { currencies, currencyExponent, parseCurrency } from '../../../src/domain/money/currency.ts';
import { decimalText, exactOf, parseDecimal, ratio, roundTo } from '../../../src/domain/money/exact.ts';
import { add, allocate, formatMoney, majorText, money, round, subtract, sum } from '../../../src/domain/money/money.ts';
import { assertFindsFault, assertRefused, decimalArbitrary, runs } from '../support/properties.ts';
import { rational, roundedUnits } from '../support/rational.ts';

const usd = parseCurrency('USD');
const jpy = parseCurrency('JPY');
const kwd = parseCurrency('KWD');
const largest = 2n ** 63n - 1n;

describe('money', () => {
  it('fits 64 bits and says so when it does not', () => {
    assert.equal(money(largest, usd).amountMinor, largest);
    assert.equal(money(-largest - 1n, usd).amountMinor, -largest - 1n);
    // 9,223,372,036,854,775,808
    assertRefused(
      () => money(largest + 1n, usd),
      'amount-out-of-range',
      undefined,
      /of USD with 19 digits does not fit/,
    );
    assertRefused(() => money(-largest - 2n, usd), 'amount-out-of-range');
    assertRefused(() => add(money(largest, usd), money(1n, usd)), 'amount-out-of-range');
  });

  it('is added and subtracted in one currency only', () => {
    assert.deepEqual(add(money(150n, usd), money(-200n, usd)), { amountMinor: -50n, currency: 'USD' });
    assert.deepEqual(subtract(money(150n, usd), money(200n, usd)), { amountMinor: -50n, currency: 'USD' });
    const mixed = () => add(money(1n, usd), money(1n, jpy));
    assertRefused(mixed, 'currency-mismatch', undefined, /USD and JPY cannot be added/);
    assertRefused(() => subtract(money(1n, usd), money(1n, jpy)), 'currency-mismatch');
    assertRefused(() => sum([money(1n, usd), money(1n, jpy)], usd), 'currency-mismatch');
  });

  it('sums to the same whatever the order, also when a part of the sum would not fit', () => {
    assert.deepEqual(sum([], usd), money(0n, usd));
    assert.deepEqual(sum([money(largest, usd), money(1n, usd), money(-1n, usd)], usd), money(largest, usd));
    const list = fc.array(fc.bigInt(-(10n ** 15n), 10n ** 15n), { maxLength: 20 });
    const shuffled = list.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const sumOf = (amounts: bigint[]) =>
      sum(
        amounts.map((amountMinor) => money(amountMinor, usd)),
        usd,
      ).amountMinor;
    fc.assert(
      fc.property(shuffled, ([one, other]) => sumOf(one) === sumOf(other)),
      runs,
    );
  });

  it('reads the same everywhere', () => {
    assert.equal(formatMoney(money(123450n, usd)), 'USD 1,234.50');
    assert.equal(formatMoney(money(-5n, usd)), 'USD -0.05');
    assert.equal(formatMoney(money(0n, usd)), 'USD 0.00');
    assert.equal(formatMoney(money(-1234567n, jpy)), 'JPY -1,234,567');
    assert.equal(formatMoney(money(1000001n, kwd)), 'KWD 1,000.001');
    assert.equal(formatMoney(money(99999n, usd)), 'USD 999.99');
    assert.equal(majorText(money(123450n, usd)), '1234.50');
  });
});

describe('round', () => {
  it('rounds half away from zero to the minor unit of the currency', () => {
    const cases = [
      ['1.005', usd, 101n], // in binary 1.005 × 100 is 100.49999999999999
      ['-1.005', usd, -101n],
      ['1.00499999999999999999', usd, 100n],
      ['2.5', jpy, 3n],
      ['-2.5', jpy, -3n],
      ['2.49', jpy, 2n],
      ['0.0005', kwd, 1n],
      ['0', usd, 0n],
    ] as const;
    for (const [text, currency, minor] of cases) assert.equal(round(parseDecimal(text), currency), minor);
  });

  it('rounds a quotient once: 0.0149… is not first written as 0.015', () => {
    // 1 / 67 = 0.0149253…, and 0.0449999… = 4499999/100000000 stays below the half.
    assert.equal(round(ratio(1n, 67n), usd), 1n);
    assert.equal(round(ratio(4_499_999n, 100_000_000n), usd), 4n);
    assert.equal(round(ratio(100n, 3n), usd), 3333n);
    assert.equal(round(ratio(200n, 3n), usd), 6667n);
    assert.throws(() => round(ratio(1n, 0n), usd));
  });

  it('refuses an amount that does not fit', () => {
    assertRefused(() => round(parseDecimal('9'.repeat(30)), usd), 'amount-out-of-range');
  });

  type Round = typeof round;
  const agreesWithFractions = (roundUnderTest: Round) =>
    fc.property(
      fc.oneof(
        decimalArbitrary({ integer: 12, fraction: 20, signed: true }),
        // Exact halves are rare among random digits, so they are asked for.
        fc.tuple(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.constantFrom('5', '05', '005', '0005')).map((p) => p.join('.')),
      ),
      fc.oneof(fc.constant(1n), fc.bigInt(1n, 10n ** 7n)),
      fc.constantFrom(...currencies),
      (text, divisor, currency) => {
        const exact = { n: rational(text).n, d: rational(text).d * divisor };
        const expected = roundedUnits(exact, currencyExponent(currency));
        assert.equal(roundUnderTest(parseDecimal(text).div(exactOf(divisor)), currency), expected);
      },
    );

  it('agrees with exact fractions', () => {
    fc.assert(agreesWithFractions(round), runs);
  });

  it('is checked by a property that notices rounding half to even, half up, and rounding twice', () => {
    const halfTowards =
      (mode: 'even' | 'up'): Round =>
      (exact, currency) => {
        const minor = round(exact, currency);
        const scaled = exact.n * 10n ** BigInt(currencyExponent(currency));
        const isHalf = (2n * scaled) % exact.d === 0n && scaled % exact.d !== 0n;
        if (!isHalf) return minor;
        if (mode === 'even') return minor % 2n === 0n ? minor : minor - (minor > 0n ? 1n : -1n);
        return minor < 0n ? minor + 1n : minor;
      };
    assertFindsFault(agreesWithFractions(halfTowards('even')));
    assertFindsFault(agreesWithFractions(halfTowards('up')));
    assertFindsFault(
      agreesWithFractions((exact, currency) =>
        round(roundTo(exact, currencyExponent(currency) + 1, 'half_up'), currency),
      ),
    );
  });

  it('gives the same from a quotient cut off after 20 decimals, so that SQL may check what is stored', () => {
    fc.assert(
      fc.property(
        decimalArbitrary({ integer: 9, fraction: 4, signed: true }),
        fc.bigInt(1n, 10n ** 7n),
        (text, divisor) => {
          const exact = parseDecimal(text).div(exactOf(divisor));
          assert.equal(round(parseDecimal(decimalText(exact)), usd), round(exact, usd));
        },
      ),
      runs,
    );
  });
});

describe('allocate', () => {
  const split = (totalMinor: bigint, ...weights: string[]) =>
    allocate(
      totalMinor,
      weights.map((w) => parseDecimal(w)),
    );

  it('gives the cents left over to the largest remainders, the earliest first among equals', () => {
    // 100 / 3 = 33 each, remainder 1 each, one cent left: to the first.
    assert.deepEqual(split(100n, '1', '1', '1'), [34n, 33n, 33n]);
    // 100 × 0.5/3, 1/3, 1.5/3 = 16.67, 33.33, 50: 16 + 33 + 50 = 99, one cent left: to the first.
    assert.deepEqual(split(100n, '0.5', '1', '1.5'), [17n, 33n, 50n]);
    // 5 × 1/4 = 1.25 and 5 × 3/4 = 3.75: the larger remainder is the second.
    assert.deepEqual(split(5n, '1', '3'), [1n, 4n]);
    assert.deepEqual(split(2n, '1', '1', '1', '1'), [1n, 1n, 0n, 0n]);
  });

  it('splits a credit as it would split the charge', () => {
    assert.deepEqual(split(-100n, '1', '1', '1'), [-34n, -33n, -33n]);
  });

  it('gives nothing to a weight of zero, and the same to all when all are zero', () => {
    assert.deepEqual(split(100n, '0', '1', '0'), [0n, 100n, 0n]);
    assert.deepEqual(split(100n, '0', '0', '0'), [34n, 33n, 33n]);
    assert.deepEqual(split(0n, '0', '5'), [0n, 0n]);
    assert.deepEqual(split(0n), []);
    // A zero that was turned around is no negative weight.
    assert.deepEqual(allocate(5n, [parseDecimal('0').neg(), parseDecimal('1')]), [0n, 5n]);
  });

  it('refuses a negative weight, and an amount for nobody', () => {
    assert.throws(() => split(1n, '1', '-1'), { name: 'RangeError', message: /weight cannot be negative/ });
    assert.throws(() => split(1n), { name: 'RangeError', message: /cannot be split among nobody/ });
  });

  // Small whole weights are mixed in, so that there are ties and zeros.
  const weightArbitrary = fc.oneof(decimalArbitrary({ integer: 6, fraction: 6 }), fc.constantFrom('0', '1', '1', '2'));
  const weightsArbitrary = fc.array(weightArbitrary, { minLength: 1, maxLength: 12 });
  const totalArbitrary = fc.bigInt(-(10n ** 12n), 10n ** 12n);
  const isFair = (allocateUnderTest: typeof allocate) =>
    fc.property(totalArbitrary, weightsArbitrary, (totalMinor, texts) => {
      const parts = allocateUnderTest(
        totalMinor,
        texts.map((text) => parseDecimal(text)),
      );
      // Six decimals at most, so a million times the weight is whole.
      const scaled = texts.map((text) => (rational(text).n * 10n ** 6n) / rational(text).d);
      const weights = scaled.every((w) => w === 0n) ? scaled.map(() => 1n) : scaled;
      const whole = weights.reduce((a, b) => a + b, 0n);
      assert.equal(
        parts.reduce((a, b) => a + b, 0n),
        totalMinor,
      );
      // Each part is less than one minor unit away from its exact share: |part × whole - total × weight| < whole.
      for (const [index, part] of parts.entries()) {
        const away = part * whole - totalMinor * weights[index]!;
        assert.ok(away < whole && away > -whole, `part ${index} is ${part}`);
      }
      // A larger weight never gets less, and of equal weights the earlier never gets less.
      const sign = totalMinor < 0n ? -1n : 1n;
      for (const [i, a] of weights.entries()) {
        for (const [j, b] of weights.entries()) {
          if (a > b || (a === b && i < j)) assert.ok(sign * (parts[i]! - parts[j]!) >= 0n, `${i} against ${j}`);
        }
      }
    });

  it('returns the whole to the minor unit and is fair', () => {
    fc.assert(isFair(allocate), runs);
  });

  it('is checked by a property that notices a lost cent, a misplaced one, and ties to the latest', () => {
    const withoutLeftOver: typeof allocate = (totalMinor, weights) =>
      allocate(totalMinor, weights).map((part, index) => (index === 0 && weights.length > 1 ? part - 1n : part));
    const allToTheLast: typeof allocate = (totalMinor, weights) => {
      const parts = allocate(totalMinor, weights);
      return parts.map((part, i) => (i === 0 ? part - 2n : i === parts.length - 1 ? part + 2n : part));
    };
    const latestFirst: typeof allocate = (totalMinor, weights) =>
      allocate(totalMinor, weights.toReversed()).toReversed();
    assertFindsFault(isFair(withoutLeftOver));
    assertFindsFault(isFair(allToTheLast));
    assertFindsFault(isFair(latestFirst));
  });
});
