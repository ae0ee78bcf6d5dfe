import type { Filter } from '../domain/rating/filter.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Sql } from './database.ts';
import { meterJson, optionsOf } from './meters.ts';
import { isCurrent } from './usage-expressions.ts';

/** What is rolled up of a meter: by these values of these properties, until another definition takes its place. */
export type RollupDefinition = {
  id: bigint;
  meter: Meter;
  filters: Filter;
  /** Every event written by a transaction with a lower number is in the rollups, and no other. */
  watermark: bigint;
};

export type WantedRollup = { meterId: string; filters: Filter };

/** Transactions and their numbers belong to the cluster; a restored database brings watermarks of another one along. */
const ofThisCluster = `cluster_id = (SELECT system_identifier FROM pg_control_system())
  AND watermark <= pg_snapshot_xmin(pg_current_snapshot())`;

const definition = `d.id, d.filters, d.watermark::text AS watermark, ${meterJson} AS meter`;

/** Whether the quantities of hours add up to that of a period. */
export function isAdditive(meter: Meter): boolean {
  return (meter.aggregation === 'count' || meter.aggregation === 'sum') && Object.keys(optionsOf(meter)).length === 0;
}

/** The same of a price `p` and its meter `m`, where the price reads its quantity alone and in one. */
const readsAdditive = `m.aggregation IN ('count', 'sum') AND m.options = '{}' AND NOT p.terms ? 'groupBy'
  AND p.model NOT IN ('dynamic', 'matrix', 'seats')`;

type DefinitionRow = Omit<RollupDefinition, 'watermark'> & { watermark: string };

function readDefinition(row: DefinitionRow): RollupDefinition {
  return { ...row, watermark: BigInt(row.watermark) };
}

/** The filters of all prices that read a meter whose quantities can be added up, plan versions of the past included. */
export async function priceFilters(sql: Sql): Promise<{ meterId: string; filter: Filter }[]> {
  const { rows } = await sql.query<{ meterId: string; filter: Filter }>(
    `SELECT DISTINCT p.meter_id AS "meterId", p.filter FROM prices p JOIN meters m ON m.id = p.meter_id
     WHERE ${readsAdditive}`,
  );
  return rows;
}

/** The definitions that have rolled something up, for these meters; the one that has come furthest first. */
export async function readRollups(sql: Sql, meterKeys: readonly string[]): Promise<RollupDefinition[]> {
  const { rows } = await sql.query<DefinitionRow>(
    `SELECT ${definition} FROM usage_rollup_definitions d JOIN meters m ON m.id = d.meter_id
     WHERE m.key = ANY ($1::text[]) AND d.watermark > '0' AND ${ofThisCluster} ORDER BY d.watermark DESC, d.id DESC`,
    [meterKeys],
  );
  return rows.map(readDefinition);
}

/**
 * Takes every definition for this transaction, so that one roller at a time moves forward, and tells the number below
 * which every transaction has ended: what those wrote is seen by any statement from now on.
 */
