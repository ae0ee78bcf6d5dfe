import { type BucketSize, bucketSizes } from '../../domain/period/buckets.ts';
import { type Filter, parseFilter } from '../../domain/rating/filter.ts';
import type { Meter } from '../../domain/rating/meter.ts';
import { readerFor } from '../../domain/rating/reader.ts';
import { DurabillError } from '../../errors/error.ts';
import type { Sql } from '../../store/database.ts';
import { findMeters } from '../../store/meters.ts';
import type { UsageEventFilter } from '../../store/usage-event-views.ts';
import { readInstant } from '../instant.ts';

export type { BucketSize };
export { bucketSizes };

const read = readerFor('request-invalid');

/** Longest time that is looked at in one request. */
export const mostDays = 800;
const dayMs = 86_400_000;

/** @throws DurabillError request-invalid */
export function readSpan(from: string, to: string, fields: readonly [string, string] = ['from', 'to']) {
  const span = { from: readInstant(from, fields[0]), to: readInstant(to, fields[1]) };
  if (span.to <= span.from) {
    throw new DurabillError('request-invalid', { field: fields[1], reason: 'The time ends before it begins.' });
  }
  if (span.to.getTime() - span.from.getTime() > mostDays * dayMs) {
    throw new DurabillError('request-invalid', { field: fields[1], reason: `It is longer than ${mostDays} days.` });
  }
  return span;
}

/** A filter as an address says it: JSON such as `{"origin":["JFK"]}`. @throws DurabillError request-invalid */
export function readFilter(text: string | undefined): Filter | undefined {
  if (text === undefined) return undefined;
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const reason = 'It is not JSON such as {"origin":["JFK"]}.';
    throw new DurabillError('request-invalid', { field: 'filter', reason, cause });
  }
  return parseFilter(read, input, 'filter');
}

/**
 * @param seenBy a customer, for whom what it does not see is not there; null sees all
 * @throws DurabillError not-found
 */
export async function meterFor(sql: Sql, key: string, seenBy: string | null): Promise<Meter> {
  const meter = (await findMeters(sql, [key], seenBy)).get(key);
  if (meter !== undefined) return asWritten(meter);
  throw new DurabillError('not-found', {
    field: 'meter',
    reason: `There is no meter "${key}".`,
    mend: "The customer's meters are at /v1/customers/{id}/usage/meters.",
  });
}

/** As a plan file says it: no filter is left out. */
function asWritten({ filter, ...meter }: Meter): Meter {
  return filter === undefined || Object.keys(filter).length === 0 ? meter : { ...meter, filter };
}

/** Which events somebody asks for, as an address says it. */
export type EventQuestion = {
  from: string;
  to: string;
  meter?: string;
  filter?: string;
  source?: string;
  event?: string;
  versions?: 'current' | 'all';
};

/**
 * @param seenBy as of meterFor
 * @throws DurabillError request-invalid, not-found
 */
export async function readEventFilter(
  sql: Sql,
  customerId: string,
  { from, to, meter, filter: text, source, event, versions = 'current' }: EventQuestion,
  seenBy: string | null = null,
): Promise<UsageEventFilter> {
  const filter = readFilter(text);
  return {
    ...{ customerId, ...readSpan(from, to), withSuperseded: versions === 'all' },
    ...(meter !== undefined && { meter: await meterFor(sql, meter, seenBy) }),
    ...(filter !== undefined && { filter }),
    ...(source !== undefined && { source }),
    ...(event !== undefined && { event }),
  };
}
