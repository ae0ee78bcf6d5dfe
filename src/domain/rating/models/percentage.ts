import { decimalText, type Exact, exactOf, parseDecimal, zero } from '../../money/exact.ts';
import type { ExactStep } from '../step.ts';
import { noTransactions, percentOf, type TransactionTerms } from '../transactions.ts';
import type { ModelRules } from './rules.ts';

/**
 * A percentage of each transaction's amount and a fixed amount for each, between bounds for each. The meter sums the
 * amounts; the first transactions may be free, by their number, their amount or both.
 */
export type Percentage = { model: 'percentage' } & TransactionTerms;

const noConversion = 'A percentage is of money, which is not converted.';

export const percentage: ModelRules<Percentage> = {
  reads: 'transactions',
  fields: ['rate', 'fixedAmount', 'freeTransactions', 'freeAmount', 'transactionMinimum', 'transactionMaximum'],
  without: { included: 'Use freeTransactions or freeAmount.', convert: noConversion },
  read: (read, entries, field) => {
    const terms = {
      rate: read.decimal(entries['rate'], `${field}.rate`),
      ...read.decimals(entries, field, ['fixedAmount', 'freeAmount', 'transactionMinimum', 'transactionMaximum']),
      ...read.wholes(entries, field, ['freeTransactions']),
    };
    const { transactionMinimum: minimum, transactionMaximum: maximum } = terms;
    if (minimum !== undefined && maximum !== undefined && parseDecimal(maximum).lt(parseDecimal(minimum))) {
      read.refuse(`${field}.transactionMaximum`, `It is below the transactionMinimum of ${minimum}.`);
    }
    return { model: 'percentage', ...terms };
  },
  charge: ({ rate, fixedAmount, transactionMinimum, transactionMaximum }, { transactions }) => {
    const totals = transactions ?? noTransactions();
    const { count, freeCount, freeSum, plainCount, plainSum, atMinimum, atMaximum } = totals;
    const steps: ExactStep[] = [];
    if (count === 0n) return steps;
    if (freeCount > 0n || freeSum.gt(zero)) {
      steps.push({ kind: 'free', quantity: decimalText(freeSum), transactions: String(freeCount), amount: zero });
    }
    if (plainCount > 0n) {
      const amount = percentOf(plainSum, rate);
      steps.push({ kind: 'percentage', quantity: decimalText(plainSum), rate, amount });
      if (fixedAmount !== undefined) steps.push(each('fixed', plainCount, fixedAmount));
    }
    if (atMinimum > 0n) steps.push(each('bounded', atMinimum, transactionMinimum as string));
    if (atMaximum !== 0n) steps.push(each('bounded', atMaximum, transactionMaximum as string));
    return steps;
  },
};

const each = (kind: 'fixed' | 'bounded', count: bigint, unitAmount: string): ExactStep => ({
  kind,
  transactions: String(count),
  unitAmount,
  amount: exactOf(count).mul(parseDecimal(unitAmount)) satisfies Exact,
});
