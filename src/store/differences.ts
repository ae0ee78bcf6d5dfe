import { foundDifferences } from './comparisons.ts';
import type { Sql } from './database.ts';

const nobody = '00000000-0000-0000-0000-000000000000';

/** The sync has looked, or a person was called, and Stripe says the same as before. */
const isStuck = `d.state IN ('repairing', 'alerted') AND d.theirs = excluded.theirs`;

/** Whether this run has seen the subject of a difference again, with the invoice at rest. */
const isLookedAt = `(
  (d.invoice_id IS NULL AND EXISTS (SELECT FROM remote_customers r WHERE r.remote_id = d.remote_id AND r.run_id = run.id))
  OR (d.invoice_id IS NOT NULL
    AND CASE WHEN d.remote_id IS NULL THEN EXISTS (SELECT FROM invoice_mappings m WHERE m.invoice_id = d.invoice_id)
      ELSE EXISTS (SELECT FROM remote_invoices r WHERE r.remote_id = d.remote_id AND r.run_id = run.id) END
    AND NOT EXISTS (SELECT FROM invoice_states s WHERE s.invoice_id = d.invoice_id
      AND (s.sync NOT IN ('none', 'synced', 'parked') OR s.touched_at >= run.started_at))))`;

/**
 * Writes down in one statement how the books and what run $1 saw at Stripe differ. A difference that is open already
 * keeps its row, with the new evidence; one that was to be repaired and is found unchanged waits for a person from now
 * on. What this run looked at again and no longer finds is over. @returns how many were found, of each kind, and healed
 */
export async function recordDifferences(sql: Sql, runId: string): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ name: string; count: number }>(
    `WITH ${foundDifferences},
     stored AS (
       INSERT INTO reconciliation_differences AS d
         (id, run_id, last_run_id, kind, invoice_id, customer_id, remote_id, ours, theirs, action)
       SELECT gen_random_uuid(), $1, $1, f.* FROM found f
       ON CONFLICT (kind, coalesce(invoice_id, customer_id, '${nobody}'), coalesce(remote_id, '')) WHERE closed_at IS NULL
       DO UPDATE SET last_run_id = excluded.last_run_id, ours = excluded.ours, theirs = excluded.theirs,
         action = CASE WHEN ${isStuck} THEN 'alert' ELSE excluded.action END,
         state = CASE WHEN d.state = 'alerted' AND (d.theirs = excluded.theirs OR excluded.action = 'alert') THEN 'alerted'
           ELSE 'open' END
       WHERE d.last_run_id <> excluded.last_run_id
       RETURNING kind),
     healed AS (
       UPDATE reconciliation_differences d SET closed_at = now(),
         state = CASE d.state WHEN 'repairing' THEN 'repaired' ELSE 'closed' END
       FROM run WHERE d.closed_at IS NULL AND d.last_run_id <> run.id AND d.run_id <> run.id
         AND NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.remote_id IS NOT DISTINCT FROM d.remote_id
           AND coalesce(f.invoice_id, f.customer_id) = coalesce(d.invoice_id, d.customer_id))
         AND ${isLookedAt}
       RETURNING d.id)
     SELECT kind AS name, count(*)::int AS count FROM found GROUP BY kind
     UNION ALL SELECT 'healed', count(*)::int FROM healed`,
    [runId],
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

export type OpenDifference = {
  id: string;
  kind: string;
  invoiceId: string | null;
  customerId: string | null;
  remoteId: string | null;
  action: 'repair' | 'alert';
};

/** What was found and not acted upon yet, a page by id. It stays locked until the transaction ends. */
export async function lockOpenDifferences(sql: Sql, limit: number): Promise<OpenDifference[]> {
  const { rows } = await sql.query<OpenDifference>(
    `SELECT id, kind, invoice_id AS "invoiceId", customer_id AS "customerId", remote_id AS "remoteId", action
     FROM reconciliation_differences WHERE state = 'open' ORDER BY id LIMIT $1 FOR UPDATE`,
    [limit],
  );
  return rows;
}

export async function markDifferences(sql: Sql, ids: readonly string[], state: 'repairing' | 'alerted'): Promise<void> {
  await sql.query(`UPDATE reconciliation_differences SET state = $2 WHERE id = ANY ($1::uuid[])`, [ids, state]);
}
