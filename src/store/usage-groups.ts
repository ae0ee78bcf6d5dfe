import { type Exact, zero } from '../domain/money/exact.ts';
import { compareLists, exactOfNumeral } from '../domain/rating/measure/property.ts';
import { isOrderly } from '../domain/rating/measure/reading.ts';
import { foldWindows } from '../domain/rating/measure/windows.ts';
import { isTold, withoutUse } from '../domain/rating/measure.ts';
import type { Meter } from '../domain/rating/meter.ts';
import { noTransactions } from '../domain/rating/transactions.ts';
import type { Cell, Measured, Usage } from '../domain/rating/usage.ts';
import type { Sql } from './database.ts';
import type { Bind, ReadingOf } from './usage-expressions.ts';
import { itemRows } from './usage-items.ts';
import { readSpans } from './usage-levels.ts';
import { tallyInOrder } from './usage-transactions.ts';
import type { UsageWindow } from './usage-windows.ts';

/** What events with the same values make of a window. */
export type GroupQuantity = {
  values: readonly string[];
  quantity: Exact;
  eventCount: bigint;
  skippedCount: bigint;
  /** Of those measured in the window: their amounts, if the model reads them. */
  amounts: Exact;
};

/** What a price reads of many windows, in all its forms: by window, one for each of its groups. */
export async function measureGroups(
  sql: Sql,
  windows: readonly UsageWindow[],
  reading: ReadingOf,
  receivedUntil?: Date,
): Promise<Map<string, Measured[]>> {
  const { groupBy = [] } = reading;
  const quantities = await readQuantities(sql, windows, reading, groupBy, receivedUntil);
  const extend = await readExtra(sql, windows, reading, receivedUntil);
  const result = new Map<string, Measured[]>();
  for (const window of windows) {
    const groups = (quantities.get(window.id) ?? []).map(({ values, eventCount, skippedCount, ...of }) => ({
      usage: { quantity: of.quantity, ...extend(window, { values, eventCount, skippedCount, ...of }) },
      ...(reading.groupBy !== undefined && { group: values }),
      eventCount,
      skippedCount,
    }));
    const told = groups.filter(isTold);
    const measured = told.length > 0 ? told : withoutUse(reading, window, window);
    if (measured.length > 0) result.set(window.id, measured);
  }
  return result;
}

type Extra = (window: UsageWindow, group: GroupQuantity) => Omit<Usage, 'quantity'>;

/** What the model reads beside the quantity. */
async function readExtra(
  sql: Sql,
  windows: readonly UsageWindow[],
  reading: ReadingOf,
  receivedUntil: Date | undefined,
): Promise<Extra> {
  const { as = { reads: 'quantity' }, groupBy = [] } = reading;
  if (as.reads === 'carried') return (_, { amounts }) => ({ carried: amounts });
  if (as.reads === 'spans') return await readSpans(sql, windows, reading, receivedUntil);
  if (as.reads === 'transactions') {
    if (isOrderly(as.terms)) return await tallyInOrder(sql, windows, reading, as.terms, receivedUntil);
    return (_, { eventCount, skippedCount, amounts }) => {
      const count = eventCount - skippedCount;
      return { transactions: { ...noTransactions(), count, sum: amounts, plainCount: count, plainSum: amounts } };
    };
  }
  if (as.reads === 'quantity') return () => ({});
  const cells = await readQuantities(sql, windows, reading, [...groupBy, ...as.properties], receivedUntil);
  const ofGroups = cellsByGroup(cells, groupBy.length);
  return ({ id }, { values }) => ({ cells: ofGroups.get(JSON.stringify([id, ...values])) ?? [] });
}

/** By window and the first values, in their order: a price may have as many groups as cells, and each looks for its own. */
function cellsByGroup(all: ReadonlyMap<string, readonly GroupQuantity[]>, groupLength: number): Map<string, Cell[]> {
  const ofGroups = new Map<string, Cell[]>();
  for (const [id, cells] of all) {
    for (const { values, quantity, eventCount } of cells) {
      if (eventCount === 0n && quantity.equals(zero)) continue;
      const name = JSON.stringify([id, ...values.slice(0, groupLength)]);
      const cell = { values: values.slice(groupLength), quantity };
      const others = ofGroups.get(name);
      if (others === undefined) ofGroups.set(name, [cell]);
      else others.push(cell);
    }
  }
  return ofGroups;
}

type Row = {
  id: string;
  keys: string[];
  numerator: string | null;
  denominator: string;
  events: bigint;
  skipped: bigint;
  amounts: string | null;
};

/** By window, in the order of the values by code points. */
async function readQuantities(
  sql: Sql,
  windows: readonly UsageWindow[],
  reading: ReadingOf,
  keys: readonly string[],
  receivedUntil: Date | undefined,
): Promise<Map<string, GroupQuantity[]>> {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const items = itemRows(reading, windows, keys, receivedUntil, bind);
  const statement = `${items}, ${quantityRows(reading.meter, bind)} SELECT * FROM quantities`;
  const { rows } = await sql.query<Row>(statement, values);
  return foldRows(rows, reading.meter);
}

