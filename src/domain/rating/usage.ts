import type { Exact } from '../money/exact.ts';
import type { TransactionTotals } from './transactions.ts';

/**
 * What was used in a period, as the models read it. Each model reads what it needs: most the quantity; a percentage the
 * transactions, a dynamic price what the events carried, a matrix the quantities of its cells, seats their spans.
 */
export type Usage = {
  /** Of the price's meter over the whole period. */
  quantity: Exact;
  /** Major units that the events carried themselves. */
  carried?: Exact;
  transactions?: TransactionTotals;
  cells?: readonly Cell[];
  spans?: readonly Span[];
};

/** What was used with these values of the matrix's properties, in the order of the matrix. */
export type Cell = { values: readonly string[]; quantity: Exact };

/** So many seats from one instant to another, and the share of the cycle that this is. */
export type Span = { startAt: Date; endAt: Date; quantity: Exact; share: Exact };

/** What a price measured of one period: as many as its groups have, one without groups. */
export type Measured = {
  usage: Usage;
  /** The values of the price's `groupBy`, in its order. */
  group?: readonly string[];
  /** Events read, and those of them that lacked what the meter measures. */
  eventCount: bigint;
  skippedCount: bigint;
};
