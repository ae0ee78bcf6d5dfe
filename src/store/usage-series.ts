import { decimalText, type Exact, exactOf, zero } from '../domain/money/exact.ts';
import type { Filter } from '../domain/rating/filter.ts';
import { exactOfNumeral } from '../domain/rating/measure/property.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';
import { covers, rolledColumns } from './rolled-quantities.ts';
import { type Bind, isCurrent, passesOf } from './usage-expressions.ts';
import { aggregateColumns, type QuantityOf } from './usage-quantities.ts';
import { type RollupDefinition, readRollups } from './usage-rollups.ts';

/** What is read of a customer: a meter, of events that pass a filter, in [starts[0], end) cut at each start. */
export type SeriesOf = {
  customerId: string;
  meter: Meter;
  filter: Filter | undefined;
  starts: readonly Date[];
  end: Date;
};

/** A bucket of a group; what has no event is not there. */
export type SeriesPoint = {
  /** Place of the bucket among the starts. */
  place: number;
  /** Place among the values that were asked for; -1 for all others, or where no groups were asked for. */
  group: number;
  quantity: Exact;
  eventCount: bigint;
  skippedCount: bigint;
};

/** The property by which events are kept apart, and its values that are kept by themselves. */
export type SeriesGroups = { property: string; values: readonly string[] };

const hourMs = 3_600_000;

/**
 * The quantities of a meter by bucket and group, where one aggregate of a bucket's events says it all: the same that a bill
 * reads of each bucket. One pass, each event put into its bucket by a search among the starts; whole hours come from the
 * rollups where nothing is asked that those do not keep.
 */
export async function readSeries(sql: Sql, series: SeriesOf, groups?: SeriesGroups): Promise<SeriesPoint[]> {
  const quantity: QuantityOf = { id: 'series', ...readingOf(series) };
  if (groups === undefined && isWholeHours(series)) {
    const rollups = await readRollups(sql, [series.meter.key]);
    const rollup = rollups.find((one) => covers(one, quantity));
    if (rollup !== undefined) return await readRolled(sql, series, quantity, rollup);
  }
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const place = placedBy(series.starts, bind);
  const group = groups === undefined ? '-1' : groupOf(groups, bind);
  const { rows } = await sql.query<Row>(
    `SELECT ${place('u.occurred_at')} AS place, ${group} AS "group", ${aggregateColumns(quantity, 0, bind)}
     FROM usage_events u WHERE ${ofCustomer(series, bind)} AND ${ofSpan(series, bind)} AND ${passesOf(quantity, bind)}
     GROUP BY 1, 2`,
    values,
  );
  return rows.map((row) => pointOf(row, series.meter));
}

/** Edges other than the first and the last have to be where rollups can be cut. */
function isWholeHours({ starts }: SeriesOf): boolean {
  return starts.slice(1).every((at) => at.getTime() % hourMs === 0);
}

const readingOf = ({ meter, filter }: SeriesOf) => ({ meter, ...(filter !== undefined && { filter }) });

function ofCustomer({ customerId, meter }: SeriesOf, bind: Bind): string {
  return `u.customer_id = ${bind(customerId)} AND u.event_type = ${bind(meter.eventType)} AND ${isCurrent}`;
}

/** Of which bucket an instant is. */
function placedBy(starts: readonly Date[], bind: Bind): (at: string) => string {
  const bounds = bind([...starts]);
  return (at) => `width_bucket(${at}, ${bounds}::timestamptz[]) - 1`;
}

function ofSpan({ starts, end }: SeriesOf, bind: Bind): string {
  return `u.occurred_at >= ${bind(starts[0])}::timestamptz AND u.occurred_at < ${bind(end)}::timestamptz`;
}

function groupOf({ property, values }: SeriesGroups, bind: Bind): string {
  return `coalesce(array_position(${bind([...values])}::text[], coalesce(u.properties ->> ${bind(property)}, '')), 0) - 1`;
}

