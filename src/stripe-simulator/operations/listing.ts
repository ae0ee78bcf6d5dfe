import { exclusiveParameters, resourceMissing } from '../errors.ts';
import type { WireList } from '../objects/wire.ts';
import { expand, id, integer, type Range } from '../schema.ts';
import type { Sequence } from '../state.ts';

/** The parameters that every list takes. */
export const pageParameters = {
  ending_before: id(),
  expand: expand(),
  limit: integer(1, 100),
  starting_after: id(),
};

interface Page {
  ending_before?: string;
  starting_after?: string;
  limit?: number;
}

export function validatePage(page: Page): void {
  if (page.ending_before === undefined || page.starting_after === undefined) return;
  throw exclusiveParameters(['ending_before', 'starting_after'], 'ending_before');
}

interface Listing<T, W> {
  noun: string;
  url: string;
  filter?: (item: T) => boolean;
  /** When the page is read towards older objects and this one is too old, so are all that follow. */
  isTooOld?: (item: T) => boolean;
  render: (item: T) => W;
}

/**
 * One page of `all`, newest first. The cursor's place is its place among all objects, so a cursor that no longer
 * passes the filter still works. `ending_before` gives the objects just before the cursor, in list order. Reads no
 * further than to the first object after the page.
 */
export function paginate<T, W>(all: Sequence<T>, page: Page, listing: Listing<T, W>): WireList<W> {
  const limit = page.limit ?? 10;
  const found: T[] = [];
  for (const item of candidates(all, page, listing)) {
    found.push(item);
    if (found.length > limit) break;
  }
  const data = found.slice(0, limit);
  if (page.ending_before !== undefined) data.reverse();
  return { object: 'list', data: data.map(listing.render), has_more: found.length > limit, url: listing.url };
}

/** What passes the filter, walking away from the cursor. */
function* candidates<T, W>(all: Sequence<T>, page: Page, { noun, filter, isTooOld }: Listing<T, W>): Iterable<T> {
  const param = page.ending_before === undefined ? 'starting_after' : 'ending_before';
  const cursor = page[param];
  const around = cursor === undefined ? { older: all.length, newer: all.length } : all.around(cursor);
  if (around === undefined) throw resourceMissing(noun, cursor ?? '', param, 'parameter');
  const upwards = param === 'ending_before';
  const step = upwards ? 1 : -1;
  for (let index = upwards ? around.newer : around.older - 1; index >= 0 && index < all.length; index += step) {
    const item = all.at(index);
    if (item === undefined) continue;
    if (!upwards && isTooOld?.(item)) return;
    if (filter === undefined || filter(item)) yield item;
  }
}

/** A short list that is at hand, given newest first. */
export function sequenceOf<T extends { readonly id: string }>(newestFirst: readonly T[]): Sequence<T> {
  const items = newestFirst.toReversed();
  return {
    length: items.length,
    at: (index) => items[index],
    around: (id) => {
      const index = items.findIndex((item) => item.id === id);
      return index < 0 ? undefined : { older: index, newer: index + 1 };
    },
  };
}

/** Whether a time (Unix seconds, or null for none) lies in a range or equals a number. */
export function within(range: Range | number | undefined, at: number | null): boolean {
  if (range === undefined) return true;
  if (at === null) return false;
  if (typeof range === 'number') return at === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return at > gt && at >= gte && at < lt && at <= lte;
}

/** Whether a time lies before everything that the range takes. */
export function isBefore(range: Range | number | undefined, at: number): boolean {
  if (range === undefined) return false;
  if (typeof range === 'number') return at < range;
  return at < (range.gte ?? -Infinity) || at <= (range.gt ?? -Infinity);
}
