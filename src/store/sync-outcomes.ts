import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import { isSwept } from './event-sweeps.ts';
import type { Payment } from './invoice-status.ts';
import { isPaused } from './pauses.ts';
import { outageEnded } from './target-outages.ts';

/**
 * Closes an attempt that failed; the state is told by whoever decides what comes next. An attempt that was given up and
 * fails late changes nothing of an invoice that another has brought to rest.
 */
export async function failAttempt(
  sql: Sql,
  failed: { invoiceId: string; attempt: number; code: string; reason: string; remoteMessage: string | null },
): Promise<void> {
  await sql.query(
    `WITH ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = 'failed', code = $3, reason = concat_ws(' Stripe says: ', $4::text, $5::text)
       WHERE invoice_id = $1 AND attempt = $2)
     UPDATE invoice_states SET failure_code = $3, failure_reason = $4, touched_at = now(),
       first_failed_at = coalesce(first_failed_at, now())
     WHERE invoice_id = $1 AND sync_attempts = $2 AND sync IN ('syncing', 'backing_off')`,
    [failed.invoiceId, failed.attempt, failed.code, failed.reason, failed.remoteMessage],
  );
}

/** What was seen of an invoice at its target. */
export type Seen = {
  remoteId: string;
  status: string;
  totalMinor: bigint;
  url: string | null;
  payment: Payment;
  amountPaidMinor: bigint;
  /** The part of it that came in elsewhere. */
  paidElsewhereMinor: bigint;
  paidAt: Date | null;
};

/** `again`: what is wanted has changed since the attempt began, or another attempt has taken over: it is not over. */
export type Completed = 'synced' | 'again';

/**
 * What has come in, the target and our own records taken together: the target may know of a recorded payment, once it was
 * marked there, or not yet.
 */
const reachedPayment = `reached AS (
  SELECT sums.paid, CASE WHEN sums.paid >= sums.total AND sums.paid > 0 THEN 'paid'
           WHEN sums.paid > 0 AND $8::text = 'unpaid' THEN 'partly_paid' ELSE $8::text END AS payment
  FROM (SELECT greatest($9::bigint, $9::bigint - $13::bigint + coalesce(sum(p.amount_minor), 0)) AS paid,
          (SELECT total_minor FROM invoices WHERE id = $1) AS total
        FROM recorded_payments p WHERE p.invoice_id = $1) sums)`;

/** Payment moves forward only: what comes late, or from a copy that lags, takes nothing back. */
const laterPayment = `CASE WHEN array_position(ARRAY['none', 'unpaid', 'processing', 'partly_paid', 'uncollectible', 'paid'], r.payment)
    > array_position(ARRAY['none', 'unpaid', 'processing', 'partly_paid', 'uncollectible', 'paid'], s.payment)
  THEN r.payment ELSE s.payment END`;

/**
 * Records in one statement what came of a sync: the mapping, the attempt's end, the state, and the audit entry, and that the
 * target is not away (src/store/target-outages.ts). A wish for
 * a void that Stripe could not fulfil, since the customer had paid, is taken back here.
 */
