import { offsetsBetween } from '../domain/period/offsets.ts';
import {
  type Bind,
  isValid,
  numberOf,
  operationOf,
  passesOf,
  type ReadingOf,
  textOf,
  valuesOf,
} from './usage-expressions.ts';
import { type UsageWindow, windowRows } from './usage-windows.ts';

/**
 * The events that a meter and a price read, as the rows `m` of a WITH clause: of the windows and, for a meter that carries
 * on, of all time before them. That reads every event of the customer and the type there ever was, by the index on
 * (customer_id, event_type, occurred_at), so that it costs as much as one bill of all the months together: meters that
 * carry on are for things like seats, which change a few times a month.
 *
 * A row has the id, bounds and `cycle_ms` of its window, `is_in` the window or before it, `keys` (the values of the
 * properties by which events are kept apart), `bucket` and `clock` (the local hour or day, if the meter has windows),
 * `number`, `text`, `is_removed`, `amount`, and `is_measured`: whether it has all that is measured.
 */
export function itemRows(
  reading: ReadingOf,
  windows: readonly UsageWindow[],
  keys: readonly string[],
  receivedUntil: Date | undefined,
  bind: Bind,
): string {
  const { meter, as } = reading;
  const { rows, before, within } = windowRows(windows, bind);
  const cycles = bind(windows.map(({ cycleStartAt, cycleEndAt }) => cycleEndAt.getTime() - cycleStartAt.getTime()));
  const [number, text, operation] = [numberOf(meter, bind), textOf(meter, bind), operationOf(meter, bind)];
  const amount =
    as?.reads === 'carried'
      ? `property_number(u.properties -> ${bind(as.amountProperty)})`
      : as?.reads === 'transactions'
        ? 'coalesce(number, 1)'
        : 'NULL::numeric';
  const needed = [
    ...(number === null ? [] : ['number IS NOT NULL']),
    ...(text === null ? [] : ['text IS NOT NULL']),
    ...(as?.reads === 'carried' ? ['amount IS NOT NULL'] : []),
    ...(operation === null ? [] : [`operation IN ('add', 'remove')`]),
  ];
  const { join, bucket, clock } = localWindows(reading, windows, bind);
  const valid = isValid(receivedUntil, bind);
  const span = meter.carries ? before : `u.occurred_at >= w.start_at AND ${within}`;
  return `WITH w AS (
      SELECT w.*, c.cycle_ms FROM ${rows} WITH ORDINALITY AS w (id, customer_id, start_at, end_at, place)
      JOIN unnest(${cycles}::bigint[]) WITH ORDINALITY AS c (cycle_ms, place) USING (place)
    ), e AS (
      SELECT w.id, w.start_at, w.end_at, w.cycle_ms, u.occurred_at, u.source COLLATE "C" AS source,
        u.event_id COLLATE "C" AS event_id, u.occurred_at >= w.start_at AS is_in, ${valuesOf(keys, bind)} AS keys,
        ${bucket} AS bucket, ${clock} AS clock, ${number ?? 'NULL::numeric'} AS number, ${text ?? 'NULL::text'} AS text,
        ${operation ?? 'NULL::text'} AS operation, ${as?.reads === 'carried' ? amount : 'NULL::numeric'} AS carried
      FROM w JOIN usage_events u ON u.customer_id = w.customer_id AND u.event_type = ${bind(meter.eventType)}
        AND u.occurred_at < w.end_at AND ${span} AND ${valid} ${join}
      WHERE ${passesOf(reading, bind)}
    ), a AS (
      SELECT e.*, ${as?.reads === 'carried' ? 'carried' : amount} AS amount, operation = 'remove' AS is_removed FROM e
    ), m AS (
      SELECT a.*, ${needed.length === 0 ? 'true' : needed.join(' AND ')} AS is_measured FROM a
    )`;
}

/**
 * Where the clocks of each window's zone stand is told to PostgreSQL, whose own zone rules may be of another year than
 * those by which the periods were laid out.
 */
function localWindows({ meter }: ReadingOf, windows: readonly UsageWindow[], bind: Bind) {
  if (meter.window === undefined) return { join: '', bucket: 'NULL::timestamp', clock: 'NULL::bigint' };
  const spans = windows.flatMap(({ id, startAt, endAt, zone }) =>
    offsetsBetween(startAt, endAt, zone).map((span) => ({ id, ...span })),
  );
  const rows = `unnest(${bind(spans.map(({ id }) => id))}::uuid[], ${bind(spans.map(({ from }) => from))}::timestamptz[],
    ${bind(spans.map(({ to }) => to))}::timestamptz[], ${bind(spans.map(({ offsetMs }) => offsetMs))}::bigint[])`;
  const local = `(u.occurred_at AT TIME ZONE 'UTC') + o.offset_ms * interval '1 millisecond'`;
  return {
    join: `JOIN ${rows} AS o (id, from_at, to_at, offset_ms)
      ON o.id = w.id AND u.occurred_at >= o.from_at AND u.occurred_at < o.to_at`,
    bucket: `date_bin('1 ${meter.window}', ${local}, '2000-01-01')`,
    // An hour that the clock shows twice is two of them; a day is one.
    clock: meter.window === 'hour' ? 'o.offset_ms' : '0::bigint',
  };
}
