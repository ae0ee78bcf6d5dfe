import type { Sql } from './database.ts';
import { isCurrent } from './usage-expressions.ts';
import { lockRollups, type RollupDefinition } from './usage-rollups.ts';

/** An event whose hour has to be added up anew. */
export type TouchedEvent = { customerId: string; eventType: string; occurredAt: Date };

/**
 * Adds the hours of these events up anew from raw events, as far as each definition had come: what a correction took away
 * is not in them any more, and what it wrote is behind the watermark, as any new event. Takes all definitions, so call it
 * late: a roller waits, or is waited for.
 */
export async function rebuildBuckets(sql: Sql, touched: readonly TouchedEvent[]): Promise<void> {
  if (touched.length === 0) return;
  const { definitions } = await lockRollups(sql);
  for (const definition of definitions) {
    const ofType = touched.filter(({ eventType }) => eventType === definition.meter.eventType);
    if (ofType.length > 0 && definition.watermark > 0n) await rebuildDefinition(sql, definition, ofType);
  }
}

const bucketRows = `(SELECT DISTINCT customer_id, date_bin('1 hour', occurred_at, '2000-01-01Z') AS hour_at
  FROM unnest($1::uuid[], $2::timestamptz[]) AS t (customer_id, occurred_at)) b`;

async function rebuildDefinition(
  sql: Sql,
  { id, filters, meter, watermark }: RollupDefinition,
  touched: readonly TouchedEvent[],
): Promise<void> {
  const buckets = [touched.map(({ customerId }) => customerId), touched.map(({ occurredAt }) => occurredAt)];
  // Two statements: one does not see what another part of it has taken away.
  await sql.query(
    `DELETE FROM usage_rollups r USING ${bucketRows}
     WHERE r.definition_id = $3 AND r.customer_id = b.customer_id AND r.hour_at = b.hour_at`,
    [...buckets, String(id)],
  );
  const values: unknown[] = [...buckets, String(id), meter.eventType, String(watermark)];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const kept = Object.keys(filters).sort();
  const parts = kept.map((property) => {
    const value = `u.properties ->> ${bind(property)}::text`;
    return `CASE WHEN ${value} = ANY (${bind(filters[property])}::text[]) THEN ${value} END`;
  });
  const passes = Object.entries(meter.filter ?? {}).map(
    ([property, allowed]) => ` AND u.properties ->> ${bind(property)}::text = ANY (${bind(allowed)}::text[])`,
  );
  const number = meter.aggregation === 'sum' ? `property_number(u.properties -> ${bind(meter.property)}::text)` : '1';
  await sql.query(
    `INSERT INTO usage_rollups
       (definition_id, customer_id, hour_at, filter_values, quantity, event_count, skipped_count)
     SELECT $3::bigint, b.customer_id, b.hour_at, v.filter_values, coalesce(sum(v.number), 0), count(*),
       count(*) - count(v.number)
     FROM ${bucketRows} CROSS JOIN LATERAL (
       -- OFFSET keeps each hour to the index: joined as a whole, all events there ever were would be read.
       SELECT ARRAY[${parts.join(', ')}]::text[] AS filter_values, ${number} AS number FROM usage_events u
       WHERE u.customer_id = b.customer_id AND u.event_type = $4 AND u.occurred_at >= b.hour_at
         AND u.occurred_at < b.hour_at + interval '1 hour' AND ${isCurrent} AND u.written_by < $5::text::xid8${passes.join('')}
       OFFSET 0
     ) v
     GROUP BY b.customer_id, b.hour_at, v.filter_values`,
    values,
  );
}
