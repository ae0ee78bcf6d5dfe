import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import type { Payment } from './invoice-status.ts';

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
     WHERE invoice_id = $1 AND sync IN ('syncing', 'backing_off')`,
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
  paidAt: Date | null;
};

/** `again`: what is wanted has changed since the attempt began, so the sync is not over. */
export type Completed = 'synced' | 'again';

/** Payment moves forward only: what comes late, or from a copy that lags, takes nothing back. */
const laterPayment = `CASE WHEN array_position(ARRAY['none', 'unpaid', 'processing', 'partly_paid', 'uncollectible', 'paid'], $8::text)
    > array_position(ARRAY['none', 'unpaid', 'processing', 'partly_paid', 'uncollectible', 'paid'], payment)
  THEN $8::text ELSE payment END`;

const began = `(SELECT started_at FROM sync_attempts WHERE invoice_id = $1 AND attempt = $2)`;

/**
 * Records in one statement what came of a sync: the mapping, the attempt's end, the state, and the audit entry. A wish for
 * a void that Stripe could not fulfil, since the customer had paid, is taken back here.
 */
export async function completeSync(
  sql: Sql,
  done: { invoiceId: string; attempt: number; accountId: string; remote: Seen; paidInsteadOfVoid?: boolean },
): Promise<Completed> {
  const { remote, paidInsteadOfVoid = false } = done;
  const { rows } = await sql.query<{ sync: string }>({
    name: 'complete-sync',
    text: `WITH mapping AS (
       INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor, remote_url)
       VALUES ($3, $1, $4, $5, $6, $7)
       ON CONFLICT (account_id, invoice_id) DO UPDATE SET remote_status = excluded.remote_status,
         remote_total_minor = excluded.remote_total_minor, remote_url = excluded.remote_url, updated_at = now()),
     ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = CASE WHEN $11::boolean THEN 'paid instead' ELSE 'synced' END
       WHERE invoice_id = $1 AND attempt = $2),
     synced AS (
       UPDATE invoice_states SET sync = CASE WHEN want_changed_at >= ${began} THEN 'pending' ELSE 'synced' END,
         wanted = CASE WHEN $11::boolean THEN 'final' ELSE wanted END,
         payment = ${laterPayment}, amount_paid_minor = greatest(amount_paid_minor, $9::bigint),
         paid_at = coalesce(paid_at, $10::timestamptz),
         synced_at = now(), touched_at = now(), first_failed_at = NULL, parked_at = NULL,
         next_retry_at = NULL, failure_code = NULL, failure_reason = NULL
       -- Of two attempts that end at once the second waits for the first here, and then has nothing to tell.
       WHERE invoice_id = $1 AND sync <> 'synced' AND lifecycle = 'issued' RETURNING invoice_id, sync, payment),
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
    ],
  });
  return rows[0]?.sync === 'pending' ? 'again' : 'synced';
}

/**
 * Records that nothing of an invoice is left at Stripe that could be paid: void here from now on, its number stays used.
 * @param done.remote null if Stripe never had it
 */
export async function completeVoid(
  sql: Sql,
  done: { invoiceId: string; attempt: number; accountId: string; remote: { remoteId: string; status: string } | null },
): Promise<void> {
  await sql.query(
    `WITH mapping AS (
       INSERT INTO invoice_mappings (account_id, invoice_id, remote_id, remote_status, remote_total_minor)
       SELECT $3, $1, $4, $5, total_minor FROM invoices WHERE id = $1 AND $4::text IS NOT NULL
       ON CONFLICT (account_id, invoice_id) DO UPDATE SET remote_status = excluded.remote_status, updated_at = now()),
     ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = 'voided' WHERE invoice_id = $1 AND attempt = $2),
     voided AS (
       UPDATE invoice_states SET lifecycle = 'void', sync = 'synced', payment = 'none', synced_at = now(),
         touched_at = now(), first_failed_at = NULL, parked_at = NULL, next_retry_at = NULL, failure_code = NULL,
         failure_reason = NULL
       WHERE invoice_id = $1 AND lifecycle = 'issued' RETURNING invoice_id)
     ${auditOf(
       `SELECT 'invoice' AS subject_kind, invoice_id AS subject_id, 'sync' AS actor, 'voided' AS action,
          jsonb_build_object('remoteId', $4::text, 'status', $5::text, 'attempt', $2::int) AS detail FROM voided`,
     )}`,
    [done.invoiceId, done.attempt, done.accountId, done.remote?.remoteId ?? null, done.remote?.status ?? null],
  );
}

/** Ends an attempt that a pause or a hold has stopped; the slot is given back, and nothing counts as failed. */
export async function stopAttempt(sql: Sql, invoiceId: string, attempt: number): Promise<void> {
  await sql.query(
    `WITH ended AS (
       UPDATE sync_attempts SET ended_at = now(), outcome = 'stopped' WHERE invoice_id = $1 AND attempt = $2)
     UPDATE invoice_states SET sync = 'backing_off', next_retry_at = NULL, touched_at = now()
     WHERE invoice_id = $1 AND sync = 'syncing'`,
    [invoiceId, attempt],
  );
}