export async function lockRollups(sql: Sql): Promise<{ definitions: RollupDefinition[]; horizon: bigint }> {
  const { rows } = await sql.query<DefinitionRow>(
    `SELECT ${definition} FROM usage_rollup_definitions d JOIN meters m ON m.id = d.meter_id ORDER BY d.id FOR UPDATE OF d`,
  );
  const { rows: now } = await sql.query<{ horizon: string }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon`,
  );
  return { definitions: rows.map(readDefinition), horizon: BigInt(now[0]!.horizon) };
}

/** Adds definitions that are not there; they begin at the first event. */
export async function addRollups(sql: Sql, wanted: readonly WantedRollup[]): Promise<void> {
  await sql.query(
    `INSERT INTO usage_rollup_definitions (meter_id, filters, cluster_id)
     SELECT meter_id, filters, (SELECT system_identifier FROM pg_control_system())
     FROM unnest($1::uuid[], $2::jsonb[]) AS w (meter_id, filters) ON CONFLICT DO NOTHING`,
    [wanted.map(({ meterId }) => meterId), wanted.map(({ filters }) => JSON.stringify(filters))],
  );
}

/**
 * Takes away definitions of another cluster, and those that are not wanted any more where the wanted one of their meter
 * has come as far, or where none is wanted. @returns how many
 */
export async function removeRollups(sql: Sql, wanted: readonly WantedRollup[]): Promise<number> {
  const { rows } = await sql.query<{ removed: number }>(
    `WITH wanted AS (
       SELECT * FROM unnest($1::uuid[], $2::jsonb[]) AS w (meter_id, filters)
     ), removed AS (
       DELETE FROM usage_rollup_definitions d WHERE NOT (${ofThisCluster}) OR NOT EXISTS (
         SELECT FROM wanted w LEFT JOIN usage_rollup_definitions n USING (meter_id, filters)
         WHERE w.meter_id = d.meter_id AND (w.filters = d.filters OR n.watermark IS NULL OR n.watermark < d.watermark))
       RETURNING id
     ), emptied AS (
       DELETE FROM usage_rollups WHERE definition_id IN (SELECT id FROM removed)
     )
     SELECT count(*)::int AS removed FROM removed`,
    [wanted.map(({ meterId }) => meterId), wanted.map(({ filters }) => JSON.stringify(filters))],
  );
  return rows[0]!.removed;
}

/** Takes all definitions away, with what they rolled up: the next roller begins again at the first event. */
export async function clearRollups(sql: Sql): Promise<void> {
  await sql.query(
    `WITH removed AS (DELETE FROM usage_rollup_definitions RETURNING id)
     DELETE FROM usage_rollups WHERE definition_id IN (SELECT id FROM removed)`,
  );
}

/**
 * Adds the events of the next transactions in [from, before) to the rollups of these definitions, and moves their
 * watermarks. What one transaction wrote is never divided: with more than `limit` events left, those of the last within it
 * wait for the next call, so that none are added where one transaction wrote more. Rows are written in key order.
 *
 * @returns the number of events, and the watermark that was reached: `before` when none is left
 */
export async function rollUp(
  sql: Sql,
  definitions: readonly RollupDefinition[],
  { from, before, limit }: { from: bigint; before: bigint; limit: number },
): Promise<{ events: bigint; until: bigint }> {
  const values: unknown[] = [String(from), String(before), definitions.map(({ id }) => String(id)), limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const properties = new Map<string, string>();
  /** Every property is taken out of the event once, however many meters ask for it. */
  const column = (expression: string) => {
    const name = properties.get(expression) ?? `p${properties.size}`;
    properties.set(expression, name);
    return name;
  };
  const bound = new Map<string, string>();
  const text = (property: string) => {
    const name = bound.get(property) ?? bind(property);
    bound.set(property, name);
    return `${name}::text`;
  };
  const selects = definitions.map(({ id, meter, filters }) => {
    const kept = Object.keys(filters).sort();
    const parts = kept.map((property) => {
      const value = column(`u.properties ->> ${text(property)}`);
      return `CASE WHEN ${value} = ANY (${bind(filters[property])}::text[]) THEN ${value} END`;
    });
    const passes = Object.entries(meter.filter ?? {}).map(
      ([property, allowed]) => ` AND ${column(`u.properties ->> ${text(property)}`)} = ANY (${bind(allowed)}::text[])`,
    );
    const number =
      meter.aggregation === 'sum' ? column(`property_number(u.properties -> ${text(meter.property!)})`) : '1';
    return `SELECT ${id}::bigint AS definition_id, customer_id, hour_at, ARRAY[${parts.join(', ')}]::text[] AS filter_values,
        coalesce(sum(${number}), 0) AS quantity, count(*) AS event_count, count(*) - count(${number}) AS skipped_count
      FROM next, cut WHERE written_by < until AND event_type = ${bind(meter.eventType)}${passes.join('')}
      GROUP BY customer_id, hour_at, 4`;
  });
  const columns = [...properties].map(([expression, name]) => `, ${expression} AS ${name}`);
  // The planner takes the events for a handful, would sort instead of hash them, and by its usual memory on the disk.
  await sql.query(`SELECT set_config('enable_sort', 'off', true), set_config('work_mem', '32MB', true)`);
  const { rows } = await sql.query<{ events: bigint; until: string }>(
    `WITH next AS MATERIALIZED (
       SELECT u.written_by, u.customer_id, u.event_type,
              date_bin('1 hour', u.occurred_at, '2000-01-01Z') AS hour_at${columns.join('')}
       FROM usage_events u WHERE u.written_by >= $1::text::xid8 AND u.written_by < $2::text::xid8 AND ${isCurrent}
       ORDER BY u.written_by LIMIT $4::int + 1
     ), cut AS MATERIALIZED (
       SELECT CASE WHEN count(*) <= $4::int THEN $2::text::xid8 ELSE max(written_by) END AS until FROM next
     ), added AS (
       INSERT INTO usage_rollups AS r
         (definition_id, customer_id, hour_at, filter_values, quantity, event_count, skipped_count)
       SELECT * FROM (${selects.join(' UNION ALL ')}) s ORDER BY 1, 2, 3, 4
       ON CONFLICT (definition_id, customer_id, hour_at, filter_values) DO UPDATE SET
         quantity = r.quantity + excluded.quantity,
         event_count = r.event_count + excluded.event_count,
         skipped_count = r.skipped_count + excluded.skipped_count
     ), moved AS (
       UPDATE usage_rollup_definitions SET watermark = until FROM cut WHERE id = ANY ($3::bigint[])
     )
     SELECT until::text AS until, (SELECT count(*) FROM next WHERE written_by < until) AS events FROM cut`,
    values,
  );
  const { events, until } = rows[0]!;
  return { events, until: BigInt(until) };
}

/**
 * How far the rollups are behind: the age of the oldest event that is not in all of them, in seconds. Where prices ask for
 * rollups and there are none, or those of another cluster, that is the oldest event of all.
 */
export async function readRollupLagSeconds(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ seconds: number }>(
    `SELECT extract(epoch FROM now() - received_at)::float8 AS seconds FROM usage_events
     WHERE written_by >= coalesce((SELECT min(watermark) FROM usage_rollup_definitions WHERE ${ofThisCluster}), '0')
       AND EXISTS (SELECT FROM prices p JOIN meters m ON m.id = p.meter_id WHERE ${readsAdditive})
     ORDER BY written_by LIMIT 1`,
  );
  return Math.max(0, rows[0]?.seconds ?? 0);
}
