import type { Sql } from './database.ts';

/** What the Web UI and the messages of a sync tell of an invoice: ids, number and amount, nothing personal. */
export type SyncSubjectRow = {
  invoiceId: string;
  /** Null for a draft that is held. */
  number: string | null;
  customerId: string;
  externalId: string;
  clockId: string;
  currency: string;
  totalMinor: bigint;
  priority: 'normal' | 'high';
};

/**
 * Each change has an instant of its own, whatever the clock does, since attempts tell by it what they have not seen.
 * Of a synced invoice a new wish begins a new sync; one that is on its way finds it when it completes.
 */
export const reopened = `want_changed_at = greatest(clock_timestamp(), want_changed_at + interval '1 ms'), touched_at = now(),
  sync = CASE sync WHEN 'synced' THEN 'pending' ELSE sync END`;

/**
 * Stripe may have changed: the next sync of these invoices reads them there. Whoever calls it wakes their syncs after
 * the commit. @returns those that have anything at Stripe to be looked at
 */
export async function lookAgain(sql: Sql, invoiceIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `UPDATE invoice_states SET ${reopened}
     WHERE invoice_id = ANY ($1::uuid[]) AND lifecycle = 'issued'
     RETURNING invoice_id AS id`,
    [invoiceIds],
  );
  return rows.map(({ id }) => id);
}

/** From now on the sync of this invoice goes before others, and looks at Stripe even if all was done. */
export async function hurry(sql: Sql, invoiceId: string): Promise<void> {
  await sql.query(
    `UPDATE invoice_states SET priority = 'high', ${reopened} WHERE invoice_id = $1 AND lifecycle = 'issued'`,
    [invoiceId],
  );
}

/** Wants an issued invoice void. @returns false if it is not issued, or wanted void already */
export async function wantVoid(sql: Sql, invoiceId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE invoice_states SET wanted = 'void', ${reopened}
     WHERE invoice_id = $1 AND lifecycle = 'issued' AND wanted <> 'void'`,
    [invoiceId],
  );
  return rowCount === 1;
}

/** What is needed to wake the syncs of these invoices, in no order. */
export async function readSyncSubjects(sql: Sql, invoiceIds: readonly string[]): Promise<SyncSubjectRow[]> {
  const { rows } = await sql.query<SyncSubjectRow>(
    `SELECT i.id AS "invoiceId", i.number, i.customer_id AS "customerId", c.external_id AS "externalId",
            i.clock_id AS "clockId", i.currency, i.total_minor AS "totalMinor", s.priority
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
     WHERE i.id = ANY ($1::uuid[])`,
    [invoiceIds],
  );
  return rows;
}
