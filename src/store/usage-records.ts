import type { Sql } from './database.ts';

/** What stands in the place of the raw events of an invoice. */
export type StoredUsageRecord = {
  /** As it was written; its SHA-256 stands in the chain of the invoice. */
  content: string;
  recordedAt: Date;
  /** Hex, as the chain of the invoice has it; null if no entry of it tells of a record. */
  hashInChain: string | null;
  /** Machine time at which the first of its events were removed; null while all of them are there. */
  removedAt: Date | null;
};

/** The action under which the chain of an invoice tells of its record. */
export const recordedAction = 'usage recorded';

/** The record of an invoice, if there is one. */
export async function findUsageRecord(sql: Sql, invoiceId: string): Promise<StoredUsageRecord | undefined> {
  const { rows } = await sql.query<StoredUsageRecord>(
    `SELECT e.content, e.recorded_at AS "recordedAt",
       (SELECT a.detail ->> 'sha256' FROM audit_log a WHERE a.subject_kind = 'invoice' AND a.subject_id = e.invoice_id
          AND a.action = $2 ORDER BY a.sequence LIMIT 1) AS "hashInChain",
       (SELECT min(r.removed_at) FROM usage_removal_marks k JOIN usage_removals r ON r.id = k.removal_id
        WHERE k.customer_id = i.customer_id AND k.removed_before > e.from_at) AS "removedAt"
     FROM usage_records e JOIN invoices i ON i.id = e.invoice_id WHERE e.invoice_id = $1`,
    [invoiceId, recordedAction],
  );
  return rows[0];
}

/** Those of these invoices that have a record. */
export async function recordedInvoices(sql: Sql, invoiceIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT invoice_id AS id FROM usage_records WHERE invoice_id = ANY ($1::uuid[])`,
    [invoiceIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** @returns false if another process has written it already */
export async function insertUsageRecord(
  sql: Sql,
  record: { invoiceId: string; fromAt: Date; content: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO usage_records (invoice_id, from_at, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [record.invoiceId, record.fromAt, record.content],
  );
  return rowCount === 1;
}
