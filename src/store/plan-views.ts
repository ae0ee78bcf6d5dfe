import type { Plan } from '../domain/rating/plan.ts';
import type { Sql } from './database.ts';

/** One version of a plan. */
export type StoredPlan = {
  version: number;
  appliedAt: Date;
  contentHash: Buffer;
  plan: Plan;
};

/** How many subscriptions that have not ended, on the clocks of their customers, are on a version. */
export type VersionInUse = { key: string; version: number; appliedAt: Date; liveSubscriptions: number };

// Versions from before plans had terms of their own keep theirs in the columns.
const planJson = `jsonb_build_object('key', p.key, 'name', v.name, 'currency', v.currency, 'interval', v.billing_interval)
  || v.terms || jsonb_build_object('prices', (
    SELECT jsonb_agg(r.terms ORDER BY r.position) FROM prices r WHERE r.plan_version_id = v.id))`;

const columns = `v.version, v.created_at AS "appliedAt", v.content_hash AS "contentHash", ${planJson} AS plan`;

/** The latest version of each of these plans that is there, by key. */
export async function latestPlans(sql: Sql, keys: readonly string[]): Promise<Map<string, StoredPlan>> {
  const { rows } = await sql.query<StoredPlan>(
    `SELECT DISTINCT ON (p.id) ${columns} FROM plans p JOIN plan_versions v ON v.plan_id = p.id
     WHERE p.key = ANY ($1) ORDER BY p.id, v.version DESC`,
    [keys],
  );
  return new Map(rows.map((row) => [row.plan.key, row]));
}

/** That a customer has had the version of a plan, or is to have it. `$` stands for the customer. */
const hasVersion = (customer: string) => `EXISTS (SELECT FROM subscription_phases h
  JOIN subscriptions s ON s.id = h.subscription_id WHERE s.customer_id = ${customer} AND h.plan_version_id = v.id)`;

/** That a customer sees the version `v` of a plan `p`: it has it, or it is the latest one of what is offered. */
export const seesVersion = (customer: string) => `(${hasVersion(customer)}
  OR (p.offered_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM plan_versions l WHERE l.plan_id = p.id AND l.version > v.version)))`;

/**
 * A version of a plan as its file may say it, or its latest one.
 * @param seenBy a customer, who sees the versions that it has, and the latest one of what is offered; null sees all
 */
export async function findPlan(
  sql: Sql,
  key: string,
  version: number | undefined,
  seenBy: string | null = null,
): Promise<{ version: number; appliedAt: Date; plan: object } | undefined> {
  const { rows } = await sql.query<StoredPlan>(
    `SELECT ${columns} FROM plans p JOIN plan_versions v ON v.plan_id = p.id
     WHERE p.key = $1 AND ($2::integer IS NULL OR v.version = $2)
       AND ($3::uuid IS NULL OR ${seesVersion('$3')})
     ORDER BY v.version DESC LIMIT 1`,
    [key, version ?? null, seenBy],
  );
  if (rows[0] === undefined) return undefined;
  const { version: found, appliedAt, plan } = rows[0];
  return { version: found, appliedAt, plan };
}

export type PlanSummary = Pick<Plan, 'key' | 'name' | 'currency' | 'interval'> & {
  version: number;
  appliedAt: Date;
  /** Since when all customers see it; null if only those who have it do. */
  offeredAt: Date | null;
};

/**
 * A page of plans in the order of their keys, those after `after`, each in its latest version.
 * @param seenBy a customer, who sees what is offered and what it has, as far as it sees it; null sees all
 */
export async function listPlans(
  sql: Sql,
  page: { after: string | undefined; limit: number },
  seenBy: string | null = null,
): Promise<PlanSummary[]> {
  const { rows } = await sql.query<PlanSummary>(
    `SELECT p.key, v.name, v.currency, v.billing_interval AS interval, v.version, v.created_at AS "appliedAt",
       p.offered_at AS "offeredAt"
     FROM plans p JOIN LATERAL (
       SELECT * FROM plan_versions v WHERE plan_id = p.id
         AND ($3::uuid IS NULL OR p.offered_at IS NOT NULL OR ${hasVersion('$3')})
       ORDER BY version DESC LIMIT 1) v ON true
     WHERE $1::text IS NULL OR p.key > $1 ORDER BY p.key LIMIT $2`,
    [page.after ?? null, page.limit, seenBy],
  );
  return rows;
}

/** Offers a plan to all customers, or no longer. @returns its id, and whether that is new; undefined if there is no such plan */
export async function setOffered(
  sql: Sql,
  key: string,
  isOffered: boolean,
): Promise<{ id: string; offeredAt: Date | null; isNew: boolean } | undefined> {
  const { rows } = await sql.query<{ id: string; before: Date | null; offeredAt: Date | null }>(
    `WITH before AS (SELECT id, offered_at FROM plans WHERE key = $1 FOR UPDATE)
     UPDATE plans p SET offered_at = CASE WHEN $2 THEN coalesce(p.offered_at, now()) END
     FROM before b WHERE p.id = b.id RETURNING p.id, b.offered_at AS before, p.offered_at AS "offeredAt"`,
    [key, isOffered],
  );
  const [row] = rows;
  return row && { id: row.id, offeredAt: row.offeredAt, isNew: (row.before === null) === isOffered };
}

/** Every version of these plans, the newest first. */
export async function versionsInUse(sql: Sql, keys: readonly string[]): Promise<VersionInUse[]> {
  const { rows } = await sql.query<VersionInUse>(
    `SELECT p.key, v.version, v.created_at AS "appliedAt", (
       SELECT count(DISTINCT f.subscription_id)::integer
       FROM subscription_phases f JOIN subscriptions s ON s.id = f.subscription_id
       JOIN customers c ON c.id = s.customer_id JOIN clocks k ON k.id = c.clock_id
       WHERE f.plan_version_id = v.id AND (s.ends_at IS NULL OR s.ends_at > business_now(k))
         -- In force, or still to come: no later phase has begun.
         AND NOT EXISTS (SELECT FROM subscription_phases l WHERE l.subscription_id = f.subscription_id
           AND l.starts_at > f.starts_at AND l.starts_at <= business_now(k))) AS "liveSubscriptions"
     FROM plans p JOIN plan_versions v ON v.plan_id = p.id
     WHERE p.key = ANY ($1) ORDER BY p.key, v.version DESC`,
    [keys],
  );
  return rows;
}
