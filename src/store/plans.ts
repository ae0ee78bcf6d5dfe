import type { Currency } from '../domain/money/currency.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Price } from '../domain/rating/price.ts';
import type { Sql } from './database.ts';

/** A price as it is billed: with its id and the meter that it reads. */
export type BillablePrice = { id: string; price: Price; meter: Meter | null };
export type PlanVersion = { id: string; currency: Currency; prices: BillablePrice[] };

/** The prices of these plan versions, in the order of the plan. */
export async function readPlanVersions(sql: Sql, ids: readonly string[]): Promise<Map<string, PlanVersion>> {
  const { rows } = await sql.query<{
    versionId: string;
    currency: Currency;
    priceId: string;
    terms: Price;
    meter: Meter | null;
  }>(
    `SELECT v.id AS "versionId", v.currency, p.id AS "priceId", p.terms,
            CASE WHEN m.id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('key', m.key, 'name', m.name,
              'eventType', m.event_type, 'aggregation', m.aggregation, 'property', m.property, 'filter', m.filter)) END AS meter
     FROM plan_versions v JOIN prices p ON p.plan_version_id = v.id LEFT JOIN meters m ON m.id = p.meter_id
     WHERE v.id = ANY ($1::uuid[]) ORDER BY v.id, p.position`,
    [ids],
  );
  const versions = new Map<string, PlanVersion>();
  for (const row of rows) {
    const version = versions.get(row.versionId) ?? { id: row.versionId, currency: row.currency, prices: [] };
    version.prices.push({ id: row.priceId, price: row.terms, meter: row.meter });
    versions.set(row.versionId, version);
  }
  return versions;
}

/** The latest version of a plan: its number and the hash of its content. */
export async function latestVersion(
  sql: Sql,
  planKey: string,
): Promise<{ id: string; version: number; contentHash: Buffer } | undefined> {
  const { rows } = await sql.query<{ id: string; version: number; contentHash: Buffer }>(
    `SELECT v.id, v.version, v.content_hash AS "contentHash" FROM plan_versions v JOIN plans p ON p.id = v.plan_id
     WHERE p.key = $1 ORDER BY v.version DESC LIMIT 1`,
    [planKey],
  );
  return rows[0];
}

/** Adds the meters that are not there and returns the definition of all, as stored. */
export async function ensureMeters(sql: Sql, meters: readonly (Meter & { id: string })[]): Promise<Map<string, Meter>> {
  await sql.query(
    `INSERT INTO meters (id, key, name, event_type, aggregation, property, filter)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
     ON CONFLICT (key) DO NOTHING`,
    [
      meters.map((meter) => meter.id),
      meters.map((meter) => meter.key),
      meters.map((meter) => meter.name),
      meters.map((meter) => meter.eventType),
      meters.map((meter) => meter.aggregation),
      meters.map((meter) => meter.property ?? null),
      meters.map((meter) => JSON.stringify(meter.filter ?? {})),
    ],
  );
  const { rows } = await sql.query<Meter>(
    `SELECT key, name, event_type AS "eventType", aggregation, property, filter FROM meters WHERE key = ANY ($1)`,
    [meters.map((meter) => meter.key)],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

export type NewPlanVersion = {
  planId: string;
  planKey: string;
  id: string;
  version: number;
  name: string;
  currency: string;
  interval: string;
  contentHash: Buffer;
  prices: { id: string; price: Price; meterId: string | null }[];
};

export async function insertPlanVersion(sql: Sql, plan: NewPlanVersion): Promise<void> {
  await sql.query(`INSERT INTO plans (id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [plan.planId, plan.planKey]);
  await sql.query(
    `INSERT INTO plan_versions (id, plan_id, version, name, currency, billing_interval, content_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [plan.id, plan.planId, plan.version, plan.name, plan.currency, plan.interval, plan.contentHash],
  );
  await sql.query(
    `INSERT INTO prices (id, plan_version_id, position, key, name, model, meter_id, filter, terms)
     SELECT id, $1, position, key, name, model, meter_id, filter, terms
     FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[], $8::jsonb[])
       WITH ORDINALITY AS p (id, key, name, model, meter_id, filter, terms, position)`,
    [
      plan.id,
      plan.prices.map(({ id }) => id),
      plan.prices.map(({ price }) => price.key),
      plan.prices.map(({ price }) => price.name),
      plan.prices.map(({ price }) => price.model),
      plan.prices.map(({ meterId }) => meterId),
      plan.prices.map(({ price }) => JSON.stringify(price.filter ?? {})),
      plan.prices.map(({ price }) => JSON.stringify(price)),
    ],
  );
}
