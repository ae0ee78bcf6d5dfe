import type { Filter } from '../domain/rating/filter.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';

export type UsageWindow = { id: string; customerId: string; startAt: Date; endAt: Date };
/** What to aggregate: a meter, narrowed by a price's own filter. */
export type QuantityOf = { id: string; meter: Meter; filter?: Filter };

export type Quantity = {
  /** Exact decimal. */
  quantity: string;
  eventCount: bigint;
  /** Events of the meter that lack its property, or have no number where one is needed: not zero, left out. */
  skippedCount: bigint;
};

/** One of the ways to the same answer: from raw events, or from rollups where they reach. */
export type AggregateUsage = (
  sql: Sql,
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
) => Promise<Map<string, Map<string, Quantity>>>;

export const noUsage: Quantity = { quantity: '0', eventCount: 0n, skippedCount: 0n };

/** PostgreSQL takes 1,664 columns and 65,535 parameters a query; a hundred quantities stay far below both. */
export const quantitiesPerQuery = 100;

/**
 * The quantities of many windows from raw events, `result.get(windowId)?.get(quantityId)`; what is not there has no
 * usage. One scan for each event type: every quantity is a filtered aggregate beside the others.
 */
export const aggregateUsage: AggregateUsage = (sql, windows, quantities) => aggregate(sql, windows, quantities);

/** The same of what had been stored by an instant of machine time, such as the one at which an invoice read its usage. */
export const aggregateUsageUntil =
  (receivedUntil: Date): AggregateUsage =>
  (sql, windows, quantities) =>
    aggregate(sql, windows, quantities, receivedUntil);

async function aggregate(
  sql: Sql,
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
  receivedUntil?: Date,
): Promise<Map<string, Map<string, Quantity>>> {
  const result = new Map<string, Map<string, Quantity>>();
  for (const [eventType, ofType] of byEventType(quantities)) {
    for (let from = 0; from < ofType.length; from += quantitiesPerQuery) {
      const some = ofType.slice(from, from + quantitiesPerQuery);
      await aggregateType(sql, { eventType, receivedUntil }, windows, some, result);
    }
  }
  return result;
}

function byEventType(quantities: readonly QuantityOf[]): Map<string, QuantityOf[]> {
  const groups = new Map<string, QuantityOf[]>();
  for (const quantity of quantities) {
    const group = groups.get(quantity.meter.eventType);
    if (group === undefined) groups.set(quantity.meter.eventType, [quantity]);
    else group.push(quantity);
  }
  return groups;
}

export type QuantityRow = { id: string } & { [column: string]: string | bigint | null };

/** Adds what a query answered, a row a window with the columns of `aggregateColumns`, to the result. */
export function readRows(
  rows: readonly QuantityRow[],
  quantities: readonly QuantityOf[],
  result: Map<string, Map<string, Quantity>>,
): void {
  for (const row of rows) {
    const ofWindow = result.get(row.id) ?? new Map<string, Quantity>();
    quantities.forEach(({ id }, index) => {
      ofWindow.set(id, {
        quantity: String(row[`q${index}`] ?? '0'),
        eventCount: row[`n${index}`] as bigint,
        skippedCount: row[`s${index}`] as bigint,
      });
    });
    result.set(row.id, ofWindow);
  }
}

async function aggregateType(
  sql: Sql,
  events: { eventType: string; receivedUntil: Date | undefined },
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
  result: Map<string, Map<string, Quantity>>,
): Promise<void> {
  const values: unknown[] = [
    windows.map((window) => window.id),
    windows.map((window) => window.customerId),
    windows.map((window) => window.startAt),
    windows.map((window) => window.endAt),
    events.eventType,
  ];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const columns = quantities.map((quantity, index) => aggregateColumns(quantity, index, bind));
  const inTime = events.receivedUntil === undefined ? '' : `AND u.received_at <= ${bind(events.receivedUntil)}`;
  const { rows } = await sql.query<QuantityRow>(
    `SELECT w.id, ${columns.join(', ')}
     FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS w (id, customer_id, start_at, end_at)
     JOIN usage_events u ON u.customer_id = w.customer_id AND u.event_type = $5
       AND u.occurred_at >= w.start_at AND u.occurred_at < w.end_at
       -- What the join implies, said once more as constants: so that other customers' events, and partitions outside of
       -- all windows, are never looked at.
       AND u.customer_id = ANY ($2::uuid[])
       AND u.occurred_at >= (SELECT min(t) FROM unnest($3::timestamptz[]) t)
       AND u.occurred_at < (SELECT max(t) FROM unnest($4::timestamptz[]) t)
       ${inTime}
     GROUP BY w.id`,
    values,
  );
  readRows(rows, quantities, result);
}

/** Three columns of events `u`: the quantity, the events read, and those of them left out. */
export function aggregateColumns(
  { meter, filter }: QuantityOf,
  index: number,
  bind: (value: unknown) => string,
): string {
  const passes = passesOf({ meter, filter }, bind);
  const counted = `count(*) FILTER (WHERE ${passes})`;
  const value = measuredOf(meter, bind);
  if (value === null) {
    return `${counted} AS q${index}, ${counted} AS n${index}, 0::bigint AS s${index}`;
  }
  const present = `FILTER (WHERE ${passes} AND ${value} IS NOT NULL)`;
  const aggregate = {
    sum: `sum(${value}) ${present}`,
    max: `max(${value}) ${present}`,
    min: `min(${value}) ${present}`,
    average: `avg(${value}) ${present}`,
    unique_count: `count(DISTINCT ${value}) ${present}`,
    // Of events at the same instant the last by source and id counts, so that the answer is always the same one.
    latest: `(array_agg(${value} ORDER BY u.occurred_at DESC, u.source DESC, u.event_id DESC) ${present})[1]`,
  }[meter.aggregation as Exclude<Meter['aggregation'], 'count' | 'weighted_sum' | 'percentile'>];
  return `${aggregate} AS q${index}, ${counted} AS n${index}, ${counted} - count(*) ${present} AS s${index}`;
}

/** Whether an event `u` belongs to what is aggregated: the filters of the meter and of the price both hold. */
export function passesOf(
  { meter, filter }: Pick<QuantityOf, 'meter'> & { filter?: Filter | undefined },
  bind: (value: unknown) => string,
): string {
  const conditions = [...Object.entries(meter.filter ?? {}), ...Object.entries(filter ?? {})].map(
    ([property, values]) => `u.properties ->> ${bind(property)} = ANY (${bind(values)}::text[])`,
  );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/** What a meter reads of an event `u`, NULL where the event lacks it and is skipped; null for a meter that only counts. */
export function measuredOf(meter: Meter, bind: (value: unknown) => string): string | null {
  if (meter.aggregation === 'count') return null;
  const property = bind(meter.property);
  return meter.aggregation === 'unique_count'
    ? `u.properties ->> ${property}`
    : `property_number(u.properties -> ${property})`;
}
