import type { Currency } from '../money/currency.ts';
import type { Exact } from '../money/exact.ts';
import type { DiscountValue } from './apply-discounts.ts';

/**
 * For how many bills a coupon is: for one, for so many of them, or for ever. An amount that is given `once` is given in
 * full: what one bill cannot use up is for the next ones. Otherwise each bill is given up to the whole amount.
 */
export type CouponDuration = { kind: 'once' } | { kind: 'bills'; bills: number } | { kind: 'forever' };

export type CouponValue =
  | { kind: 'percentage'; percentage: Exact }
  | { kind: 'amount'; amountMinor: bigint; currency: Currency };

export type Coupon = {
  key: string;
  name: string;
  value: CouponValue;
  duration: CouponDuration;
  /** Keys of plans and of meters that it is for; null is all of them. */
  plans: readonly string[] | null;
  meters: readonly string[] | null;
};

/** What it took of one bill that counts; more than nothing. */
export type CouponUse = { invoiceId: string; amountMinor: bigint };

/**
 * What a coupon has left for one more bill.
 * @param uses of all other bills that count, at most one of each
 * @returns null if it is used up
 */
export function whatIsLeft(
  { value, duration }: Pick<Coupon, 'value' | 'duration'>,
  uses: readonly CouponUse[],
): DiscountValue | null {
  if (duration.kind === 'bills' && uses.length >= duration.bills) return null;
  if (value.kind === 'percentage') return duration.kind === 'once' && uses.length > 0 ? null : value;
  const { amountMinor } = value;
  if (duration.kind !== 'once') return { kind: 'amount', amountMinor };
  const leftMinor = amountMinor - uses.reduce((sum, use) => sum + use.amountMinor, 0n);
  return leftMinor > 0n ? { kind: 'amount', amountMinor: leftMinor } : null;
}

/** How many bills more it is for; null where their number has no limit of its own. */
export function billsLeft(duration: CouponDuration, uses: readonly CouponUse[]): number | null {
  return duration.kind === 'bills' ? Math.max(0, duration.bills - uses.length) : null;
}
