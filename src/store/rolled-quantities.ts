import type { Filter } from '../domain/rating/filter.ts';
import type { Sql } from './database.ts';
import { isCurrent } from './usage-expressions.ts';
import {
  aggregateColumns,
  aggregateUsage,
  isSimple,
  type Measurements,
  type QuantityOf,
  type QuantityRow,
  quantitiesPerQuery,
  readRows,
  type UsageWindow,
} from './usage-quantities.ts';
import { isAdditive, type RollupDefinition, readRollups } from './usage-rollups.ts';

const hourMs = 3_600_000;

/**
 * The same quantities as `aggregateUsage`, to the last digit, from hourly rollups where a definition has them: whole
 * hours from the rollups, the hours that a window cuts and what is not rolled up yet from raw events. Everything else is
 * read raw. For drafts and views; what is issued is computed from raw events alone.
 */
export async function aggregateRolledUsage(
  sql: Sql,
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
): Promise<Measurements> {
  const rollups = await readRollups(sql, [...new Set(quantities.map(({ meter }) => meter.key))]);
  const byRollup = new Map<RollupDefinition, QuantityOf[]>();
  const raw: QuantityOf[] = [];
  for (const quantity of quantities) {
    const rollup = rollups.find((one) => covers(one, quantity));
    if (rollup === undefined) raw.push(quantity);
    else byRollup.set(rollup, [...(byRollup.get(rollup) ?? []), quantity]);
  }
  const result: Measurements = new Map();
  for (const [rollup, covered] of byRollup) {
    for (let from = 0; from < covered.length; from += quantitiesPerQuery) {
      const some = covered.slice(from, from + quantitiesPerQuery);
      if (!(await aggregateRollup(sql, rollup, windows, some, result))) raw.push(...some);
    }
  }
  for (const [windowId, ofWindow] of await aggregateUsage(sql, windows, raw)) {
    result.set(windowId, new Map([...(result.get(windowId) ?? []), ...ofWindow]));
  }
  return result;
}

/** Whether hours add up to what is asked, and each value that the price asks for was kept apart when they were rolled up. */
export function covers({ meter, filters }: RollupDefinition, quantity: QuantityOf): boolean {
  return (
    meter.key === quantity.meter.key &&
    isSimple(quantity) &&
    isAdditive(quantity.meter) &&
    Object.entries(quantity.filter ?? {}).every(([property, values]) =>
      values.every((value) => Object.hasOwn(filters, property) && filters[property]!.includes(value)),
    )
  );
}

/** @returns false when the definition has been taken away since it was read */
async function aggregateRollup(
  sql: Sql,
  { id, filters, watermark, meter }: RollupDefinition,
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
  result: Measurements,
): Promise<boolean> {
  if (windows.length === 0) return true;
  const cut = windows.map(wholeHours);
  const values: unknown[] = [
    windows.map((window) => window.id),
    windows.map((window) => window.customerId),
    windows.map((window) => window.startAt),
    windows.map((window) => window.endAt),
    cut.map(({ from }) => from),
    cut.map(({ to }) => to),
    String(id),
    String(watermark),
    meter.eventType,
    new Date(Math.min(...windows.map(({ startAt }) => startAt.getTime()))),
    new Date(Math.max(...windows.map(({ endAt }) => endAt.getTime()))),
  ];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const properties = Object.keys(filters).sort();
  const rolled = quantities.map(({ filter }, index) => rolledColumns(filter ?? {}, properties, index, bind));
  const raw = quantities.map((quantity, index) => aggregateColumns(quantity, index, bind));
  // The bounds as constants, too: what the planner would have to compute first, it takes for a sliver of the customer's events,
  // and then reads all of them for the few that are not rolled up yet.
  const rawEvents = `SELECT w.id, ${raw.join(', ')} FROM w JOIN usage_events u ON u.customer_id = w.customer_id
    AND u.event_type = $9 AND u.customer_id = ANY ($2::uuid[]) AND ${isCurrent}
    AND u.occurred_at >= $10::timestamptz AND u.occurred_at < $11::timestamptz`;
  const edges = windows.some(({ startAt, endAt }, index) => startAt < cut[index]!.from || endAt > cut[index]!.to)
    ? `UNION ALL ${rawEvents} AND (u.occurred_at >= w.start_at AND u.occurred_at < w.hours_from
         OR u.occurred_at >= w.hours_to AND u.occurred_at < w.end_at) GROUP BY w.id`
    : '';
  const sums = quantities.map(
    (_, index) =>
      `coalesce(sum(q${index}), 0) AS q${index}, coalesce(sum(n${index}), 0)::bigint AS n${index}, coalesce(sum(s${index}), 0)::bigint AS s${index}`,
  );
  // One statement and so one snapshot: rollups and watermark were written together, and what stands between is nothing.
  // The watermark that was read before is said once more as a constant, for the planner; it never moves backward.
  const { rows } = await sql.query<QuantityRow>(
    `WITH w AS (
       SELECT w.*, d.watermark
       FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
         AS w (id, customer_id, start_at, end_at, hours_from, hours_to)
       CROSS JOIN usage_rollup_definitions d WHERE d.id = $7
     ), parts AS (
       SELECT w.id, ${rolled.join(', ')} FROM w JOIN usage_rollups r ON r.definition_id = $7
         AND r.customer_id = w.customer_id AND r.hour_at >= w.hours_from AND r.hour_at < w.hours_to GROUP BY w.id
       UNION ALL ${rawEvents} AND u.occurred_at >= w.hours_from AND u.occurred_at < w.hours_to
         AND u.written_by >= w.watermark AND u.written_by >= $8::text::xid8 GROUP BY w.id
       ${edges}
     )
     SELECT w.id, ${sums.join(', ')} FROM w LEFT JOIN parts USING (id) GROUP BY w.id`,
    values,
  );
  readRows(rows, quantities, result);
  return rows.length > 0;
}

/** The whole UTC hours inside of a window; where it has none, an empty span at its start. */
function wholeHours({ startAt, endAt }: UsageWindow): { from: Date; to: Date } {
  const from = Math.ceil(startAt.getTime() / hourMs) * hourMs;
  const to = Math.floor(endAt.getTime() / hourMs) * hourMs;
  return from < to ? { from: new Date(from), to: new Date(to) } : { from: startAt, to: startAt };
}

/** As `aggregateColumns`, of rollups `r`. */
export function rolledColumns(
  filter: Filter,
  properties: readonly string[],
  index: number,
  bind: (value: unknown) => string,
): string {
  const conditions = Object.entries(filter).map(
    ([property, values]) => `r.filter_values[${properties.indexOf(property) + 1}] = ANY (${bind(values)}::text[])`,
  );
  const passing = conditions.length === 0 ? '' : ` FILTER (WHERE ${conditions.join(' AND ')})`;
  return `sum(r.quantity)${passing} AS q${index}, sum(r.event_count)${passing} AS n${index}, sum(r.skipped_count)${passing} AS s${index}`;
}

/**
 * For the transaction of a view: what is not rolled up yet is found by the index of the watermark alone. The planner takes it
 * for a handful of events, and would meet it with the index of all of the customer's events in the window, so that a view
 * would cost as much as they are many.
 */
export async function readTailByMark(sql: Sql): Promise<void> {
  await sql.query('SET LOCAL enable_bitmapscan = off');
}
