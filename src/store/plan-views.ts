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

/** A version of a plan as its file may say it, or its latest one. */
export async function findPlan(
  sql: Sql,
  key: string,
  version: number | undefined,
): Promise<{ version: number; appliedAt: Date; plan: object } | undefined> {
  const { rows } = await sql.query<StoredPlan>(
    `SELECT ${columns} FROM plans p JOIN plan_versions v ON v.plan_id = p.id
     WHERE p.key = $1 AND ($2::integer IS NULL OR v.version = $2) ORDER BY v.version DESC LIMIT 1`,
    [key, version ?? null],
  );
  if (rows[0] === undefined) return undefined;
  const { version: found, appliedAt, plan } = rows[0];
  return { version: found, appliedAt, plan };
}

/** A page of plans in the order of their keys, those after `after`, each in its latest version. */
export async function listPlans(
  sql: Sql,
  page: { after: string | undefined; limit: number },
): Promise<(Pick<Plan, 'key' | 'name' | 'currency' | 'interval'> & { version: number; appliedAt: Date })[]> {
  const { rows } = await sql.query(
    `SELECT p.key, v.name, v.currency, v.billing_interval AS interval, v.version, v.created_at AS "appliedAt"
     FROM plans p JOIN LATERAL (
       SELECT * FROM plan_versions WHERE plan_id = p.id ORDER BY version DESC LIMIT 1) v ON true
     WHERE $1::text IS NULL OR p.key > $1 ORDER BY p.key LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return rows as Awaited<ReturnType<typeof listPlans>>;
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
