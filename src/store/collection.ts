import { creditedOf, disputedOf } from './credit-notes.ts';
import type { Sql } from './database.ts';
import type { Lifecycle, Payment, Sync } from './invoice-status.ts';
import { reopened } from './wants.ts';

/** Where an invoice stands with its money, under a lock of its row: who wants something of it waits for the next one. */
export type Purse = {
  invoiceId: string;
  customerId: string;
  currency: string;
  lifecycle: Lifecycle;
  payment: Payment;
  sync: Sync;
  wanted: 'final' | 'void';
  parkingNumber: number;
  totalMinor: bigint;
  amountPaidMinor: bigint;
  /** Came in elsewhere, and went back elsewhere. */
  recordedMinor: bigint;
  returnedMinor: bigint;
  /** Came in at the target; went back there; is to go back there and has not yet. */
  collectedMinor: bigint;
  refundedMinor: bigint;
  refundingMinor: bigint;
  /** What credit notes have lowered of what is to be paid; what they give back and is not among what went back. */
  creditedDueMinor: bigint;
  creditedBackMinor: bigint;
  /** What a bank has taken back, or asks back. */
  disputedMinor: bigint;
  hasMethod: boolean;
  /** An attempt to charge is wanted already. */
  isCharging: boolean;
  /** A payment was taken on at the target, and whether the money comes is not known yet. */
  isProcessing: boolean;
  /** Business time of the customer. */
  now: Date;
};

export async function lockPurse(sql: Sql, invoiceId: string): Promise<Purse | undefined> {
  // The lock first: sums in the statement that waits for it would be older than what it waited for.
  const { rowCount } = await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [invoiceId]);
  if (rowCount === 0) return undefined;
  const { rows } = await sql.query<Purse>(
    `SELECT s.invoice_id AS "invoiceId", s.customer_id AS "customerId", s.currency, s.lifecycle, s.payment, s.sync, s.wanted,
            s.parking_number AS "parkingNumber", i.total_minor AS "totalMinor", s.amount_paid_minor AS "amountPaidMinor",
            recorded.sum AS "recordedMinor", back.elsewhere AS "returnedMinor", back.open AS "refundingMinor",
            remote.collected AS "collectedMinor", remote.refunded AS "refundedMinor",
            noted.due AS "creditedDueMinor", noted.back AS "creditedBackMinor",
            ${disputedOf('s.invoice_id')} AS "disputedMinor",
            EXISTS (SELECT FROM payment_methods p WHERE p.customer_id = s.customer_id AND p.is_default) AS "hasMethod",
            EXISTS (SELECT FROM collection_attempts a
              WHERE a.invoice_id = s.invoice_id AND a.kind = 'pay' AND a.outcome IS NULL) AS "isCharging",
            EXISTS (SELECT FROM remote_records m
              WHERE m.invoice_id = s.invoice_id AND m.kind = 'payment' AND m.status = 'processing') AS "isProcessing",
            business_now(k) AS now
     FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id JOIN clocks k ON k.id = i.clock_id
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount_minor), 0)::bigint AS sum FROM recorded_payments WHERE invoice_id = s.invoice_id) recorded
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'out_of_band'), 0)::bigint AS elsewhere,
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'target' AND outcome IS NULL), 0)::bigint AS open
       FROM refunds WHERE invoice_id = s.invoice_id) back
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'payment' AND status = 'succeeded'), 0)::bigint AS collected,
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund' AND status NOT IN ('failed', 'canceled')), 0)::bigint AS refunded
       FROM remote_records WHERE invoice_id = s.invoice_id) remote
     CROSS JOIN LATERAL (${creditedOf('s.invoice_id')}) noted
     WHERE s.invoice_id = $1`,
    [invoiceId],
  );
  return rows[0];
}

export type AttemptKind = 'pay' | 'uncollectible';

/**
 * Wants something done about the money of an invoice: its sync, which whoever calls this wakes after the commit, carries it
 * out. The caller holds the lock of the invoice's row. @returns the number of the attempt; undefined if one of the kind is open
 */
export async function insertAttempt(
  sql: Sql,
  wish: { invoiceId: string; kind: AttemptKind; actor: string; reason: string | null; at: Date },
): Promise<number | undefined> {
  const { rows } = await sql.query<{ attempt: number }>(
    `INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by, reason)
     SELECT $1, coalesce((SELECT max(attempt) FROM collection_attempts WHERE invoice_id = $1), 0) + 1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT FROM collection_attempts WHERE invoice_id = $1 AND kind = $2 AND outcome IS NULL)
     RETURNING attempt`,
    [wish.invoiceId, wish.kind, wish.at, wish.actor, wish.reason],
  );
  if (rows[0] !== undefined) await reopen(sql, wish.invoiceId);
  return rows[0]?.attempt;
}

