import { decimalText, type Exact } from '../../domain/money/exact.ts';
import { type BucketSize, bucketsBetween } from '../../domain/period/buckets.ts';
import type { Filter } from '../../domain/rating/filter.ts';
import { spanRuleOf } from '../../domain/rating/measure/shares.ts';
import type { Meter } from '../../domain/rating/meter.ts';
import type { Measured } from '../../domain/rating/usage.ts';
import { DurabillError } from '../../errors/error.ts';
import { readCalendarOwner } from '../../store/calendar-facts.ts';
import type { Database, Sql } from '../../store/database.ts';
import { aggregateRolledUsage, readTailByMark } from '../../store/rolled-quantities.ts';
import { isSimple, type QuantityOf } from '../../store/usage-quantities.ts';
import { keptTypes } from '../../store/usage-removal-limits.ts';
import { readUsageMarks } from '../../store/usage-removal-marks.ts';
import {
  type GroupTotal,
  readGroupTotals,
  readSeries,
  type SeriesGroups,
  type SeriesPoint,
} from '../../store/usage-series.ts';
import { noCustomer } from '../store-billing-profile.ts';
import { meterFor, readFilter, readSpan } from './usage-request.ts';

/** A month of hours; above these a chart shows nothing more. */
export const mostBuckets = 800;
/** Where one aggregate of a bucket's events does not say it all, each bucket reads its own. */
const mostSlowBuckets = 100;
export const mostGroups = 20;
const usualGroups = 8;

export type UsageQuestion = {
  customerId: string;
  meter: string;
  bucket: BucketSize;
  from: string;
  to: string;
  groupBy?: string;
  groups?: number;
  filter?: string;
  compareFrom?: string;
  compareTo?: string;
  /** The customer who asks, for whom meters that it does not see are not there; operators see all. */
  seenBy?: string | null;
};

/** What the meter makes of one bucket, or of all. */
export type Figure = { quantity: string; eventCount: bigint; skippedCount: bigint };
export type UsageSeries = {
  /** The value of the property; null for all others, or without groups. */
  value: string | null;
  figures: Figure[];
};
export type ShownUsage = {
  meter: Meter;
  zone: string;
  from: Date;
  to: Date;
  starts: Date[];
  total: Figure;
  series: UsageSeries[];
  groups: GroupTotal[];
  /** How many values the property has in all. */
  groupCount: number;
  compared: { from: Date; to: Date; starts: Date[]; total: Figure; figures: Figure[] } | null;
  /** Raw usage from before was removed by policy, so that what was asked is not all there; null where it is. */
  removedBefore: Date | null;
};

/**
 * A meter's usage of a customer by local hours, days or months, and what it comes to in all, which is what a bill of the same
 * time has: read by the same functions.
 * @throws DurabillError not-found, request-invalid
 */
export async function showUsage(database: Database, question: UsageQuestion): Promise<ShownUsage> {
  const span = readSpan(question.from, question.to);
  const filter = readFilter(question.filter);
  const before = readCompared(question);
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await readTailByMark(sql);
    const owner = await readCalendarOwner(sql, question.customerId);
    if (owner === undefined) throw noCustomer(question.customerId);
    const { zone } = owner;
    const meter = await meterFor(sql, question.meter, question.seenBy ?? null);
    const of = { sql, customerId: question.customerId, zone, meter, filter, bucket: question.bucket };
    const starts = startsOf(of, span);
    const { property, limit } = { property: question.groupBy, limit: question.groups ?? usualGroups };
    if (property !== undefined && !isSimple(quantityOf(of))) throw notGrouped(meter);
    const { groups, count } =
      property === undefined
        ? { groups: [], count: 0 }
        : await readGroupTotals(sql, { ...of, starts, end: span.to }, { property, limit });
    const kept = property === undefined ? undefined : { property, values: groups.map(({ value }) => value) };
    return {
      ...{ meter, zone, ...span, starts },
      total: await totalOf(of, span),
      series: await seriesOf(of, starts, span.to, kept, count > groups.length),
      groups,
      groupCount: count,
      compared: before === null ? null : await comparedOf(of, before),
      removedBefore: await removedIn(of, before === null || span.from < before.from ? span.from : before.from),
    };
  });
}

/** Until where the events of a meter are gone, if what begins at an instant reaches back to them. */
async function removedIn({ sql, customerId, meter }: Of, from: Date): Promise<Date | null> {
  const mark = (await readUsageMarks(sql, [customerId])).get(customerId);
  if (mark === undefined || from >= mark.removedBefore) return null;
  return (await keptTypes(sql)).includes(meter.eventType) ? null : mark.removedBefore;
}

