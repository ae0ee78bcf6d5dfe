import { type Exact, ratio } from '../../domain/money/exact.ts';
import type { TransactionTotals } from '../../domain/rating/transactions.ts';
import type { Measured, Usage } from '../../domain/rating/usage.ts';
import type { JsonValue } from '../canonical-json.ts';

/** What a price measured, as JSON that loses nothing: exact numbers as `numerator/denominator`, counts as digits. */
export type MeasuredText = {
  usage: {
    quantity: string;
    carried?: string;
    transactions?: Record<keyof TransactionTotals, string>;
    cells?: { values: string[]; quantity: string }[];
    spans?: { startAt: string; endAt: string; quantity: string; share: string }[];
  };
  group?: string[];
  eventCount: string;
  skippedCount: string;
};

const exactText = ({ n, d, s }: Exact): string => `${s < 0n && n !== 0n ? '-' : ''}${n}/${d}`;

function exactFrom(text: string): Exact {
  const [numerator = '', denominator = ''] = text.split('/');
  return ratio(BigInt(numerator), BigInt(denominator));
}

const sums = ['sum', 'freeSum', 'plainSum'] as const;
const counts = ['count', 'freeCount', 'plainCount', 'atMinimum', 'atMaximum'] as const;

function totalsText(totals: TransactionTotals): Record<keyof TransactionTotals, string> {
  return Object.fromEntries([
    ...sums.map((name) => [name, exactText(totals[name])]),
    ...counts.map((name) => [name, String(totals[name])]),
  ]) as Record<keyof TransactionTotals, string>;
}

function totalsFrom(text: Record<keyof TransactionTotals, string>): TransactionTotals {
  return Object.fromEntries([
    ...sums.map((name) => [name, exactFrom(text[name])]),
    ...counts.map((name) => [name, BigInt(text[name])]),
  ]) as TransactionTotals;
}

/** @returns JSON that `measuredFrom` reads */
export function measuredText({ usage, group, eventCount, skippedCount }: Measured): MeasuredText & JsonValue {
  const { quantity, carried, transactions, cells, spans } = usage;
  return {
    usage: {
      quantity: exactText(quantity),
      ...(carried !== undefined && { carried: exactText(carried) }),
      ...(transactions !== undefined && { transactions: totalsText(transactions) }),
      ...(cells !== undefined && {
        cells: cells.map((cell) => ({ values: [...cell.values], quantity: exactText(cell.quantity) })),
      }),
      ...(spans !== undefined && {
        spans: spans.map(({ startAt, endAt, ...span }) => ({
          startAt: startAt.toISOString(),
          endAt: endAt.toISOString(),
          quantity: exactText(span.quantity),
          share: exactText(span.share),
        })),
      }),
    },
    ...(group !== undefined && { group: [...group] }),
    eventCount: String(eventCount),
    skippedCount: String(skippedCount),
  };
}

/** What `measuredText` wrote. */
export function measuredFrom({ usage, group, eventCount, skippedCount }: MeasuredText): Measured {
  const { quantity, carried, transactions, cells, spans } = usage;
  const read: Usage = {
    quantity: exactFrom(quantity),
    ...(carried !== undefined && { carried: exactFrom(carried) }),
    ...(transactions !== undefined && { transactions: totalsFrom(transactions) }),
    ...(cells !== undefined && { cells: cells.map((cell) => ({ ...cell, quantity: exactFrom(cell.quantity) })) }),
    ...(spans !== undefined && {
      spans: spans.map((span) => ({
        startAt: new Date(span.startAt),
        endAt: new Date(span.endAt),
        quantity: exactFrom(span.quantity),
        share: exactFrom(span.share),
      })),
    }),
  };
  return {
    usage: read,
    ...(group !== undefined && { group }),
    eventCount: BigInt(eventCount),
    skippedCount: BigInt(skippedCount),
  };
}
