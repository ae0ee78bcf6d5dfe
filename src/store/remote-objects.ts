import type { Sql } from './database.ts';

/** An invoice as it was seen at a target: targets/port.ts says what each field is. */
export type RemoteInvoiceRow = {
  remoteId: string;
  invoiceId: string | null;
  revision: number | null;
  number: string | null;
  remoteCustomerId: string | null;
  currency: string;
  totalMinor: string;
  subtotalMinor: string;
  amountPaidMinor: string;
  amountRemainingMinor: string;
  status: string;
  lineCount: number;
  linesDigest: string;
  autoAdvance: boolean;
  dueAt: Date | null;
  createdAt: Date;
  livemode: boolean;
};

export type RemoteCustomerRow = {
  remoteId: string;
  customerId: string | null;
  isDeleted: boolean;
  createdAt: Date;
  livemode: boolean;
};

/** Who saw it, and in which account. */
export type Sight = { accountId: string; runId: string };

/**
 * Stores what was seen of a page of invoices: of those that carry our mark or that a mapping names. What else the
 * account has belongs to somebody else, and is only counted.
 */
export async function storeRemoteInvoices(
  sql: Sql,
  { accountId, runId }: Sight,
  rows: readonly RemoteInvoiceRow[],
): Promise<{ ours: number; others: number }> {
  const { rowCount } = await sql.query(
    `INSERT INTO remote_invoices AS known (account_id, remote_id, invoice_id, revision, number, remote_customer_id,
       currency, total_minor, subtotal_minor, amount_paid_minor, amount_remaining_minor, status, line_count, lines_digest,
       auto_advance, due_at, created_at, livemode, seen_at, run_id)
     SELECT $1, s."remoteId", s."invoiceId", s.revision, s.number, s."remoteCustomerId", s.currency, s."totalMinor",
       s."subtotalMinor", s."amountPaidMinor", s."amountRemainingMinor", s.status, s."lineCount",
       decode(s."linesDigest", 'hex'), s."autoAdvance", s."dueAt", s."createdAt", s.livemode, now(), $2
     FROM jsonb_to_recordset($3::jsonb) AS s ("remoteId" text, "invoiceId" uuid, revision integer, number text,
       "remoteCustomerId" text, currency text, "totalMinor" numeric, "subtotalMinor" numeric, "amountPaidMinor" numeric,
       "amountRemainingMinor" numeric, status text, "lineCount" integer, "linesDigest" text, "autoAdvance" boolean,
       "dueAt" timestamptz, "createdAt" timestamptz, livemode boolean)
     WHERE s."invoiceId" IS NOT NULL
       OR EXISTS (SELECT FROM invoice_mappings m WHERE m.account_id = $1 AND m.remote_id = s."remoteId")
     ON CONFLICT (account_id, remote_id) DO UPDATE SET invoice_id = excluded.invoice_id, revision = excluded.revision,
       number = excluded.number, remote_customer_id = excluded.remote_customer_id, currency = excluded.currency,
       total_minor = excluded.total_minor, subtotal_minor = excluded.subtotal_minor,
       amount_paid_minor = excluded.amount_paid_minor, amount_remaining_minor = excluded.amount_remaining_minor,
       status = excluded.status, line_count = excluded.line_count, lines_digest = excluded.lines_digest,
       auto_advance = excluded.auto_advance, due_at = excluded.due_at, seen_at = excluded.seen_at, run_id = excluded.run_id`,
    [accountId, runId, JSON.stringify(rows)],
  );
  const ours = rowCount ?? 0;
  return { ours, others: rows.length - ours };
}

/** Stores what was seen of a page of customers: of those that carry our mark or that a mapping names. */
export async function storeRemoteCustomers(
  sql: Sql,
  { accountId, runId }: Sight,
  rows: readonly RemoteCustomerRow[],
): Promise<{ ours: number; others: number }> {
  const { rowCount } = await sql.query(
    `INSERT INTO remote_customers (account_id, remote_id, customer_id, is_deleted, created_at, livemode, seen_at, run_id)
     SELECT $1, s."remoteId", s."customerId", s."isDeleted", s."createdAt", s.livemode, now(), $2
     FROM jsonb_to_recordset($3::jsonb) AS s ("remoteId" text, "customerId" uuid, "isDeleted" boolean,
       "createdAt" timestamptz, livemode boolean)
     WHERE s."customerId" IS NOT NULL
       OR EXISTS (SELECT FROM customer_mappings m WHERE m.account_id = $1 AND m.remote_id = s."remoteId")
     ON CONFLICT (account_id, remote_id) DO UPDATE SET customer_id = excluded.customer_id,
       is_deleted = excluded.is_deleted, seen_at = excluded.seen_at, run_id = excluded.run_id`,
    [accountId, runId, JSON.stringify(rows)],
  );
  const ours = rowCount ?? 0;
  return { ours, others: rows.length - ours };
}

