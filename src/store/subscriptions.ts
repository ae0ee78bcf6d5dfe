import type { Sql } from './database.ts';

/** The version of a plan that new subscriptions get: the latest. */
export async function versionToSubscribe(
  sql: Sql,
  planKey: string,
): Promise<{ id: string; version: number; currency: string } | undefined> {
  const { rows } = await sql.query<{ id: string; version: number; currency: string }>(
    `SELECT v.id, v.version, v.currency FROM plan_versions v JOIN plans p ON p.id = v.plan_id
     WHERE p.key = $1 ORDER BY v.version DESC LIMIT 1`,
    [planKey],
  );
  return rows[0];
}

export async function insertSubscription(
  sql: Sql,
  subscription: { id: string; customerId: string; planVersionId: string; billingGroup: string; startsAt: Date },
): Promise<void> {
  await sql.query(
    `INSERT INTO subscriptions (id, customer_id, plan_version_id, billing_group, starts_at) VALUES ($1, $2, $3, $4, $5)`,
    [
      subscription.id,
      subscription.customerId,
      subscription.planVersionId,
      subscription.billingGroup,
      subscription.startsAt,
    ],
  );
}