/** What is wanted of an issued invoice has changed: its sync looks again. */
export async function reopen(sql: Sql, invoiceId: string): Promise<void> {
  await sql.query(`UPDATE invoice_states SET ${reopened} WHERE invoice_id = $1 AND lifecycle = 'issued'`, [invoiceId]);
}

export type OpenAttempt = { attempt: number; kind: AttemptKind };
export type OpenRefund = { id: string; amountMinor: bigint };

/** What is wanted and not settled, in the order in which it was wanted, and what a charge would be made to. */
export type MoneyMatters = {
  attempts: OpenAttempt[];
  refunds: OpenRefund[];
  recordedMinor: bigint;
  /** What credit notes have lowered of what is to be paid. */
  creditedDueMinor: bigint;
  paymentMethodId: string | null;
};

export async function readMoneyMatters(sql: Sql, invoiceId: string): Promise<MoneyMatters> {
  type Row = Omit<MoneyMatters, 'refunds'> & { refunds: { id: string; amountMinor: string }[] };
  const { rows } = await sql.query<Row>(
    `SELECT
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', attempt, 'kind', kind) ORDER BY attempt), '[]')
        FROM collection_attempts WHERE invoice_id = s.invoice_id AND outcome IS NULL) AS attempts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'amountMinor', amount_minor::text) ORDER BY wanted_at, id), '[]')
        FROM refunds WHERE invoice_id = s.invoice_id AND outcome IS NULL) AS refunds,
       (SELECT coalesce(sum(due_minor), 0)::bigint FROM credit_notes WHERE invoice_id = s.invoice_id) AS "creditedDueMinor",
       (SELECT coalesce(sum(amount_minor), 0)::bigint FROM recorded_payments WHERE invoice_id = s.invoice_id)
         AS "recordedMinor",
       (SELECT p.remote_id FROM payment_methods p JOIN target_accounts a USING (account_id)
        WHERE a.target = 'stripe' AND p.customer_id = s.customer_id AND p.is_default) AS "paymentMethodId"
     FROM invoice_states s WHERE s.invoice_id = $1`,
    [invoiceId],
  );
  const [row] = rows;
  if (row === undefined)
    return { attempts: [], refunds: [], recordedMinor: 0n, creditedDueMinor: 0n, paymentMethodId: null };
  return { ...row, refunds: row.refunds.map(({ id, amountMinor }) => ({ id, amountMinor: BigInt(amountMinor) })) };
}

export type AttemptOutcome = 'paid' | 'processing' | 'declined' | 'done' | 'not needed';

/** Writes down what came of an attempt, once. @returns false if somebody has done so before */
export async function settleAttempt(
  sql: Sql,
  settled: { invoiceId: string; attempt: number; outcome: AttemptOutcome; code: string | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE collection_attempts a SET outcome = $3, code = $4, settled_at = business_now(k)
     FROM invoices i JOIN clocks k ON k.id = i.clock_id
     WHERE a.invoice_id = $1 AND a.attempt = $2 AND a.outcome IS NULL AND i.id = a.invoice_id`,
    [settled.invoiceId, settled.attempt, settled.outcome, settled.code],
  );
  return rowCount === 1;
}

/** Writes down what the target said to a refund, once. @returns false if somebody has done so before */
export async function settleRefund(
  sql: Sql,
  settled: { id: string; outcome: 'sent' | 'refused'; code: string | null; remoteIds: readonly string[] },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE refunds r SET outcome = $2, code = $3, remote_ids = $4, settled_at = business_now(k)
     FROM invoices i JOIN clocks k ON k.id = i.clock_id
     WHERE r.id = $1 AND r.outcome IS NULL AND i.id = r.invoice_id`,
    [settled.id, settled.outcome, settled.code, settled.remoteIds],
  );
  return rowCount === 1;
}

/** What is known of the payments that came in for an invoice at its target. */
export async function readCollectedMinor(sql: Sql, invoiceId: string): Promise<bigint> {
  const { rows } = await sql.query<{ sum: bigint }>(
    `SELECT coalesce(sum(amount_minor), 0)::bigint AS sum FROM remote_records
     WHERE invoice_id = $1 AND kind = 'payment' AND status = 'succeeded'`,
    [invoiceId],
  );
  return rows[0]?.sum ?? 0n;
}
