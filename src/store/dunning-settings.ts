import type { Policy } from '../domain/dunning/policy.ts';
import type { Sql } from './database.ts';

export const noticeKinds = ['invoice-sent', 'payment-failed', 'payment-received'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** One who changes the settings at a time; readers do not wait. */
export async function lockSettings(sql: Sql): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('dunning-settings', 0))`);
}

export async function readPolicies(sql: Sql): Promise<Policy[]> {
  const { rows } = await sql.query<Policy>('SELECT key, steps FROM dunning_policies ORDER BY key');
  return rows;
}

export async function readNotices(sql: Sql): Promise<NoticeKind[]> {
  const { rows } = await sql.query<{ kind: NoticeKind }>('SELECT kind FROM mail_notices ORDER BY kind');
  return rows.map(({ kind }) => kind);
}

/** Makes the policies just these; those of invoices that are followed up already stand with them. */
export async function replacePolicies(sql: Sql, policies: readonly Policy[], actor: string): Promise<void> {
  const keys = policies.map(({ key }) => key);
  await sql.query('DELETE FROM dunning_policies WHERE key <> ALL ($1)', [keys]);
  await sql.query(
    `INSERT INTO dunning_policies (key, steps, changed_by)
     SELECT key, steps, $3 FROM unnest($1::text[], $2::jsonb[]) AS given (key, steps)
     ON CONFLICT (key) DO UPDATE SET steps = EXCLUDED.steps, changed_by = EXCLUDED.changed_by, changed_at = now()
     WHERE dunning_policies.steps <> EXCLUDED.steps`,
    [keys, policies.map(({ steps }) => JSON.stringify(steps)), actor],
  );
}

export async function replaceNotices(sql: Sql, kinds: readonly NoticeKind[], actor: string): Promise<void> {
  await sql.query('DELETE FROM mail_notices WHERE kind <> ALL ($1)', [kinds]);
  await sql.query(
    `INSERT INTO mail_notices (kind, changed_by) SELECT kind, $2 FROM unnest($1::text[]) AS given (kind)
     ON CONFLICT DO NOTHING`,
    [kinds, actor],
  );
}

/** The policy that a customer has of its own; undefined for one that has the deployment's. */
export async function readCustomerPolicy(sql: Sql, customerId: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ key: string }>(
    'SELECT policy_key AS key FROM customer_dunning WHERE customer_id = $1',
    [customerId],
  );
  return rows[0]?.key;
}

/** @param key null gives the customer the deployment's policy again */
export async function setCustomerPolicy(
  sql: Sql,
  customerId: string,
  key: string | null,
  actor: string,
): Promise<void> {
  if (key === null) {
    await sql.query('DELETE FROM customer_dunning WHERE customer_id = $1', [customerId]);
    return;
  }
  await sql.query(
    `INSERT INTO customer_dunning (customer_id, policy_key, changed_by) VALUES ($1, $2, $3)
     ON CONFLICT (customer_id) DO UPDATE SET policy_key = EXCLUDED.policy_key, changed_by = EXCLUDED.changed_by,
       changed_at = now()`,
    [customerId, key, actor],
  );
}

/** Policies that customers have and that are none of these: they would be followed up by nothing, without a word. */
export async function policiesInUse(sql: Sql, besides: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    `SELECT DISTINCT policy_key AS key FROM customer_dunning WHERE policy_key <> ALL ($1) ORDER BY key LIMIT 5`,
    [besides],
  );
  return rows.map(({ key }) => key);
}

/**
 * Follows up what was at rest and unpaid before there was a policy for it.
 * @returns how many invoices
 */
export async function beginForOpenInvoices(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(
    `INSERT INTO dunnings (invoice_id, clock_id)
     SELECT i.id, i.clock_id FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
     LEFT JOIN customer_dunning c ON c.customer_id = i.customer_id
     JOIN dunning_policies p ON p.key = coalesce(c.policy_key, 'default')
     WHERE s.lifecycle = 'issued' AND s.sync = 'synced' AND s.payment IN ('unpaid', 'partly_paid')
     ON CONFLICT DO NOTHING`,
  );
  return rowCount ?? 0;
}
