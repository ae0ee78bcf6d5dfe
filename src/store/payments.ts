import type { Sql } from './database.ts';

export type RecordedPayment = {
  id: string;
  invoiceId: string;
  amountMinor: bigint;
  paidAt: Date;
  reference: string;
  reason: string;
  recordedBy: string;
};

/** Adds money that came in elsewhere. @returns false if there is a payment of this id */
export async function insertRecordedPayment(sql: Sql, payment: RecordedPayment): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO recorded_payments (id, invoice_id, amount_minor, paid_at, reference, reason, recorded_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      payment.id,
      payment.invoiceId,
      payment.amountMinor,
      payment.paidAt,
      payment.reference,
      payment.reason,
      payment.recordedBy,
    ],
  );
  return rowCount === 1;
}

export async function readRecordedPayment(sql: Sql, id: string): Promise<RecordedPayment | undefined> {
  const { rows } = await sql.query<RecordedPayment>(
    `SELECT id, invoice_id AS "invoiceId", amount_minor AS "amountMinor", paid_at AS "paidAt", reference, reason,
            recorded_by AS "recordedBy" FROM recorded_payments WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** What has come in now, part or whole: forward only, like everything that is seen at the target. */
export async function notePaid(
  sql: Sql,
  { invoiceId, amountPaidMinor, paidAt }: { invoiceId: string; amountPaidMinor: bigint; paidAt: Date },
): Promise<void> {
  await sql.query(
    `UPDATE invoice_states s SET amount_paid_minor = greatest(s.amount_paid_minor, $2),
       payment = CASE WHEN $2 >= i.total_minor - credited.due THEN 'paid' WHEN s.payment IN ('unpaid', 'processing') THEN 'partly_paid'
         ELSE s.payment END,
       paid_at = CASE WHEN $2 >= i.total_minor - credited.due THEN coalesce(s.paid_at, $3) ELSE s.paid_at END
     FROM invoices i CROSS JOIN LATERAL (
       SELECT coalesce(sum(due_minor), 0)::bigint AS due FROM credit_notes WHERE invoice_id = i.id) credited
     WHERE i.id = s.invoice_id AND s.invoice_id = $1 AND s.payment <> 'paid'`,
    [invoiceId, amountPaidMinor, paidAt],
  );
}

export type NewRefund = {
  id: string;
  invoiceId: string;
  kind: 'target' | 'out_of_band';
  amountMinor: bigint;
  reason: string;
  actor: string;
  at: Date;
};

/** Adds a refund that is wanted, or one that was made elsewhere. @returns false if there is a refund of this id */
export async function insertRefund(sql: Sql, refund: NewRefund): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO refunds (id, invoice_id, kind, amount_minor, reason, wanted_at, wanted_by, outcome, settled_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, CASE $3 WHEN 'out_of_band' THEN 'recorded' END, CASE $3 WHEN 'out_of_band' THEN $6::timestamptz END)
     ON CONFLICT DO NOTHING`,
    [refund.id, refund.invoiceId, refund.kind, refund.amountMinor, refund.reason, refund.at, refund.actor],
  );
  return rowCount === 1;
}

export async function readRefund(
  sql: Sql,
  id: string,
): Promise<Pick<NewRefund, 'invoiceId' | 'kind' | 'amountMinor'> | undefined> {
  const { rows } = await sql.query<Pick<NewRefund, 'invoiceId' | 'kind' | 'amountMinor'>>(
    'SELECT invoice_id AS "invoiceId", kind, amount_minor AS "amountMinor" FROM refunds WHERE id = $1',
    [id],
  );
  return rows[0];
}

/** One movement of an invoice's money, or an attempt at one. */
export type Movement = {
  kind: 'attempt' | 'payment' | 'refund' | 'dispute' | 'credit_note' | 'uncollectible';
  /** Ours, the target's, or the number of an attempt. */
  id: string;
  source: 'stripe' | 'out_of_band';
  amountMinor: bigint | null;
  status: string;
  code: string | null;
  reference: string | null;
  reason: string | null;
  actor: string | null;
  at: Date;
};

/** What may happen at one instant, in the order in which one comes of another. */
const kindsInOrder: Movement['kind'][] = ['attempt', 'payment', 'credit_note', 'refund', 'dispute', 'uncollectible'];

/**
 * All that happened to the money of an invoice, the latest first: of the newest the given number. Instants may be the same
 * where a clock stands still, or the day of a statement is all that is known; what came of a payment is later all the same.
 */
export async function readMovements(sql: Sql, invoiceId: string, limit: number): Promise<Movement[]> {
  const { rows } = await sql.query<Movement>(
    `SELECT * FROM (
       SELECT CASE kind WHEN 'pay' THEN 'attempt' ELSE kind END AS kind, attempt::text AS id, 'stripe' AS source,
              NULL::bigint AS "amountMinor", coalesce(outcome, 'wanted') AS status, code, NULL AS reference, reason,
              wanted_by AS actor, coalesce(settled_at, wanted_at) AS at
       FROM collection_attempts WHERE invoice_id = $1
       UNION ALL
       SELECT 'payment', id::text, 'out_of_band', amount_minor, 'succeeded', NULL, reference, reason, recorded_by, paid_at
       FROM recorded_payments WHERE invoice_id = $1
       UNION ALL
       SELECT 'refund', r.id::text, CASE r.kind WHEN 'target' THEN 'stripe' ELSE r.kind END, r.amount_minor,
              coalesce((SELECT string_agg(DISTINCT m.status, ', ') FROM remote_records m
                WHERE m.invoice_id = $1 AND m.remote_id = ANY (r.remote_ids)), r.outcome, 'wanted'),
              r.code, NULL, r.reason, r.wanted_by, coalesce(r.settled_at, r.wanted_at)
       FROM refunds r WHERE r.invoice_id = $1
       UNION ALL
       -- What was made there, and not by a refund of ours.
       SELECT m.kind, m.remote_id, 'stripe', m.amount_minor, m.status, m.code, NULL, NULL, NULL, m.observed_at
       FROM remote_records m WHERE m.invoice_id = $1
         AND NOT EXISTS (SELECT FROM refunds r WHERE r.invoice_id = $1 AND m.remote_id = ANY (r.remote_ids))
     ) movements ORDER BY at DESC, array_position($3::text[], kind) DESC, length(id) DESC, id DESC LIMIT $2`,
    [invoiceId, limit, kindsInOrder],
  );
  return rows;
}
