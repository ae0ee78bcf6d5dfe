import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';

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

/** Adds the meters that are not there and returns the definition of all, as stored. */
export async function ensureMeters(sql: Sql, meters: readonly (Meter & { id: string })[]): Promise<Map<string, Meter>> {
  await sql.query(
    `INSERT INTO meters (id, key, name, event_type, aggregation, property, filter, options)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[])
     ON CONFLICT (key) DO NOTHING`,
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
  const { rows } = await sql.query<{ meter: Meter }>(
    `SELECT ${meterJson} AS meter FROM meters m WHERE key = ANY ($1)`,
    [meters.map((meter) => meter.key)],
  );
  return new Map(rows.map(({ meter }) => [meter.key, meter]));
}
