import { decimalText, type Exact, parseDecimal, roundTo, zero } from '../money/exact.ts';
import type { Reader } from './reader.ts';
import type { ExactStep } from './step.ts';

/**
 * From the unit that is measured to the one that is billed, such as bytes to GB: the quantity is divided by `divideBy`,
 * or multiplied by `multiplyBy` (one of the two, since 1.5 has no decimal to divide by in its place), and rounded to
 * `decimals` (0 unless said otherwise; -3 rounds to thousands). `none` does not round: what does not end stays exact. A
 * `divideBy` of 1 only rounds. A matrix converts each cell by itself.
 */
export type Conversion = ({ divideBy: string } | { multiplyBy: string }) & {
  rounding: (typeof roundings)[number];
  decimals?: number;
};

const roundings = ['none', 'up', 'down', 'half_up'] as const;
const decimalsLimits = { least: -12, most: 12 } as const;

export function readConversion(read: Reader, input: unknown, field: string): Conversion {
  const entries = read.record(input, field, ['divideBy', 'multiplyBy', 'rounding', 'decimals']);
  const rounding = read.oneOf(entries['rounding'], `${field}.rounding`, roundings);
  if (rounding === 'none' && entries['decimals'] !== undefined) {
    read.refuse(`${field}.decimals`, 'Nothing is rounded, so that no decimals are cut.');
  }
  return {
    ...readFactor(read, entries, field),
    rounding,
    ...(entries['decimals'] !== undefined && {
      decimals: read.whole(entries['decimals'], `${field}.decimals`, decimalsLimits),
    }),
  };
}

function readFactor(
  read: Reader,
  { divideBy, multiplyBy }: Record<string, unknown>,
  field: string,
): { divideBy: string } | { multiplyBy: string } {
  if (multiplyBy === undefined) return { divideBy: read.decimal(divideBy, `${field}.divideBy`, { above: true }) };
  if (divideBy !== undefined) read.refuse(`${field}.multiplyBy`, 'It is divided already; give one of the two.');
  return { multiplyBy: read.decimal(multiplyBy, `${field}.multiplyBy`, { above: true }) };
}

export function convert(quantity: Exact, conversion: Conversion): Exact {
  const { rounding, decimals = 0 } = conversion;
  const converted =
    'divideBy' in conversion
      ? quantity.div(parseDecimal(conversion.divideBy))
      : quantity.mul(parseDecimal(conversion.multiplyBy));
  return rounding === 'none' ? converted : roundTo(converted, decimals, rounding);
}

export function conversionStep(converted: Exact, conversion: Conversion): ExactStep {
  const factor = 'divideBy' in conversion ? { divideBy: conversion.divideBy } : { multiplier: conversion.multiplyBy };
  return { kind: 'converted', quantity: decimalText(converted), ...factor, amount: zero };
}
