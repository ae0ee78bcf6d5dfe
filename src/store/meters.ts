import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';
import { seesVersion } from './plan-views.ts';

/** A row `m` of the meters as the domain has it. */
export const meterJson = `(jsonb_strip_nulls(jsonb_build_object('key', m.key, 'name', m.name, 'eventType', m.event_type,
  'aggregation', m.aggregation, 'property', m.property, 'filter', m.filter)) || m.options)`;

/** How a meter aggregates beside the columns that every meter has; what it would do without being told is left out. */
export function optionsOf({ window, over, percentile, operationProperty, carries, negatives }: Meter): Partial<Meter> {
  return {
    ...(window !== undefined && { window }),
    ...(over !== undefined && { over }),
    ...(percentile !== undefined && { percentile }),
    ...(operationProperty !== undefined && { operationProperty }),
    ...(carries === true && { carries }),
    ...(negatives === 'skipped' && { negatives }),
  };
}

/** Adds meters that are not there yet. */
export async function insertMeters(sql: Sql, meters: readonly (Meter & { id: string })[]): Promise<void> {
  await sql.query(
    `INSERT INTO meters (id, key, name, event_type, aggregation, property, filter, options)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[])`,
    [
      meters.map((meter) => meter.id),
      meters.map((meter) => meter.key),
      meters.map((meter) => meter.name),
      meters.map((meter) => meter.eventType),
      meters.map((meter) => meter.aggregation),
      meters.map((meter) => meter.property ?? null),
      meters.map((meter) => JSON.stringify(meter.filter ?? {})),
      meters.map((meter) => JSON.stringify(optionsOf(meter))),
    ],
  );
}

/** That a price of a plan that a customer sees reads the meter `m`; of all meters where there is no customer. */
const seesMeter = (customer: string) => `(${customer}::uuid IS NULL OR m.id IN (
  SELECT r.meter_id FROM prices r JOIN plan_versions v ON v.id = r.plan_version_id JOIN plans p ON p.id = v.plan_id
  WHERE ${seesVersion(customer)}))`;

/**
 * Those of these meters that are there, by key.
 * @param seenBy a customer, who sees the meters that its plans and those offered to it read; null sees all
 */
export async function findMeters(
  sql: Sql,
  keys: readonly string[],
  seenBy: string | null = null,
): Promise<Map<string, Meter>> {
  const { rows } = await sql.query<{ meter: Meter }>(
    `SELECT ${meterJson} AS meter FROM meters m WHERE key = ANY ($1) AND ${seesMeter('$2')}`,
    [keys, seenBy],
  );
  return new Map(rows.map(({ meter }) => [meter.key, meter]));
}

/**
 * A page of meters in the order of their keys, those after `after`, as a file would say them: no filter is left out.
 * @param seenBy as of findMeters
 */
export async function listMeters(
  sql: Sql,
  page: { after: string | undefined; limit: number },
  seenBy: string | null = null,
): Promise<Meter[]> {
  const { rows } = await sql.query<{ meter: Meter }>(
    `SELECT CASE WHEN filter = '{}' THEN ${meterJson} - 'filter' ELSE ${meterJson} END AS meter
     FROM meters m WHERE ($1::text IS NULL OR key > $1) AND ${seesMeter('$3')} ORDER BY key LIMIT $2`,
    [page.after ?? null, page.limit, seenBy],
  );
  return rows.map(({ meter }) => meter);
}