/**
 * The rows `quantities`: a numerator and a denominator for each window and values, so that quotients stay exact. With an
 * average of each hour or day they are one for each of these, since a sum of quotients has no exact decimal.
 */
function quantityRows(meter: Meter, bind: Bind): string {
  const { aggregation, operationProperty, window, over } = meter;
  const measured = 'FILTER (WHERE is_measured)';
  const milliseconds = '(extract(epoch FROM end_at - greatest(occurred_at, start_at)) * 1000)';
  const numerator = {
    count: `count(*) ${measured}`,
    sum: `sum(number) ${measured}`,
    average: `sum(number) ${measured}`,
    max: `max(number) ${measured}`,
    min: `min(number) ${measured}`,
    latest: `(array_agg(number ORDER BY occurred_at DESC, source DESC, event_id DESC) ${measured})[1]`,
    unique_count:
      operationProperty === undefined
        ? `count(DISTINCT text) ${measured}`
        : `count(*) FILTER (WHERE is_measured AND is_chosen AND NOT is_removed)`,
    weighted_sum: `sum(number * ${milliseconds}) ${measured}`,
    percentile: `max(number) FILTER (WHERE is_measured AND is_chosen)`,
  }[aggregation];
  const denominator = { average: `count(*) ${measured}`, weighted_sum: 'max(cycle_ms)' }[aggregation as string] ?? '1';
  const perBucket = `ranked AS (SELECT m.*, ${chosen(meter, bind)} AS is_chosen FROM m),
    buckets AS (
      SELECT id, keys, CASE WHEN count(*) ${measured} > 0 THEN ${numerator} END AS numerator, ${denominator} AS denominator,
        count(*) FILTER (WHERE is_in) AS events, count(*) FILTER (WHERE is_in AND NOT is_measured) AS skipped,
        sum(amount) FILTER (WHERE is_in AND is_measured) AS amounts
      FROM ranked GROUP BY id, keys, bucket, clock
    )`;
  if (window === undefined || aggregation === 'average') return `${perBucket}, quantities AS (SELECT * FROM buckets)`;
  const fold = over === 'max' ? 'max(numerator)' : 'sum(numerator)';
  return `${perBucket}, quantities AS (
      SELECT id, keys, ${fold} AS numerator, ${over === 'average' ? 'count(numerator)' : '1'} AS denominator,
        sum(events)::bigint AS events, sum(skipped)::bigint AS skipped, sum(amounts) AS amounts
      FROM buckets GROUP BY id, keys
    )`;
}

/**
 * The one measured event among those with the same values that stands for them: by nearest rank for a percentile, and the
 * last thing that happened to each text for a unique count with operations.
 */
function chosen({ aggregation, operationProperty, percentile }: Meter, bind: Bind): string {
  const partition = 'PARTITION BY id, keys, bucket, clock, is_measured';
  if (aggregation === 'percentile') {
    // Not by percentile_disc, which takes a binary fraction; and multiplied, since a division would be cut off.
    return `row_number() OVER (${partition} ORDER BY number)
      = ceil(count(*) OVER (${partition}) * ${bind(percentile)}::numeric * 0.01)`;
  }
  if (operationProperty === undefined) return 'true';
  return `row_number() OVER (${partition}, text ORDER BY occurred_at DESC, source DESC, event_id DESC) = 1`;
}

function foldRows(rows: readonly Row[], { window, over, aggregation }: Meter): Map<string, GroupQuantity[]> {
  const windows = new Map<string, Map<string, { parts: Exact[] } & GroupQuantity>>();
  for (const row of rows) {
    const groups = windows.get(row.id) ?? new Map<string, { parts: Exact[] } & GroupQuantity>();
    windows.set(row.id, groups);
    const name = JSON.stringify(row.keys);
    const empty = { values: row.keys, quantity: zero, eventCount: 0n, skippedCount: 0n, amounts: zero, parts: [] };
    const group = groups.get(name) ?? empty;
    groups.set(name, group);
    group.eventCount += row.events;
    group.skippedCount += row.skipped;
    group.amounts = group.amounts.add(exactOfNumeral(row.amounts ?? '0'));
    if (row.numerator !== null) {
      group.parts.push(exactOfNumeral(String(row.numerator)).div(exactOfNumeral(String(row.denominator))));
    }
  }
  const folds = window !== undefined && aggregation === 'average';
  return new Map(
    [...windows].map(([id, groups]) => {
      const folded = [...groups.values()].map(({ parts, ...group }) => {
        const quantity = parts.length > 1 && folds ? foldWindows(parts, over!) : (parts[0] ?? zero);
        return { ...group, quantity };
      });
      return [id, folded.sort((a, b) => compareLists(a.values, b.values))];
    }),
  );
}
