import { exactOf, zero } from '../domain/money/exact.ts';
import { exactOfNumeral } from '../domain/rating/measure/property.ts';
import { isOrderly } from '../domain/rating/measure/reading.ts';
import { noTransactions } from '../domain/rating/transactions.ts';
import type { Measured, Usage } from '../domain/rating/usage.ts';
import type { Sql } from './database.ts';
import {
  type Bind,
  isMeasured,
  isValid,
  latestFirst,
  numberOf,
  passesOf,
  type ReadingOf,
  textOf,
} from './usage-expressions.ts';
import { measureGroups } from './usage-groups.ts';
import { type UsageWindow, windowRows } from './usage-windows.ts';

export type { UsageWindow };
export type QuantityOf = ReadingOf & { id: string };

/** `get(windowId)?.get(quantityId)`: one for each group; what is not there has no usage. */
export type Measurements = Map<string, Map<string, Measured[]>>;

/** One of the ways to the same answer: from raw events, or from rollups where they reach. */
export type AggregateUsage = (
  sql: Sql,
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
) => Promise<Measurements>;

/** PostgreSQL takes 1,664 columns and 65,535 parameters a query; a hundred quantities stay far below both. */
export const quantitiesPerQuery = 100;

/**
 * What prices read of many windows, from raw events: the same that `measure` makes of them. One scan for each event type:
 * every simple quantity is a filtered aggregate beside the others. What is grouped, carried on, cut into hours or weighed
 * takes a scan of its own.
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
): Promise<Measurements> {
  const result: Measurements = new Map();
  if (windows.length === 0) return result;
  const simple = quantities.filter(isSimple);
  for (const [eventType, ofType] of byEventType(simple)) {
    for (let from = 0; from < ofType.length; from += quantitiesPerQuery) {
      const some = ofType.slice(from, from + quantitiesPerQuery);
      await aggregateType(sql, { eventType, receivedUntil }, windows, some, result);
    }
  }
  for (const quantity of quantities.filter((one) => !isSimple(one))) {
    const measured = await measureGroups(sql, windows, quantity, receivedUntil);
    for (const [windowId, groups] of measured) put(result, windowId, quantity.id, groups);
  }
  return result;
}

function put(result: Measurements, windowId: string, quantityId: string, groups: Measured[]): void {
  const ofWindow = result.get(windowId) ?? new Map<string, Measured[]>();
  ofWindow.set(quantityId, groups);
  result.set(windowId, ofWindow);
}

/** Whether one aggregate of the window's events says it all. */
export function isSimple({ meter, groupBy, as }: QuantityOf): boolean {
  const { aggregation, window, carries, operationProperty } = meter;
  if (groupBy !== undefined || window !== undefined || carries === true || operationProperty !== undefined)
    return false;
  if (aggregation === 'weighted_sum' || aggregation === 'percentile') return false;
  if (as?.reads === 'transactions') {
    return !isOrderly(as.terms) && (aggregation === 'sum' || aggregation === 'count');
  }
  return as === undefined || as.reads === 'quantity';
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
export function readRows(rows: readonly QuantityRow[], quantities: readonly QuantityOf[], result: Measurements): void {
  for (const row of rows) {
    quantities.forEach((quantity, index) => {
      const [eventCount, skippedCount] = [row[`n${index}`] as bigint, row[`s${index}`] as bigint];
      const usage = usageOf(quantity, row[`q${index}`] ?? null, eventCount - skippedCount);
      put(result, row.id, quantity.id, eventCount === 0n ? [] : [{ usage, eventCount, skippedCount }]);
    });
  }
}

/** An average arrives as the sum, so that its quotient stays exact. */
function usageOf({ meter, as }: QuantityOf, answered: string | bigint | null, count: bigint): Usage {
  const value = answered === null ? zero : exactOfNumeral(String(answered));
  const quantity = meter.aggregation === 'average' && count > 0n ? value.div(exactOf(count)) : value;
  if (as?.reads !== 'transactions') return { quantity };
  const transactions = { ...noTransactions(), count, sum: value, plainCount: count, plainSum: value };
  return { quantity, transactions };
}

async function aggregateType(
  sql: Sql,
  events: { eventType: string; receivedUntil: Date | undefined },
  windows: readonly UsageWindow[],
  quantities: readonly QuantityOf[],
  result: Measurements,
): Promise<void> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const { rows: windowsAsRows, within } = windowRows(windows, bind);
  const columns = quantities.map((quantity, index) => aggregateColumns(quantity, index, bind));
  const valid = isValid(events.receivedUntil, bind);
  const { rows } = await sql.query<QuantityRow>(
    `SELECT w.id, ${columns.join(', ')}
     FROM ${windowsAsRows} AS w (id, customer_id, start_at, end_at)
     JOIN usage_events u ON u.customer_id = w.customer_id AND u.event_type = ${bind(events.eventType)}
       AND u.occurred_at >= w.start_at AND u.occurred_at < w.end_at AND ${within} AND ${valid}
     GROUP BY w.id`,
    values,
  );
  readRows(rows, quantities, result);
}

/** Three columns of events `u`: the quantity, the events read, and those of them left out. */
export function aggregateColumns(quantity: QuantityOf, index: number, bind: Bind): string {
  const { meter } = quantity;
  const passes = passesOf(quantity, bind);
  const counted = `count(*) FILTER (WHERE ${passes})`;
  const measured = isMeasured(quantity, bind);
  if (measured === null) {
    return `${counted} AS q${index}, ${counted} AS n${index}, 0::bigint AS s${index}`;
  }
  const present = `FILTER (WHERE ${passes} AND ${measured})`;
  const value = numberOf(meter, bind) ?? textOf(meter, bind);
  const aggregate = {
    sum: `sum(${value}) ${present}`,
    average: `sum(${value}) ${present}`,
    max: `max(${value}) ${present}`,
    min: `min(${value}) ${present}`,
    unique_count: `count(DISTINCT ${value}) ${present}`,
    // Of events at the same instant the last by source and id counts, so that the answer is always the same one.
    latest: `(array_agg(${value} ORDER BY ${latestFirst}) ${present})[1]`,
  }[meter.aggregation as Exclude<typeof meter.aggregation, 'count' | 'weighted_sum' | 'percentile'>];
  return `${aggregate} AS q${index}, ${counted} AS n${index}, ${counted} - count(*) ${present} AS s${index}`;
}