export async function completeSync(
  sql: Sql,
  done: {
    invoiceId: string;
    attempt: number;
    accountId: string;
    remote: Seen;
    /** What was wanted when the attempt began. */
    wantChangedAt: Date | null;
    paidInsteadOfVoid?: boolean;
  },
): Promise<Completed> {
  const { remote, paidInsteadOfVoid = false } = done;
  const { rows } = await sql.query<{ sync: string }>({
    name: 'complete-sync',
    text: `WITH ${reachedPayment},
     ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = CASE WHEN $11::boolean THEN 'paid instead' ELSE 'synced' END
       WHERE invoice_id = $1 AND attempt = $2),
     synced AS (
       UPDATE invoice_states s SET
         sync = CASE WHEN want_changed_at IS DISTINCT FROM $12 OR (wanted = 'void' AND NOT $11::boolean)
           THEN 'pending' ELSE 'synced' END,
         wanted = CASE WHEN $11::boolean THEN 'final' ELSE wanted END,
         payment = ${laterPayment}, amount_paid_minor = greatest(s.amount_paid_minor, r.paid),
         paid_at = coalesce(paid_at, $10::timestamptz),
         synced_at = now(), touched_at = now(), first_failed_at = NULL, parked_at = NULL,
         next_retry_at = NULL, failure_code = NULL, failure_reason = NULL
       FROM reached r
       -- An attempt that another has overtaken has nothing to tell: that one comes to its own end.
       WHERE invoice_id = $1 AND sync <> 'synced' AND lifecycle = 'issued' AND sync_attempts = $2
       RETURNING s.invoice_id, s.sync, s.payment),
     back AS (${outageEnded("'stripe'")}),
     mapping AS (
       INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor, remote_url)
       SELECT $3, invoice_id, $4, $5, $6, $7 FROM synced
       ON CONFLICT (account_id, invoice_id) DO UPDATE SET remote_id = excluded.remote_id,
         remote_status = excluded.remote_status, remote_total_minor = excluded.remote_total_minor,
         remote_url = excluded.remote_url, updated_at = now()),
     audited AS (${auditOf(
       `SELECT 'invoice' AS subject_kind, invoice_id AS subject_id, 'sync' AS actor,
          CASE WHEN $11::boolean THEN 'void refused' ELSE 'synced' END AS action,
          jsonb_build_object('remoteId', $4::text, 'totalMinor', $6::bigint::text, 'attempt', $2::int,
            'status', $5::text, 'payment', payment) AS detail
        FROM synced`,
     )})
     SELECT sync FROM synced`,
    values: [
      done.invoiceId,
      done.attempt,
      done.accountId,
      remote.remoteId,
      remote.status,
      remote.totalMinor,
      remote.url,
      remote.payment,
      remote.amountPaidMinor,
      remote.paidAt,
      paidInsteadOfVoid,
      done.wantChangedAt,
      remote.paidElsewhereMinor,
    ],
  });
  return rows[0]?.sync === 'synced' ? 'synced' : 'again';
}

/**
 * Records that nothing of an invoice is left at Stripe that could be paid: void here from now on, its number stays used.
 * @param done.remote null if Stripe never had it: nobody may have paused meanwhile then, since no request has asked
 * @returns false if it was not done: a pause is on, or another attempt has taken over
 */
export async function completeVoid(
  sql: Sql,
  done: { invoiceId: string; attempt: number; accountId: string; remote: { remoteId: string; status: string } | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH voided AS (
       UPDATE invoice_states SET lifecycle = 'void', sync = 'synced', payment = 'none', synced_at = now(),
         touched_at = now(), first_failed_at = NULL, parked_at = NULL, next_retry_at = NULL, failure_code = NULL,
         failure_reason = NULL
       WHERE invoice_id = $1 AND lifecycle = 'issued' AND sync_attempts = $2
         AND ($4::text IS NOT NULL OR (${isSwept('$3')} AND NOT ${isPaused}))
       RETURNING invoice_id),
     needless AS (
       UPDATE collection_attempts SET outcome = 'not needed', settled_at = business_now(k)
       FROM voided v JOIN invoices i ON i.id = v.invoice_id JOIN clocks k ON k.id = i.clock_id
       WHERE collection_attempts.invoice_id = v.invoice_id AND outcome IS NULL),
     ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = 'voided'
       WHERE invoice_id = $1 AND attempt = $2 AND EXISTS (SELECT FROM voided)),
     mapping AS (
       INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor)
       SELECT $3, i.id, $4, $5, i.total_minor FROM invoices i JOIN voided v ON v.invoice_id = i.id WHERE $4::text IS NOT NULL
       ON CONFLICT (account_id, invoice_id) DO UPDATE SET remote_id = excluded.remote_id,
         remote_status = excluded.remote_status, updated_at = now()),
     audited AS (${auditOf(
       `SELECT 'invoice' AS subject_kind, invoice_id AS subject_id, 'sync' AS actor, 'voided' AS action,
          jsonb_build_object('remoteId', $4::text, 'status', $5::text, 'attempt', $2::int) AS detail FROM voided`,
     )})
     SELECT FROM voided`,
    [done.invoiceId, done.attempt, done.accountId, done.remote?.remoteId ?? null, done.remote?.status ?? null],
  );
  return rowCount === 1;
}

/** Ends an attempt that a pause or a hold has stopped; the slot is given back, and nothing counts as failed. */
export async function stopAttempt(sql: Sql, invoiceId: string, attempt: number): Promise<void> {
  await sql.query(
    `WITH ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = 'stopped' WHERE invoice_id = $1 AND attempt = $2)
     UPDATE invoice_states SET sync = 'backing_off', next_retry_at = NULL, touched_at = now()
     WHERE invoice_id = $1 AND sync = 'syncing' AND sync_attempts = $2`,
    [invoiceId, attempt],
  );
}
