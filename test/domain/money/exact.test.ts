import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decimalText,
  exactOf,
  least,
  most,
  parseDecimal,
  ratio,
  roundTo,
  sumOf,
  zero,
} from '../../../src/domain/money/exact.ts';
import { assertRefused, decimalArbitrary, runs } from '../support/properties.ts';
import { compare, equal, plus, rational, roundedUnits, times } from '../support/rational.ts';

describe('a decimal', () => {
  it('is read and written in plain notation, without trailing zeros', () => {
    const cases = [
      ['0', '0'],
      ['-0', '0'],
      ['-0.00', '0'],
      ['12.50', '12.5'],
      ['007', '7'],
      ['1200', '1200'],
      // JavaScript would write these two with an exponent.
      ['0.00000000000000000001', '0.00000000000000000001'],
      ['-123456789012345678901234567890', '-123456789012345678901234567890'],
    ];
    for (const [text, plain] of cases) assert.equal(decimalText(parseDecimal(text!)), plain);
  });

  it('is refused with the name of its field when it is anything but digits and one point', () => {
    for (const text of [
      '',
      ' 1',
      '1 ',
      '1\n',
      '+1',
      '.5',
      '5.',
      '1e3',
      '1,5',
      '1_000',
      '0x10',
      'NaN',
      'Infinity',
      '--1',
      '1.2.3',
      '١',
    ]) {
      assertRefused(() => parseDecimal(text, 'unitAmount'), 'decimal-invalid', 'unitAmount');
    }
  });

  it('is refused as a JSON number: 0.1 has gone through binary already', () => {
    const refused = (value: unknown, reason: RegExp) =>
      assertRefused(() => parseDecimal(value as string), 'decimal-invalid', undefined, reason);
    refused(0.1, /(?<!")0\.1 is not a string of digits/);
    refused({ units: 1 }, /an object is not a string of digits/);
    refused(undefined, /undefined is not a string of digits/);
  });

  it('is refused with its text, of a long one the first 60 characters', () => {
    const refused = (text: string, reason: RegExp) =>
      assertRefused(() => parseDecimal(text), 'decimal-invalid', undefined, reason);
    refused('9'.repeat(60), /"9{60}" is not a plain decimal/);
    refused('9'.repeat(61), /"9{60}…" is not a plain decimal/);
  });

  it('has at most 30 digits before the point and 20 after it', () => {
    parseDecimal(`${'9'.repeat(30)}.${'9'.repeat(20)}`);
    assertRefused(() => parseDecimal('9'.repeat(31)), 'decimal-invalid');
    assertRefused(() => parseDecimal(`0.${'9'.repeat(21)}`), 'decimal-invalid');
    assertRefused(() => parseDecimal('1'.repeat(1_000_000)), 'decimal-invalid');
  });

  it('takes part in no sum with a JavaScript number', () => {
    const price = parseDecimal('1');
    // The types hold this and not the run: fraction.js itself would take 0.1 and guess a fraction for it.
    // @ts-expect-error a number has gone through binary
    price.add(0.1);
    // @ts-expect-error a number has gone through binary
    price.mul(3);
    // @ts-expect-error a text has not been read by parseDecimal
    price.sub('0.1');
    // @ts-expect-error a number has no exact numerator
    ratio(1, 3n);
    assert.equal(decimalText(price), '1');
  });

  it('means the same after it was read and written', () => {
    fc.assert(
      fc.property(decimalArbitrary({ integer: 30, fraction: 20, signed: true }), (text) =>
        equal(rational(decimalText(parseDecimal(text))), rational(text)),
      ),
      runs,
    );
  });

  it('is rounded up and down to whole numbers from an exact quotient', () => {
    const count = (value: string, size: string, rounding: 'up' | 'down') =>
      decimalText(roundTo(parseDecimal(value).div(parseDecimal(size)), 0, rounding));
    assert.equal(count('1000', '1000', 'up'), '1');
    assert.equal(count('1000.00000000000000000001', '1000', 'up'), '2');
    assert.equal(count('1999.99999999999999999999', '1000', 'down'), '1');
    // In binary 0.3 / 0.1 is 2.9999999999999996.
    assert.equal(count('0.3', '0.1', 'down'), '3');
    assert.equal(count('0', '7', 'up'), '0');
  });

  it('is rounded up away from zero, down towards it, and half away from it', () => {
    const cases = [
      // value, decimals, up, down, half_up
      ['1.25', 1, '1.3', '1.2', '1.3'],
      ['-1.25', 1, '-1.3', '-1.2', '-1.3'],
      ['1.2499', 1, '1.3', '1.2', '1.2'],
      ['-0.4', 0, '-1', '0', '0'],
      ['-0.5', 0, '-1', '0', '-1'],
      ['7', 3, '7', '7', '7'],
      ['1250', -2, '1300', '1200', '1300'],
      ['-1', -3, '-1000', '0', '0'],
    ] as const;
    for (const [text, decimals, up, down, halfUp] of cases) {
      const rounded = (rounding: 'up' | 'down' | 'half_up') =>
        decimalText(roundTo(parseDecimal(text), decimals, rounding));
      assert.deepEqual([rounded('up'), rounded('down'), rounded('half_up')], [up, down, halfUp], text);
    }
  });

  it('is rounded to decimals as exact fractions are', () => {
    const scale = (n: bigint, d: bigint, decimals: number) =>
      decimals < 0 ? { n, d: d * 10n ** BigInt(-decimals) } : { n: n * 10n ** BigInt(decimals), d };
    fc.assert(
      fc.property(
        decimalArbitrary({ integer: 9, fraction: 12, signed: true }),
        fc.bigInt(1n, 10n ** 6n),
        fc.integer({ min: -6, max: 12 }),
        (text, divisor, decimals) => {
          const value = parseDecimal(text).div(exactOf(divisor));
          const exact = { n: rational(text).n, d: rational(text).d * divisor };
          const units = (rounding: 'up' | 'down' | 'half_up') => {
            const { n, d } = rational(decimalText(roundTo(value, decimals, rounding)));
            const scaled = scale(n, d, decimals);
            assert.equal(scaled.n % scaled.d, 0n);
            return scaled.n / scaled.d;
          };
          const scaled = scale(exact.n, exact.d, decimals);
          assert.equal(units('half_up'), roundedUnits(scaled, 0));
          const cut = scaled.n / scaled.d;
          const isWhole = cut * scaled.d === scaled.n;
          assert.equal(units('down'), cut);
          assert.equal(units('up'), isWhole ? cut : cut + (exact.n < 0n ? -1n : 1n));
        },
      ),
      runs,
    );
  });

  it('shows a quotient cut off after 20 decimals, never above the exact one', () => {
    const shown = (text: string, divisor: bigint) => decimalText(parseDecimal(text).div(exactOf(divisor)));
    assert.equal(shown('100', 3n), '33.33333333333333333333');
    assert.equal(shown('2', 3n), '0.66666666666666666666');
    assert.equal(shown('-2', 3n), '-0.66666666666666666666');
    assert.equal(shown('100', 8n), '12.5');
    fc.assert(
      fc.property(decimalArbitrary({ integer: 12, fraction: 20 }), fc.bigInt(1n, 10n ** 7n), (text, divisor) => {
        const cut = rational(shown(text, divisor));
        const exact = { n: rational(text).n, d: rational(text).d * divisor };
        const next = { n: cut.n * 10n ** 20n + cut.d, d: cut.d * 10n ** 20n };
        return compare(cut, exact) <= 0 && compare(exact, next) < 0;
      }),
      runs,
    );
  });

  it('has no negative zero when all that is left of it is cut off', () => {
    assert.equal(decimalText(ratio(-1n, 10n ** 21n)), '0');
  });

  it('is a quotient of something: nothing is divided by zero', () => {
    assert.throws(() => ratio(1n, 0n));
    assert.throws(() => ratio(0n, 0n));
    assert.throws(() => parseDecimal('1').div(zero));
  });
});

describe('exact numbers', () => {
  // Decimals over whole numbers, so that most of them do not end.
  const quotient = fc.tuple(decimalArbitrary({ integer: 9, fraction: 9, signed: true }), fc.bigInt(1n, 10n ** 6n));
  const exact = ([text, divisor]: [string, bigint]) => parseDecimal(text).div(exactOf(divisor));
  const oracle = ([text, divisor]: [string, bigint]) => ({ n: rational(text).n, d: rational(text).d * divisor });
  const same = (value: { s: bigint; n: bigint; d: bigint }, expected: { n: bigint; d: bigint }) =>
    equal({ n: value.s * value.n, d: value.d }, expected);

  it('are added, multiplied and compared as fractions of whole numbers are', () => {
    fc.assert(
      fc.property(quotient, quotient, (one, other) => {
        const [a, b] = [exact(one), exact(other)];
        const [x, y] = [oracle(one), oracle(other)];
        assert.ok(same(a.add(b), plus(x, y)));
        assert.ok(same(sumOf([a, b, a]), plus(plus(x, y), x)));
        assert.ok(same(a.sub(b), plus(x, { n: -y.n, d: y.d })));
        assert.ok(same(a.mul(b), times(x, y)));
        assert.ok(same(a.neg(), { n: -x.n, d: x.d }));
        if (y.n !== 0n) assert.ok(same(a.div(b), { n: x.n * y.d, d: x.d * y.n }));
        const order = compare(x, y);
        assert.deepEqual(
          [a.lt(b), a.lte(b), a.equals(b), a.gte(b), a.gt(b), Math.sign(a.compare(b))],
          [order < 0, order <= 0, order === 0, order >= 0, order > 0, order],
        );
        assert.ok(same(least(a, b), order < 0 ? x : y));
        assert.ok(same(most(a, b), order < 0 ? y : x));
      }),
      runs,
    );
  });

  it('are in lowest terms, so that a share says 15 of 31 days and not so many seconds', () => {
    const { n, d, s } = ratio(-1_296_000n, 2_678_400n);
    assert.deepEqual([n, d, s], [15n, 31n, -1n]);
  });
});
