import type { Sql } from './database.ts';

/** The drafts of a clock that are due, those that are held among them, a page by id after the cursor. */
export async function dueDraftIds(
  sql: Sql,
  page: { clockId: string; cutoffAt: Date; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT s.invoice_id AS id FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
     WHERE s.lifecycle IN ('draft', 'held') AND i.clock_id = $1 AND i.due_at <= $2 AND s.invoice_id > $3
     ORDER BY s.invoice_id LIMIT $4`,
    [page.clockId, page.cutoffAt, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

export type DueDraft = {
  id: string;
  customerId: string;
  currency: string;
  billingGroup: string;
  isHeld: boolean;
  /** Why it is held. */
  failureCode: string | null;
  failureReason: string | null;
};

/**
 * Locks those of the invoices that still are drafts, held or not, in one order for everybody. Of two scans at once the second waits
 * here and then no longer sees what the first has issued.
 */
export async function lockDrafts(sql: Sql, invoiceIds: readonly string[]): Promise<DueDraft[]> {
  const { rows } = await sql.query<DueDraft>(
    `SELECT i.id, i.customer_id AS "customerId", i.currency, i.billing_group AS "billingGroup",
            s.lifecycle = 'held' AS "isHeld", s.failure_code AS "failureCode",
            s.failure_reason AS "failureReason"
     FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
     WHERE s.invoice_id = ANY ($1::uuid[]) AND s.lifecycle IN ('draft', 'held') ORDER BY s.invoice_id FOR UPDATE OF s`,
    [invoiceIds],
  );
  return rows;
}

/**
 * Numbers the drafts in the order given and issues them at their clock's time. The series' row is locked from here to
 * the end of the transaction, so call it last: numbers have no gaps, and other scans of the clock wait only this long.
 * One that Stripe has already, from before a restore, takes the number that it has there, and none of the series.
 */
export async function issueDrafts(sql: Sql, clockId: string, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await sql.query(
    `WITH known AS (
       SELECT DISTINCT ON (r.invoice_id) r.invoice_id AS id, r.number
       FROM remote_invoices r JOIN clocks c ON c.id = $1 AND r.number ~ ('^' || c.number_prefix || '-[0-9]{6,15}$')
       WHERE r.invoice_id = ANY ($2::uuid[]) AND r.status NOT IN ('void', 'gone')
         AND NOT EXISTS (SELECT FROM invoices taken WHERE taken.number = r.number)
       ORDER BY r.invoice_id, r.status = 'draft', r.created_at, r.remote_id),
     fresh AS (
       SELECT d.id, row_number() OVER (ORDER BY d.position) AS position
       FROM unnest($2::uuid[]) WITH ORDINALITY AS d (id, position) WHERE d.id NOT IN (SELECT id FROM known)),
     series AS (
       INSERT INTO number_series AS n (clock_id, next_number) VALUES ($1, 1 + (SELECT count(*) FROM fresh))
       ON CONFLICT (clock_id) DO UPDATE SET next_number = n.next_number + (SELECT count(*) FROM fresh)
       RETURNING next_number - (SELECT count(*) FROM fresh) AS first),
     numbered AS (
       SELECT id, number FROM known
       UNION ALL
       SELECT f.id, c.number_prefix || '-' || lpad((s.first + f.position - 1)::text,
         greatest(6, length((s.first + f.position - 1)::text)), '0')
       FROM fresh f, series s, clocks c WHERE c.id = $1)
     UPDATE invoices i SET issued_at = business_now(c), number = n.number
     FROM numbered n, clocks c WHERE c.id = $1 AND i.id = n.id`,
    [clockId, invoiceIds],
  );
  // The customer's own day of the issue, and as many days as the terms give.
  await sql.query(
    // Nothing is left to pay of one that credits or coupons have paid in full.
    `UPDATE invoice_states s SET lifecycle = 'issued', sync = 'pending', touched_at = now(),
       payment = CASE WHEN i.total_minor = 0 THEN 'paid' ELSE 'unpaid' END,
       paid_at = CASE WHEN i.total_minor = 0 THEN i.issued_at END,
       payment_due_on = (i.issued_at AT TIME ZONE c.zone)::date + coalesce(p.payment_terms_days, c.payment_terms_days)
     FROM invoices i JOIN customers c ON c.id = i.customer_id LEFT JOIN invoice_parties p ON p.invoice_id = i.id
     WHERE s.invoice_id = ANY ($1::uuid[]) AND i.id = s.invoice_id`,
    [invoiceIds],
  );
}

/** An invoice over nothing is not sent to anybody; it stays as the proof that the period was billed. */
export async function skipDrafts(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await sql.query(`UPDATE invoice_states SET lifecycle = 'skipped' WHERE invoice_id = ANY ($1::uuid[])`, [invoiceIds]);
}

/**
 * Drafts whose invoice Stripe has as void are void here too: they were issued and voided before a restore, and only a
 * reissue bills the period again. @returns those that remain to be issued
 */
export async function voidKnownVoids(sql: Sql, drafts: readonly DueDraft[]): Promise<DueDraft[]> {
  const { rows } = await sql.query<{ id: string }>(
    `UPDATE invoice_states s SET lifecycle = 'void', wanted = 'void', payment = 'none', touched_at = now()
     WHERE s.invoice_id = ANY ($1::uuid[]) AND s.invoice_id IN (
       SELECT r.invoice_id FROM remote_invoices r WHERE r.invoice_id = ANY ($1::uuid[])
       GROUP BY r.invoice_id HAVING bool_or(r.status = 'void') AND bool_and(r.status IN ('void', 'gone')))
     RETURNING s.invoice_id AS id`,
    [drafts.map(({ id }) => id)],
  );
  const voided = new Set(rows.map(({ id }) => id));
  return drafts.filter(({ id }) => !voided.has(id));
}

export type ToPublish = { invoiceId: string; priority: 'normal' | 'high' };

/**
 * What the scan publishes, a page by id after the cursor: issued and never published, or published and then untouched
 * for an hour of machine time, so that a lost message heals by itself. The row is the outbox.
 */
export async function invoicesToPublish(
  sql: Sql,
  page: { clockId: string; after: string; limit: number },
): Promise<ToPublish[]> {
  const { rows } = await sql.query<ToPublish>(
    `SELECT s.invoice_id AS "invoiceId", s.priority
     FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
     WHERE i.clock_id = $1 AND s.invoice_id > $2 AND s.lifecycle = 'issued' AND s.sync NOT IN ('none', 'synced')
       AND (s.sync = 'pending' OR (s.sync IN ('queued', 'syncing', 'backing_off')
            AND greatest(s.touched_at, s.next_retry_at) < now() - interval '1 hour'))
     ORDER BY s.invoice_id LIMIT $3`,
    [page.clockId, page.after, page.limit],
  );
  return rows;
}

/** Marks what the broker has confirmed. A bridge may have been faster: then the state is already further. */
export async function markQueued(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await sql.query({
    name: 'mark-queued',
    text: `UPDATE invoice_states SET sync = CASE WHEN sync = 'pending' THEN 'queued' ELSE sync END, touched_at = now()
           WHERE invoice_id = ANY ($1::uuid[]) AND sync IN ('pending', 'queued', 'syncing', 'backing_off')`,
    values: [invoiceIds],
  });
}
