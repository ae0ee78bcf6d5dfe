import { decimalText, type Exact, parseDecimal, roundTo, zero } from '../money/exact.ts';
import type { Reader } from './reader.ts';
import type { ExactStep } from './step.ts';

/**
 * From the unit that is measured to the one that is billed, such as bytes to GB: the quantity is divided by `divideBy`
 * and rounded to `decimals` (0 unless said otherwise; -3 rounds to thousands). `none` does not round: what does not end
 * stays exact. A `divideBy` of 1 only rounds.
 */
export type Conversion = { divideBy: string; rounding: (typeof roundings)[number]; decimals?: number };

const roundings = ['none', 'up', 'down', 'half_up'] as const;
const decimalsLimits = { least: -12, most: 12 } as const;

export function readConversion(read: Reader, input: unknown, field: string): Conversion {
  const entries = read.record(input, field, ['divideBy', 'rounding', 'decimals']);
  const rounding = read.oneOf(entries['rounding'], `${field}.rounding`, roundings);
  if (rounding === 'none' && entries['decimals'] !== undefined) {
    read.refuse(`${field}.decimals`, 'Nothing is rounded, so that no decimals are cut.');
  }
  return {
    divideBy: read.decimal(entries['divideBy'], `${field}.divideBy`, { above: true }),
    rounding,
    ...(entries['decimals'] !== undefined && {
      decimals: read.whole(entries['decimals'], `${field}.decimals`, decimalsLimits),
    }),
  };
}

export function convert(quantity: Exact, { divideBy, rounding, decimals = 0 }: Conversion): Exact {
  const converted = quantity.div(parseDecimal(divideBy));
  return rounding === 'none' ? converted : roundTo(converted, decimals, rounding);
}

export function conversionStep(converted: Exact, { divideBy }: Conversion): ExactStep {
  return { kind: 'converted', quantity: decimalText(converted), divideBy, amount: zero };
}
