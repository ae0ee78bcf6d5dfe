import type { Currency } from '../domain/money/currency.ts';
import type { Interval } from '../domain/period/interval.ts';
import type { Meter } from '../domain/rating/meter.ts';
import type { Plan } from '../domain/rating/plan.ts';
import type { Price } from '../domain/rating/price.ts';
import type { Sql } from './database.ts';
import { meterJson } from './meters.ts';

/** A price as it is billed: with its id and the meter that it reads. */
export type BillablePrice = { id: string; price: Price; meter: Meter | null };
/** What a plan says beside its prices; nothing for versions from before it was kept, which only had defaults. */
export type PlanTerms = Partial<Omit<Plan, 'prices'>>;
export type PlanVersion = { id: string; currency: Currency; terms: PlanTerms; prices: BillablePrice[] };

/** The prices of these plan versions, in the order of the plan. */
export async function readPlanVersions(sql: Sql, ids: readonly string[]): Promise<Map<string, PlanVersion>> {
  const { rows } = await sql.query<{
    versionId: string;
    currency: Currency;
    planTerms: PlanTerms;
    priceId: string;
    terms: Price;
    meter: Meter | null;
  }>(
    `SELECT v.id AS "versionId", v.currency, p.id AS "priceId", p.terms,
            v.terms AS "planTerms", CASE WHEN m.id IS NOT NULL THEN ${meterJson} END AS meter
     FROM plan_versions v JOIN prices p ON p.plan_version_id = v.id LEFT JOIN meters m ON m.id = p.meter_id
     WHERE v.id = ANY ($1::uuid[]) ORDER BY v.id, p.position`,
    [ids],
  );
  const versions = new Map<string, PlanVersion>();
  for (const row of rows) {
    const { versionId: id, currency, planTerms } = row;
    const version = versions.get(id) ?? { id, currency, terms: planTerms, prices: [] };
    version.prices.push({ id: row.priceId, price: row.terms, meter: row.meter });
    versions.set(id, version);
  }
  return versions;
}

/** What a subscription has to know of the version of a plan that it takes. */
export type OfferedVersion = {
  id: string;
  plan: string;
  version: number;
  currency: string;
  interval: Interval;
  terms: PlanTerms;
  /** Whether it has prices that are billed when a cycle begins. */
  billsAhead: boolean;
};

/** A version of a plan, the latest one if none is named; undefined if there is none. */
export async function findPlanVersion(sql: Sql, plan: string, version?: number): Promise<OfferedVersion | undefined> {
  const { rows } = await sql.query<OfferedVersion>(
    `SELECT v.id, p.key AS plan, v.version, v.currency, v.billing_interval AS interval, v.terms,
       EXISTS (SELECT FROM prices r WHERE r.plan_version_id = v.id AND r.terms ->> 'timing' = 'advance') AS "billsAhead"
     FROM plan_versions v JOIN plans p ON p.id = v.plan_id
     WHERE p.key = $1 AND ($2::int IS NULL OR v.version = $2) ORDER BY v.version DESC LIMIT 1`,
    [plan, version ?? null],
  );
  return rows[0];
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
  terms: PlanTerms;
  prices: { id: string; price: Price; meterId: string | null }[];
};

export async function insertPlanVersion(sql: Sql, plan: NewPlanVersion): Promise<void> {
  await sql.query(`INSERT INTO plans (id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [plan.planId, plan.planKey]);
  await sql.query(
    `INSERT INTO plan_versions (id, plan_id, version, name, currency, billing_interval, content_hash, terms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      plan.id,
      plan.planId,
      plan.version,
      plan.name,
      plan.currency,
      plan.interval,
      plan.contentHash,
      JSON.stringify(plan.terms),
    ],
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

/** Which versions of which plans these are, and how long their cycles are. */
export async function readVersionsOf(
  sql: Sql,
  ids: readonly string[],
): Promise<Pick<OfferedVersion, 'id' | 'plan' | 'version' | 'interval' | 'terms'>[]> {
  const { rows } = await sql.query<Pick<OfferedVersion, 'id' | 'plan' | 'version' | 'interval' | 'terms'>>(
    `SELECT v.id, p.key AS plan, v.version, v.billing_interval AS interval, v.terms
     FROM plan_versions v JOIN plans p ON p.id = v.plan_id WHERE v.id = ANY ($1::uuid[]) ORDER BY p.key, v.version`,
    [ids],
  );
  return rows;
}

/** Keys of the plans of these versions. */
export async function readPlansOfVersions(sql: Sql, versionIds: readonly string[]): Promise<Map<string, string>> {
  if (versionIds.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; plan: string }>(
    `SELECT v.id, p.key AS plan FROM plan_versions v JOIN plans p ON p.id = v.plan_id WHERE v.id = ANY ($1::uuid[])`,
    [versionIds],
  );
  return new Map(rows.map(({ id, plan }) => [id, plan]));
}