type Of = { sql: Sql; customerId: string; zone: string; meter: Meter; filter: Filter | undefined; bucket: BucketSize };
type Span = { from: Date; to: Date };

function readCompared({ compareFrom, compareTo }: UsageQuestion): Span | null {
  if (compareFrom === undefined && compareTo === undefined) return null;
  if (compareFrom === undefined || compareTo === undefined) {
    const field = compareFrom === undefined ? 'compareFrom' : 'compareTo';
    throw new DurabillError('request-invalid', { field, reason: 'A time to compare with has a begin and an end.' });
  }
  return readSpan(compareFrom, compareTo, ['compareFrom', 'compareTo']);
}

function quantityOf({ meter, filter }: Pick<Of, 'meter' | 'filter'>): QuantityOf {
  return { id: 'usage', meter, ...(filter !== undefined && { filter }) };
}

/** @throws DurabillError request-invalid */
function startsOf({ bucket, zone, meter, filter }: Of, { from, to }: Span): Date[] {
  const most = isSimple(quantityOf({ meter, filter })) ? mostBuckets : mostSlowBuckets;
  const starts = bucketsBetween(from, to, { size: bucket, zone, most });
  if (starts !== undefined) return starts;
  throw new DurabillError('request-invalid', {
    field: 'bucket',
    reason: `There are more than ${most} of them between "from" and "to".`,
    mend: 'Ask for larger ones, or for a shorter time.',
  });
}

function notGrouped({ key }: Meter): DurabillError {
  return new DurabillError('request-invalid', {
    field: 'groupBy',
    reason: `What the meter "${key}" measures is no single aggregate of events, so its parts by property do not make it up.`,
    mend: 'Filter by one value at a time.',
  });
}

/** The whole time as one window, as a bill has it. */
async function totalOf(of: Of, span: Span): Promise<Figure> {
  const [figure] = await windowsOf(of, [span.from], span.to);
  return figure as Figure;
}

async function comparedOf(of: Of, span: Span) {
  const starts = startsOf(of, span);
  const [series] = await seriesOf(of, starts, span.to, undefined, false);
  return { ...span, starts, total: await totalOf(of, span), figures: (series as UsageSeries).figures };
}

async function seriesOf(
  of: Of,
  starts: readonly Date[],
  end: Date,
  groups: SeriesGroups | undefined,
  hasOthers: boolean,
): Promise<UsageSeries[]> {
  const { sql, ...what } = of;
  if (!isSimple(quantityOf(of))) return [{ value: null, figures: await windowsOf(of, starts, end) }];
  const points = await readSeries(sql, { ...what, starts, end }, groups);
  const figuresOf = (group: number) => {
    const byPlace = new Map(points.filter((point) => point.group === group).map((point) => [point.place, point]));
    return starts.map((_, place) => figureOf(byPlace.get(place)));
  };
  if (groups === undefined) return [{ value: null, figures: figuresOf(-1) }];
  const named = groups.values.map((value, group) => ({ value, figures: figuresOf(group) }));
  return hasOthers ? [...named, { value: null, figures: figuresOf(-1) }] : named;
}

const nothing: Figure = { quantity: '0', eventCount: 0n, skippedCount: 0n };

function figureOf(found: Pick<SeriesPoint, 'quantity' | 'eventCount' | 'skippedCount'> | undefined): Figure {
  if (found === undefined) return nothing;
  const { quantity, eventCount, skippedCount } = found;
  return { quantity: textOf(quantity), eventCount, skippedCount };
}

const textOf = (quantity: Exact) => decimalText(quantity);

/** Each bucket measured as a period by itself. */
async function windowsOf(of: Of, starts: readonly Date[], end: Date): Promise<Figure[]> {
  const { sql, customerId, zone } = of;
  const windows = starts.map((startAt, place) => {
    const span = { startAt, endAt: starts[place + 1] ?? end };
    const cycle = { cycleStartAt: span.startAt, cycleEndAt: span.endAt };
    const rule = spanRuleOf({ ...span, ...cycle }, 'second', zone);
    return { id: windowIdOf(place), customerId, zone, ...span, ...cycle, ...rule };
  });
  const quantity = quantityOf(of);
  const measured = await aggregateRolledUsage(sql, windows, [quantity]);
  return windows.map(({ id }) => sumOf(measured.get(id)?.get(quantity.id) ?? []));
}

/** Windows are named by UUIDs; these are of no other use. */
const windowIdOf = (place: number) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;

/** Without groups there is one at most. */
function sumOf([measured]: readonly Measured[]): Figure {
  return measured === undefined
    ? nothing
    : figureOf({
        quantity: measured.usage.quantity,
        eventCount: measured.eventCount,
        skippedCount: measured.skippedCount,
      });
}
