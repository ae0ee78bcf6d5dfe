import { exclusiveParameters, resourceMissing } from '../errors.ts';
import type { WireList } from '../objects/wire.ts';
import { expand, id, integer, type Range } from '../schema.ts';

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

/**
 * One page of `all` (in list order). The cursor's place is its place among all objects, so a cursor that no longer
 * passes the filter still works. `ending_before` gives the objects just before the cursor, in list order.
 */
export function paginate<T extends { id: string }, W>(
  all: readonly T[],
  page: Page,
  options: { noun: string; url: string; filter?: (item: T) => boolean; render: (item: T) => W },
): WireList<W> {
  const { filter = () => true } = options;
  const limit = page.limit ?? 10;
  const backwards = page.ending_before !== undefined;
  const candidates = beyondCursor(all, page, options.noun).filter(filter);
  const data = backwards ? candidates.slice(-limit) : candidates.slice(0, limit);
  return {
    object: 'list',
    data: data.map(options.render),
    has_more: candidates.length > data.length,
    url: options.url,
  };
}

function beyondCursor<T extends { id: string }>(all: readonly T[], page: Page, noun: string): readonly T[] {
  const param = page.ending_before === undefined ? 'starting_after' : 'ending_before';
  const cursor = page[param];
  if (cursor === undefined) return all;
  const place = all.findIndex((item) => item.id === cursor);
  if (place < 0) throw resourceMissing(noun, cursor, param, 'parameter');
  return param === 'ending_before' ? all.slice(0, place) : all.slice(place + 1);
}

/** Whether a time (Unix seconds, or null for none) lies in a range or equals a number. */
export function within(range: Range | number | undefined, at: number | null): boolean {
  if (range === undefined) return true;
  if (at === null) return false;
  if (typeof range === 'number') return at === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return at > gt && at >= gte && at < lt && at <= lte;
}
