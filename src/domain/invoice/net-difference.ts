import type { Currency } from '../money/currency.ts';
import { one, ratio } from '../money/exact.ts';
import { exactMajor, round } from '../money/money.ts';
import type { LineDifference } from './line-differences.ts';

/** What was taken off a line that an invoice billed, and what was billed beside it since. */
export type LineCharged = {
  /** What coupons took of it on the invoice. */
  discountMinor: bigint;
  /** What credit notes have given back of it, net of its discount. */
  creditedMinor: bigint;
  /** What the items of earlier corrections came to, net, without what credit notes have given back of them. */
  besideMinor: bigint;
};

export type NetDifference = {
  /** What is billed, or given back where it is below zero. */
  itemMinor: bigint;
  /** What of the net difference is left out, since credit notes over the line have given it back. Never below zero. */
  creditedMinor: bigint;
};

/**
 * What the customer is asked for by a difference between rated amounts. It is net of the discount that the line had, in
 * proportion; a line that was over nothing had none. The net is taken of all that the line differs by from its invoice,
 * and what earlier corrections have come to is taken off it, so that corrections there and back come to nothing.
 *
 * What credit notes have given back stays given back and is not given once more: line, items and notes together come to no
 * less than zero by a correction, and what was left out on the way down is left out on the way up.
 */
export function netDifference(
  line: Pick<LineDifference, 'billedMinor' | 'adjustedMinor' | 'afterMinor' | 'differenceMinor'>,
  { discountMinor, creditedMinor, besideMinor }: LineCharged,
  currency: Currency,
): NetDifference {
  const { billedMinor, adjustedMinor, afterMinor, differenceMinor } = line;
  const billedNet = billedMinor - discountMinor;
  const share = billedMinor === 0n ? one : ratio(billedNet, billedMinor);
  const netOf = (amountMinor: bigint) => round(exactMajor({ amountMinor, currency }).mul(share), currency);
  const allMinor = netOf(afterMinor - billedMinor);
  const netMinor = allMinor - netOf(adjustedMinor);
  if (differenceMinor === 0n) return { itemMinor: 0n, creditedMinor: 0n };
  const paidMinor = billedNet + besideMinor - creditedMinor;
  const wantedMinor = billedNet + allMinor - creditedMinor;
  // A line that is below zero as it is rated gives back by itself, and no note is over it.
  const floorMinor = least(0n, billedNet + allMinor);
  const openMinor = most(floorMinor, wantedMinor) - paidMinor;
  const itemMinor = netMinor < 0n ? least(0n, most(netMinor, openMinor)) : most(0n, least(netMinor, openMinor));
  return { itemMinor, creditedMinor: netMinor < 0n ? itemMinor - netMinor : netMinor - itemMinor };
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const most = (a: bigint, b: bigint) => (a > b ? a : b);
