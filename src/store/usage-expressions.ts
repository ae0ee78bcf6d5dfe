import type { Filter } from '../domain/rating/filter.ts';
import { type Reading, readsNumbers } from '../domain/rating/measure/reading.ts';
import type { Meter } from '../domain/rating/meter.ts';

/** Adds a value to those of the statement and answers its name there. */
export type Bind = (value: unknown) => string;

/** What to measure: a meter, as a price reads it. */
export type ReadingOf = { meter: Meter } & Reading;

/** By time, and at the same instant by the bytes of source and id: the same in every database, whatever its collation. */
export const inOrder = `u.occurred_at, u.source COLLATE "C", u.event_id COLLATE "C"`;
export const latestFirst = `u.occurred_at DESC, u.source COLLATE "C" DESC, u.event_id COLLATE "C" DESC`;

/** Whether an event `u` belongs to what is aggregated: the filters of the meter and of the price both hold. */
export function passesOf({ meter, filter }: { meter: Meter; filter?: Filter | undefined }, bind: Bind): string {
  const conditions = [...Object.entries(meter.filter ?? {}), ...Object.entries(filter ?? {})].map(
    ([property, values]) => `u.properties ->> ${bind(property)} = ANY (${bind(values)}::text[])`,
  );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/** The number that a meter reads of an event `u`, NULL where it has none; null for a meter that reads no numbers. */
export function numberOf(meter: Meter, bind: Bind): string | null {
  if (!readsNumbers(meter)) return null;
  const number = `property_number(u.properties -> ${bind(meter.property)})`;
  return meter.negatives === 'skipped' ? `CASE WHEN ${number} >= 0 THEN ${number} END` : number;
}

/** The text that a unique count counts, NULL where the event lacks it; null for another meter. */
export function textOf(meter: Meter, bind: Bind): string | null {
  return meter.aggregation === 'unique_count' ? `u.properties ->> ${bind(meter.property)}` : null;
}

/** What an event does to a unique count: without a word it adds. null for a meter whose events do nothing. */
export function operationOf({ operationProperty }: Meter, bind: Bind): string | null {
  return operationProperty === undefined ? null : `coalesce(u.properties ->> ${bind(operationProperty)}, 'add')`;
}

/** Whether an event `u` has all that is measured; null where every event has. What has not is counted as skipped. */
export function isMeasured({ meter, as }: ReadingOf, bind: Bind): string | null {
  const operation = operationOf(meter, bind);
  const needed = [numberOf(meter, bind), textOf(meter, bind)];
  if (as?.reads === 'carried') needed.push(`property_number(u.properties -> ${bind(as.amountProperty)})`);
  const conditions = needed.filter((value) => value !== null).map((value) => `${value} IS NOT NULL`);
  if (operation !== null) conditions.push(`${operation} IN ('add', 'remove')`);
  return conditions.length === 0 ? null : conditions.join(' AND ');
}

/** Versions of events `u` that no correction has taken away. */
export const isCurrent = 'u.superseded_at IS NULL';

/** Versions of events `u` that counted at an instant of machine time, whatever was corrected later; without one, now. */
export function isValid(at: Date | undefined, bind: Bind): string {
  if (at === undefined) return isCurrent;
  const instant = `${bind(at)}::timestamptz`;
  return `u.received_at <= ${instant} AND (u.superseded_at IS NULL OR u.superseded_at > ${instant})`;
}

/** The values of properties of an event `u`, as a list of texts; empty texts where they are missing. */
export function valuesOf(properties: readonly string[], bind: Bind): string {
  const values = properties.map((property) => `coalesce(u.properties ->> ${bind(property)}, '')`);
  return `ARRAY[${values.join(', ')}]::text[]`;
}
