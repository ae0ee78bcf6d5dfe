import Fraction from 'fraction.js';
import { DurabillError } from '../../errors/error.ts';
import { shown } from '../../errors/shown.ts';

/** The most digits that a decimal may have before and after its point. */
export const maxIntegerDigits = 30;
export const maxFractionDigits = 20;

/**
 * An exact number: a quotient of two whole numbers in lowest terms, so that a third of a month stays a third until the
 * line is rounded. The library would take JavaScript numbers too; these types do not, so that no binary fraction can
 * enter a sum by mistake.
 */
export interface Exact {
  /** Numerator without its sign, denominator (above zero), and the sign: -1 or 1. Zero may have either; ask `equals`. */
  readonly n: bigint;
  readonly d: bigint;
  readonly s: bigint;
  add(other: Exact): Exact;
  sub(other: Exact): Exact;
  mul(other: Exact): Exact;
  /** The divisor is not zero. */
  div(other: Exact): Exact;
  neg(): Exact;
  compare(other: Exact): number;
  equals(other: Exact): boolean;
  lt(other: Exact): boolean;
  lte(other: Exact): boolean;
  gt(other: Exact): boolean;
  gte(other: Exact): boolean;
}

const plainDecimal = new RegExp(`^-?\\d{1,${maxIntegerDigits}}(\\.\\d{1,${maxFractionDigits}})?$`);

/**
 * Reads a plain decimal such as "-12.50": no exponent, no plus sign, no spaces, no thousands separator, at most 30
 * digits before and 20 after the point. A JSON number is refused too: it has gone through binary already.
 * @throws DurabillError decimal-invalid
 */
export function parseDecimal(text: string, field?: string): Exact {
  if (typeof text !== 'string' || !plainDecimal.test(text)) {
    throw new DurabillError('decimal-invalid', { ...(field && { field }), reason: whyInvalid(text) });
  }
  const point = text.indexOf('.');
  if (point < 0) return ratio(BigInt(text), 1n);
  return ratio(BigInt(text.slice(0, point) + text.slice(point + 1)), 10n ** BigInt(text.length - point - 1));
}

function whyInvalid(text: unknown): string {
  if (typeof text !== 'string') return `${shown(text)} is not a string of digits.`;
  return `"${shown(text)}" is not a plain decimal of at most ${maxIntegerDigits} digits before and ${maxFractionDigits} after the point.`;
}

/** numerator / denominator; the denominator is not zero. */
export function ratio(numerator: bigint, denominator: bigint): Exact {
  return new Fraction(numerator, denominator) as unknown as Exact;
}

export const zero = ratio(0n, 1n);
export const one = ratio(1n, 1n);

export function exactOf(whole: bigint): Exact {
  return ratio(whole, 1n);
}

export function least(a: Exact, b: Exact): Exact {
  return b.lt(a) ? b : a;
}

export function most(a: Exact, b: Exact): Exact {
  return b.gt(a) ? b : a;
}

export function sumOf(list: Iterable<Exact>): Exact {
  let sum = zero;
  for (const item of list) sum = sum.add(item);
  return sum;
}

/**
 * Plain notation without an exponent, trailing zeros or a negative zero: "0.0000001", "1200", "-3.5". What goes on for
 * longer is cut off (towards zero) after 20 decimals. It is cut and not rounded because `round` gives the same minor
 * units from the cut text as from the exact number: what is below a half stays below it, what is at or above it stays
 * at or above it.
 */
export function decimalText(value: Exact): string {
  const units = (value.n * 10n ** BigInt(maxFractionDigits)) / value.d;
  const digits = String(units).padStart(maxFractionDigits + 1, '0');
  const whole = digits.slice(0, -maxFractionDigits);
  const fraction = digits.slice(-maxFractionDigits).replace(/0+$/, '');
  const sign = value.s < 0n && units !== 0n ? '-' : '';
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

export type WholeRounding = 'up' | 'down' | 'half_up';

/** To so many decimals; -3 rounds to thousands. `up` and `down` are away from and towards zero; `half_up` is half away from zero, as money is rounded. */
export function roundTo(value: Exact, decimals: number, rounding: WholeRounding): Exact {
  const [multiplier, divider] = decimals < 0 ? [1n, 10n ** BigInt(-decimals)] : [10n ** BigInt(decimals), 1n];
  const [dividend, divisor] = [value.n * multiplier, value.d * divider];
  const units = {
    up: () => (dividend + divisor - 1n) / divisor,
    down: () => dividend / divisor,
    half_up: () => (2n * dividend + divisor) / (2n * divisor),
  }[rounding]();
  return ratio((value.s < 0n ? -units : units) * divider, multiplier);
}
