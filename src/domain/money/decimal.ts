import Big from 'big.js';
import { DurabillError } from '../../errors/error.ts';

export type { Big };

/** The most digits that a decimal may have before and after its point. */
export const maxIntegerDigits = 30;
export const maxFractionDigits = 20;

/**
 * Decimals of Durabill are made here and nowhere else. Strict, on a constructor of our own, so that no JavaScript
 * number (and with it no binary fraction) can enter a sum by mistake, whatever other users of big.js set.
 */
const Decimal = Big();
Decimal.strict = true;

const plainDecimal = new RegExp(`^-?\\d{1,${maxIntegerDigits}}(\\.\\d{1,${maxFractionDigits}})?$`);

/**
 * Reads a plain decimal such as "-12.50": no exponent, no plus sign, no spaces, no thousands separator, at most 30
 * digits before and 20 after the point. A JSON number is refused too: it has gone through binary already.
 * @throws DurabillError decimal-invalid
 */
export function parseDecimal(text: string, field?: string): Big {
  if (typeof text !== 'string' || !plainDecimal.test(text)) {
    throw new DurabillError('decimal-invalid', { ...(field && { field }), reason: whyInvalid(text) });
  }
  return new Decimal(text);
}

function whyInvalid(text: unknown): string {
  if (typeof text !== 'string') return `${JSON.stringify(text) ?? String(text)} is not a string of digits.`;
  // A long text is cut, so that a megabyte of digits does not end in a log line.
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `"${shown}" is not a plain decimal of at most ${maxIntegerDigits} digits before and ${maxFractionDigits} after the point.`;
}

export const zero = new Decimal('0');

export function decimalOf(whole: bigint): Big {
  return new Decimal(whole);
}

export function least(a: Big, b: Big): Big {
  return b.lt(a) ? b : a;
}

/** Plain notation without an exponent, trailing zeros or a negative zero: "0.0000001", "1200", "-3.5". */
export function decimalText(value: Big): string {
  return value.eq(zero) ? '0' : value.toFixed();
}

/** The same number as an integer over a power of ten, for exact division: value = units / 10^scale. */
export function toScaled(value: Big): { units: bigint; scale: number } {
  const [whole = '0', fraction = ''] = value.toFixed().split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/**
 * How many times `size` fits into `value`, both not negative and `size` above zero; a part of one counts as a whole one
 * with 'up' and as none with 'down'. Exact at any number of digits, unlike a decimal division.
 */
export function countWhole(value: Big, size: Big, rounding: 'up' | 'down'): bigint {
  const a = toScaled(value);
  const b = toScaled(size);
  const dividend = a.units * 10n ** BigInt(b.scale);
  const divisor = b.units * 10n ** BigInt(a.scale);
  return rounding === 'up' ? (dividend + divisor - 1n) / divisor : dividend / divisor;
}

/**
 * value / divisor in plain notation, cut off (towards zero) after 20 decimals if it goes on for longer.
 * It is cut and not rounded because `round` gives the same minor units from the cut text as from the exact quotient:
 * a quotient below a half stays below it, one at or above it stays at or above it.
 */
export function quotientText(value: Big, divisor: bigint): string {
  const { units, scale } = toScaled(value);
  const cut = (units * 10n ** BigInt(maxFractionDigits)) / (divisor * 10n ** BigInt(scale));
  return decimalText(new Decimal(`${cut}e-${maxFractionDigits}`));
}
