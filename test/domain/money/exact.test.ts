import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countWhole, decimalText, parseDecimal, quotientText } from '../../../src/domain/money/decimal.ts';
import { assertRefused, decimalArbitrary, runs } from '../support/properties.ts';
import { compare, equal, rational } from '../support/rational.ts';

describe('a decimal', () => {
  it('is read and written in plain notation, without trailing zeros', () => {
    const cases = [
      ['0', '0'],
      ['-0', '0'],
      ['-0.00', '0'],
      ['12.50', '12.5'],
      ['007', '7'],
      ['1200', '1200'],
      // big.js and JavaScript would both write these two with an exponent.
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
    assertRefused(() => parseDecimal(0.1 as unknown as string), 'decimal-invalid');
    assertRefused(() => parseDecimal(undefined as unknown as string), 'decimal-invalid');
  });

  it('has at most 30 digits before the point and 20 after it', () => {
    parseDecimal(`${'9'.repeat(30)}.${'9'.repeat(20)}`);
    assertRefused(() => parseDecimal('9'.repeat(31)), 'decimal-invalid');
    assertRefused(() => parseDecimal(`0.${'9'.repeat(21)}`), 'decimal-invalid');
    assertRefused(() => parseDecimal('1'.repeat(1_000_000)), 'decimal-invalid');
  });

  it('takes part in no sum with a JavaScript number', () => {
    assert.throws(() => parseDecimal('1').plus(0.1));
  });

  it('means the same after it was read and written', () => {
    fc.assert(
      fc.property(decimalArbitrary({ integer: 30, fraction: 20, signed: true }), (text) =>
        equal(rational(decimalText(parseDecimal(text))), rational(text)),
      ),
      runs,
    );
  });

  it('counts how many times a size fits, exactly', () => {
    const count = (value: string, size: string, rounding: 'up' | 'down') =>
      countWhole(parseDecimal(value), parseDecimal(size), rounding);
    assert.equal(count('1000', '1000', 'up'), 1n);
    assert.equal(count('1000.00000000000000000001', '1000', 'up'), 2n);
    assert.equal(count('1999.99999999999999999999', '1000', 'down'), 1n);
    // In binary 0.3 / 0.1 is 2.9999999999999996.
    assert.equal(count('0.3', '0.1', 'down'), 3n);
    assert.equal(count('0', '7', 'up'), 0n);
  });

  it('shows a quotient cut off after 20 decimals, never above the exact one', () => {
    assert.equal(quotientText(parseDecimal('100'), 3n), '33.33333333333333333333');
    assert.equal(quotientText(parseDecimal('2'), 3n), '0.66666666666666666666');
    assert.equal(quotientText(parseDecimal('-2'), 3n), '-0.66666666666666666666');
    assert.equal(quotientText(parseDecimal('100'), 8n), '12.5');
    fc.assert(
      fc.property(decimalArbitrary({ integer: 12, fraction: 20 }), fc.bigInt(1n, 10n ** 7n), (text, divisor) => {
        const shown = rational(quotientText(parseDecimal(text), divisor));
        const exact = { n: rational(text).n, d: rational(text).d * divisor };
        const next = { n: shown.n * 10n ** 20n + shown.d, d: shown.d * 10n ** 20n };
        return compare(shown, exact) <= 0 && compare(exact, next) < 0;
      }),
      runs,
    );
  });
});
