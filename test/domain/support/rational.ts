/**
 * Exact fractions for checking money a second way. Written with BigInt alone and from the decimal's text, so that it
 * shares nothing with the code under test.
 */
export type Rational = { n: bigint; d: bigint };

export function rational(text: string): Rational {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`${text} is not a decimal`);
  const n = BigInt(whole + fraction);
  return { n: sign === '-' ? -n : n, d: 10n ** BigInt(fraction.length) };
}

export const plus = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const times = (a: Rational, b: Rational): Rational => ({ n: a.n * b.n, d: a.d * b.d });
export const minus = (a: Rational, b: Rational): Rational => plus(a, { n: -b.n, d: b.d });
/** The divisor is above zero. */
export const over = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d, d: a.d * b.n });
export const total = (list: Rational[]): Rational => list.reduce(plus, { n: 0n, d: 1n });
export const equal = (a: Rational, b: Rational): boolean => a.n * b.d === b.n * a.d;
export const compare = (a: Rational, b: Rational): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

export const lesser = (a: Rational, b: Rational): Rational => (compare(a, b) <= 0 ? a : b);
export const greater = (a: Rational, b: Rational): Rational => (compare(a, b) >= 0 ? a : b);
export const none: Rational = { n: 0n, d: 1n };
export const whole: Rational = { n: 1n, d: 1n };

/** The whole number at or below a value of zero or more, and the one at or above it. */
export const floorOf = ({ n, d }: Rational): bigint => n / d;
export const ceilingOf = ({ n, d }: Rational): bigint => (n + d - 1n) / d;

/** Half away from zero to `digits` decimals, by looking at the remainder. */
export function roundedUnits(value: Rational, digits: number): bigint {
  const scaled = value.n * 10n ** BigInt(digits);
  const size = scaled < 0n ? -scaled : scaled;
  const whole = size / value.d;
  const remainder = size % value.d;
  const away = remainder * 2n >= value.d ? whole + 1n : whole;
  return scaled < 0n ? -away : away;
}

/** The sum of two decimals of zero or more with up to six digits behind the point, as a text again. */
export function sumText(a: string, b: string): string {
  const { n, d } = plus(rational(a), rational(b));
  return `${n / d}.${String(((n % d) * 10n ** 6n) / d).padStart(6, '0')}`;
}
