import { type Exact, least, parseDecimal, ratio, zero } from '../money/exact.ts';
import { decimalOrZero } from './reader.ts';

/** What each transaction pays, and which ones pay nothing; amounts in major units, the rate in percent. */
export type TransactionTerms = {
  rate: string;
  fixedAmount?: string;
  freeTransactions?: string;
  freeAmount?: string;
  transactionMinimum?: string;
  transactionMaximum?: string;
};

/** All that the charge of a period's transactions depends on, however many they were. */
export type TransactionTotals = {
  count: bigint;
  sum: Exact;
  /** Wholly free ones, and the amount that was free, parts of others included. */
  freeCount: bigint;
  freeSum: Exact;
  /** Those that pay the rate and the fixed amount. */
  plainCount: bigint;
  plainSum: Exact;
  /** Those whose charge was brought to a bound; a refund that gives back the maximum takes one away. */
  atMinimum: bigint;
  atMaximum: bigint;
};

const hundred = ratio(100n, 1n);

export const percentOf = (amount: Exact, rate: string): Exact => amount.mul(parseDecimal(rate)).div(hundred);

/**
 * Adds transactions up one after the other, in the order in which they happened, so that no more than one is in memory.
 * The allowance covers transactions until the first of its limits, their number or their amount, is used up; the one in
 * which the amount runs out is covered in part.
 *
 * A refund, below zero, gives back its rate: it owes no minimum, and gives back no more than the maximum, since that is the
 * most that its payment was charged.
 */
export function tallyTransactions(terms: TransactionTerms): { add(amount: Exact): void; totals: TransactionTotals } {
  const { rate, fixedAmount, freeTransactions, freeAmount, transactionMinimum, transactionMaximum } = terms;
  const hasAllowance = freeTransactions !== undefined || freeAmount !== undefined;
  const fixed = decimalOrZero(fixedAmount);
  const minimum = transactionMinimum === undefined ? undefined : parseDecimal(transactionMinimum);
  const maximum = transactionMaximum === undefined ? undefined : parseDecimal(transactionMaximum);
  const freeCountLimit = freeTransactions === undefined ? undefined : parseDecimal(freeTransactions);
  const freeSumLimit = freeAmount === undefined ? undefined : parseDecimal(freeAmount);
  const totals: TransactionTotals = noTransactions();

  const coveredOf = (amount: Exact): Exact => {
    if (!hasAllowance) return zero;
    if (freeCountLimit !== undefined && ratio(totals.count, 1n).gte(freeCountLimit)) return zero;
    return freeSumLimit === undefined ? amount : least(amount, freeSumLimit.sub(totals.freeSum));
  };

  const add = (amount: Exact): void => {
    const covered = coveredOf(amount);
    const isCovered = hasAllowance && covered.equals(amount) && isWithin(totals);
    totals.count += 1n;
    totals.sum = totals.sum.add(amount);
    totals.freeSum = totals.freeSum.add(covered);
    if (isCovered) {
      totals.freeCount += 1n;
      return;
    }
    const paid = amount.sub(covered);
    const charge = percentOf(paid, rate).add(fixed);
    if (paid.lt(zero) && maximum !== undefined && charge.lt(maximum.neg())) totals.atMaximum -= 1n;
    else if (!paid.lt(zero) && minimum !== undefined && charge.lt(minimum)) totals.atMinimum += 1n;
    else if (maximum !== undefined && charge.gt(maximum)) totals.atMaximum += 1n;
    else {
      totals.plainCount += 1n;
      totals.plainSum = totals.plainSum.add(paid);
    }
  };

  /** A transaction of zero has nothing to cover: it is free as long as the allowance has not been used up. */
  const isWithin = ({ count, freeSum }: TransactionTotals): boolean =>
    (freeCountLimit === undefined || ratio(count, 1n).lt(freeCountLimit)) &&
    (freeSumLimit === undefined || freeSum.lt(freeSumLimit));

  return { add, totals };
}

export function noTransactions(): TransactionTotals {
  return {
    count: 0n,
    sum: zero,
    freeCount: 0n,
    freeSum: zero,
    plainCount: 0n,
    plainSum: zero,
    atMinimum: 0n,
    atMaximum: 0n,
  };
}