async function readRolled(
  sql: Sql,
  series: SeriesOf,
  quantity: QuantityOf,
  { id, watermark, filters }: RollupDefinition,
): Promise<SeriesPoint[]> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const place = placedBy(series.starts, bind);
  const first = series.starts[0] as Date;
  const hoursFrom = Math.min(Math.ceil(first.getTime() / hourMs) * hourMs, series.end.getTime());
  const hoursTo = Math.max(Math.floor(series.end.getTime() / hourMs) * hourMs, hoursFrom);
  const [begin, until, from, to] = [first, series.end, new Date(hoursFrom), new Date(hoursTo)].map(
    (at) => `${bind(at)}::timestamptz`,
  );
  const raw = (when: string) => `SELECT ${place('u.occurred_at')} AS place, ${aggregateColumns(quantity, 0, bind)}
    FROM usage_events u WHERE ${ofCustomer(series, bind)} AND ${when} AND ${passesOf(quantity, bind)} GROUP BY 1`;
  const rolled = rolledColumns(series.filter ?? {}, Object.keys(filters).sort(), 0, bind);
  const { rows } = await sql.query<Row>(
    `SELECT place, -1 AS "group", coalesce(sum(q0), 0) AS q0, coalesce(sum(n0), 0)::bigint AS n0,
       coalesce(sum(s0), 0)::bigint AS s0
     FROM (
       SELECT ${place('r.hour_at')} AS place, ${rolled} FROM usage_rollups r
       WHERE r.definition_id = ${bind(String(id))} AND r.customer_id = ${bind(series.customerId)}
         AND r.hour_at >= ${from} AND r.hour_at < ${to} GROUP BY 1
       UNION ALL ${raw(`u.occurred_at >= ${from} AND u.occurred_at < ${to} AND u.written_by >= (SELECT watermark
         FROM usage_rollup_definitions WHERE id = ${bind(String(id))}) AND u.written_by >= ${bind(String(watermark))}::text::xid8`)}
       UNION ALL ${raw(`u.occurred_at >= ${begin} AND u.occurred_at < ${from}`)}
       UNION ALL ${raw(`u.occurred_at >= ${to} AND u.occurred_at < ${until}`)}
     ) parts WHERE n0 > 0 GROUP BY place`,
    values,
  );
  return rows.map((row) => pointOf(row, series.meter));
}

type Row = { place: number; group: number; q0: string | bigint | null; n0: bigint; s0: bigint };

/** An average arrives as the sum, so that its quotient stays exact. */
function pointOf({ place, group, q0, n0: eventCount, s0: skippedCount }: Row, { aggregation }: Meter): SeriesPoint {
  const value = q0 === null ? zero : exactOfNumeral(String(q0));
  const count = eventCount - skippedCount;
  const quantity = aggregation === 'average' && count > 0n ? value.div(exactOf(count)) : value;
  return { place, group, quantity, eventCount, skippedCount };
}

/** A value of a property and what the meter makes of the events with it; '' stands for events that lack it. */
export type GroupTotal = { value: string; quantity: string; eventCount: bigint };

/** The values of a property with most events first, and how many there are. */
export async function readGroupTotals(
  sql: Sql,
  series: SeriesOf,
  { property, limit }: { property: string; limit: number },
): Promise<{ groups: GroupTotal[]; count: number }> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const quantity: QuantityOf = { id: 'groups', ...readingOf(series) };
  const { rows } = await sql.query<Row & { value: string; count: number }>(
    `SELECT coalesce(u.properties ->> ${bind(property)}, '') AS value, 0 AS place, 0 AS "group",
       ${aggregateColumns(quantity, 0, bind)}, (count(*) OVER ())::int AS count
     FROM usage_events u WHERE ${ofCustomer(series, bind)} AND ${ofSpan(series, bind)} AND ${passesOf(quantity, bind)}
     GROUP BY 1 ORDER BY 4 DESC NULLS LAST, 1 LIMIT ${bind(limit)}`,
    values,
  );
  const groups = rows.map(({ value, ...row }) => {
    const { quantity: total, eventCount } = pointOf(row, series.meter);
    return { value, quantity: decimalText(total), eventCount };
  });
  return { groups, count: rows[0]?.count ?? 0 };
}