/** The target has no such invoice any more. What was seen of it last stays, with that as its status. */
export async function storeGoneInvoice(sql: Sql, { accountId, runId }: Sight, remoteId: string): Promise<void> {
  await sql.query(
    `INSERT INTO remote_invoices (account_id, remote_id, invoice_id, revision, number, currency, total_minor,
       subtotal_minor, amount_paid_minor, amount_remaining_minor, status, line_count, auto_advance, created_at, livemode,
       seen_at, run_id)
     SELECT m.account_id, m.remote_id, i.id, i.revision, i.number, i.currency, 0, 0, 0, 0, 'gone', 0, false, m.created_at,
       a.livemode, now(), $2
     FROM invoice_mappings m JOIN invoices i ON i.id = m.invoice_id JOIN target_accounts a USING (account_id)
     WHERE m.account_id = $1 AND m.remote_id = $3
     ON CONFLICT DO NOTHING`,
    [accountId, runId, remoteId],
  );
  await sql.query(
    `UPDATE remote_invoices SET status = 'gone', auto_advance = false, seen_at = now(), run_id = $2
     WHERE account_id = $1 AND remote_id = $3`,
    [accountId, runId, remoteId],
  );
}

export async function storeGoneCustomer(sql: Sql, { accountId, runId }: Sight, remoteId: string): Promise<void> {
  await sql.query(
    `INSERT INTO remote_customers (account_id, remote_id, customer_id, is_deleted, created_at, livemode, seen_at, run_id)
     SELECT m.account_id, m.remote_id, m.customer_id, true, m.created_at, a.livemode, now(), $2
     FROM customer_mappings m JOIN target_accounts a USING (account_id) WHERE m.account_id = $1 AND m.remote_id = $3
     ON CONFLICT (account_id, remote_id) DO UPDATE SET is_deleted = true, seen_at = now(), run_id = excluded.run_id`,
    [accountId, runId, remoteId],
  );
}

/**
 * Invoices that the lists of this run did not have and that have to be looked at one by one, a page by remote id after
 * the cursor: those that we brought there in its window, those that may still change (unless a window was asked for), and
 * those of which a difference is open.
 */
export async function invoicesToRetrieve(
  sql: Sql,
  run: { id: string; accountId: string; everyOpenOne: boolean; fromAt: Date | null; toAt: Date | null },
  page: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ remoteId: string }>(
    `WITH wanted AS (
       SELECT m.remote_id FROM invoice_mappings m JOIN invoice_states s ON s.invoice_id = m.invoice_id
       WHERE m.account_id = $1 AND m.remote_id > $6
         AND ((($4::timestamptz IS NULL OR m.created_at >= $4) AND ($5::timestamptz IS NULL OR m.created_at <= $5))
           OR ($3 AND s.lifecycle = 'issued' AND s.payment <> 'paid'))
       UNION
       SELECT r.remote_id FROM remote_invoices r
       WHERE $3 AND r.account_id = $1 AND r.remote_id > $6 AND r.status IN ('draft', 'open', 'uncollectible')
       UNION
       SELECT d.remote_id FROM reconciliation_differences d
       WHERE d.closed_at IS NULL AND d.invoice_id IS NOT NULL AND d.remote_id > $6)
     SELECT w.remote_id AS "remoteId" FROM wanted w
     LEFT JOIN remote_invoices r ON r.account_id = $1 AND r.remote_id = w.remote_id
     WHERE r.run_id IS DISTINCT FROM $2 ORDER BY w.remote_id LIMIT $7`,
    [run.accountId, run.id, run.everyOpenOne, run.fromAt, run.toAt, page.after, page.limit],
  );
  return rows.map(({ remoteId }) => remoteId);
}

/** Mapped customers that the list of this run did not have, a page by remote id after the cursor. */
export async function customersToRetrieve(
  sql: Sql,
  run: { id: string; accountId: string },
  page: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ remoteId: string }>(
    `SELECT m.remote_id AS "remoteId" FROM customer_mappings m
     LEFT JOIN remote_customers r ON r.account_id = m.account_id AND r.remote_id = m.remote_id
     WHERE m.account_id = $1 AND m.remote_id > $3 AND r.run_id IS DISTINCT FROM $2 ORDER BY m.remote_id LIMIT $4`,
    [run.accountId, run.id, page.after, page.limit],
  );
  return rows.map(({ remoteId }) => remoteId);
}

/** Invoices that this run saw and whose sync was told to look again, a page by id after the cursor. */
export async function invoicesToWake(
  sql: Sql,
  runId: string,
  page: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT DISTINCT s.invoice_id AS id FROM remote_invoices r
     JOIN invoice_mappings m ON m.account_id = r.account_id AND m.remote_id = r.remote_id
     JOIN invoice_states s ON s.invoice_id = m.invoice_id
     WHERE r.run_id = $1 AND s.sync = 'pending' AND s.invoice_id > $2 ORDER BY 1 LIMIT $3`,
    [runId, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}
