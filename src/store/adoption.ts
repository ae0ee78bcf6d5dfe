import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';

/**
 * What a database that is older than what it has sent to Stripe takes over from there. All of it reads what run $1 has
 * listed, and all of it can be repeated.
 */

/** Maps customers of the books that Stripe has; of several copies the oldest is taken, which invoices were first made for. */
export async function adoptCustomers(sql: Sql, runId: string): Promise<number> {
  const { rowCount } = await sql.query(
    `INSERT INTO customer_mappings (account_id, customer_id, remote_id)
     SELECT DISTINCT ON (r.customer_id) r.account_id, r.customer_id, r.remote_id
     FROM remote_customers r JOIN customers c ON c.id = r.customer_id
     WHERE r.run_id = $1 AND NOT r.is_deleted ORDER BY r.customer_id, r.created_at, r.remote_id
     ON CONFLICT DO NOTHING`,
    [runId],
  );
  return rowCount ?? 0;
}

/** Copies of run $1 that stand for an invoice of the books: one that is alive before one that is void. */
const copies = `SELECT DISTINCT ON (r.invoice_id) r.account_id, r.invoice_id, r.remote_id, r.status, r.total_minor
  FROM remote_invoices r JOIN invoices i ON i.id = r.invoice_id AND i.revision = r.revision
  WHERE r.run_id = $1 AND r.status <> 'gone'
  ORDER BY r.invoice_id, r.status = 'void', r.status = 'draft', r.created_at, r.remote_id`;

/**
 * Invoices that Stripe has void are void here too, drafts and held ones among them: the backup may be older than the
 * issue of what was voided since. @returns their ids
 */
export async function adoptVoids(sql: Sql, runId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH copies AS (${copies})
     UPDATE invoice_states s SET lifecycle = 'void', wanted = 'void', payment = 'none', want_changed_at = clock_timestamp(),
       touched_at = now(), parked_at = NULL, next_retry_at = NULL,
       sync = CASE s.sync WHEN 'none' THEN 'none' ELSE 'synced' END
     FROM copies c WHERE s.invoice_id = c.invoice_id AND c.status = 'void' AND s.lifecycle IN ('draft', 'held', 'issued')
     RETURNING s.invoice_id AS id`,
    [runId],
  );
  const ids = rows.map(({ id }) => id);
  await sql.query(
    auditOf(`SELECT 'invoice' AS subject_kind, id AS subject_id, 'reconciliation ' || $1::uuid AS actor,
       'voided' AS action, '{"because": "void at Stripe"}'::jsonb AS detail FROM unnest($2::uuid[]) AS voided (id)`),
    [runId, ids],
  );
  return ids;
}

/** Maps issued and void invoices to their copies. @returns those that were not mapped before */
export async function adoptInvoices(sql: Sql, runId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string; remoteId: string }>(
    `WITH copies AS (${copies})
     INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor)
     SELECT c.account_id, c.invoice_id, c.remote_id, c.status, trunc(c.total_minor)
     FROM copies c JOIN invoice_states s ON s.invoice_id = c.invoice_id
     WHERE s.lifecycle = 'issued' OR (s.lifecycle = 'void' AND c.status = 'void')
     ON CONFLICT DO NOTHING RETURNING invoice_id AS id, remote_id AS "remoteId"`,
    [runId],
  );
  const ids = rows.map(({ id }) => id);
  await sql.query(
    auditOf(`SELECT 'invoice' AS subject_kind, id AS subject_id, 'reconciliation ' || $1::uuid AS actor,
       'adopted' AS action, jsonb_build_object('remoteId', remote_id) AS detail
       FROM unnest($2::uuid[], $3::text[]) AS adopted (id, remote_id)`),
    [runId, ids, rows.map(({ remoteId }) => remoteId)],
  );
  return ids;
}

/**
 * Moves every series of numbers past the highest one that Stripe has of it, so that none is given to two invoices.
 * @returns how many series were behind
 */
export async function adoptNumbers(sql: Sql): Promise<number> {
  const { rowCount } = await sql.query(
    `INSERT INTO number_series AS n (clock_id, next_number)
     SELECT c.id, max(substring(r.number FROM length(c.number_prefix) + 2)::bigint) + 1
     FROM clocks c JOIN remote_invoices r ON r.number ~ ('^' || c.number_prefix || '-[0-9]{1,15}$')
     WHERE r.invoice_id IS NOT NULL GROUP BY c.id
     ON CONFLICT (clock_id) DO UPDATE SET next_number = excluded.next_number
       WHERE n.next_number < excluded.next_number`,
  );
  return rowCount ?? 0;
}

/** What Stripe has and the books do not, to be made again by the next runs, or by a person where a run does not. */
export async function countUnknown(sql: Sql, runId: string): Promise<{ invoices: number; customers: number }> {
  const { rows } = await sql.query<{ invoices: number; customers: number }>(
    `SELECT (SELECT count(*) FROM remote_invoices r WHERE r.run_id = $1 AND r.invoice_id IS NOT NULL
         AND NOT EXISTS (SELECT FROM invoices i WHERE i.id = r.invoice_id))::int AS invoices,
       (SELECT count(*) FROM remote_customers r WHERE r.run_id = $1 AND r.customer_id IS NOT NULL
         AND NOT EXISTS (SELECT FROM customers c WHERE c.id = r.customer_id))::int AS customers`,
    [runId],
  );
  return rows[0] as { invoices: number; customers: number };
}
