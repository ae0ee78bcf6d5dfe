import { type Exact, parseDecimal, roundTo } from '../money/exact.ts';

/** How many packages of this size hold the quantity; a started one counts whole with `up`, not at all with `down`. */
export function packagesOf(quantity: Exact, packageSize: string, rounding: 'up' | 'down'): bigint {
  return roundTo(quantity.div(parseDecimal(packageSize)), 0, rounding).n;
}
