import type { Filter } from '../filter.ts';
import type { Meter } from '../meter.ts';
import { rulesOf } from '../models/index.ts';
import type { Price } from '../price.ts';
import type { TransactionTerms } from '../transactions.ts';

/** What a price reads of its meter's events: which of them, in which groups, and what its model has to know of them. */
export type Reading = { filter?: Filter; groupBy?: readonly string[]; as?: ReadAs };

/**
 * - `quantity`: what the meter makes of the events; so it is where nothing else is said.
 * - `transactions`: each event's value by itself, or 1 where the meter reads none; in their order.
 * - `carried`: the sum of the major units that the events carry in `amountProperty`. An event without is left out whole.
 * - `cells`: the quantity for each combination of the properties' values.
 * - `spans`: the value as it stood over the period.
 */
export type ReadAs =
  | { reads: 'quantity' }
  | { reads: 'transactions'; terms: TransactionTerms }
  | { reads: 'carried'; amountProperty: string }
  | { reads: 'cells'; properties: readonly string[] }
  | { reads: 'spans' };

/** undefined for a price that charges without use. */
export function readingOf(price: Price): Reading | undefined {
  const as = readAs(price);
  if (as === undefined) return undefined;
  const { filter, groupBy } = price;
  return { ...(filter !== undefined && { filter }), ...(groupBy !== undefined && { groupBy }), as };
}

function readAs(price: Price): ReadAs | undefined {
  if (price.model === 'percentage') return { reads: 'transactions', terms: price };
  if (price.model === 'dynamic') return { reads: 'carried', amountProperty: price.amountProperty };
  if (price.model === 'matrix') return { reads: 'cells', properties: price.properties };
  const { reads } = rulesOf(price.model);
  if (reads === 'nothing') return undefined;
  if (reads === 'quantity' || reads === 'spans') return { reads };
  throw new TypeError(`Nothing is known about how ${price.model} reads ${reads}.`);
}

/** Whether the order of transactions or their single amounts matter, and not only their number and sum. */
export function isOrderly(terms: TransactionTerms): boolean {
  const { freeTransactions, freeAmount, transactionMinimum, transactionMaximum } = terms;
  return [freeTransactions, freeAmount, transactionMinimum, transactionMaximum].some((term) => term !== undefined);
}

/** Whether the meter reads a number of each event. */
export function readsNumbers({ aggregation }: Meter): boolean {
  return aggregation !== 'count' && aggregation !== 'unique_count';
}
