import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import type { Lifecycle, Payment, Sync } from './invoice-status.ts';

export type SyncFacts = {
  id: string;
  revision: number;
  number: string;
  currency: string;
  customerId: string;
  totalMinor: bigint;
  periodStartAt: Date;
  periodEndAt: Date;
  issuedAt: Date;
  paymentDueOn: string;
  paymentTermsDays: number;
  attempt: number;
  priority: 'normal' | 'high';
  wanted: 'final' | 'void';
  /** The customer's id at the target, once it is there. */
  remoteCustomerId: string | null;
  /** Whether the target has the customer's contact as it is now. */
  customerIsCurrent: boolean;
  /** A copy that the target was seen to have of this invoice and revision, whether or not the books remember making it. */
  knownRemoteId: string | null;
  lines: OutgoingLine[];
};

/** What a target is told of a line. */
export type OutgoingLine = { id: string; description: string; amountMinor: bigint };

/**
 * Starts an attempt of an issued invoice's sync that holds a slot. The first attempt fixes the day by
 * which the customer pays, counted from the customer's own today. One statement, since every sync begins with it.
 */
export async function beginAttempt(sql: Sql, invoiceId: string): Promise<SyncFacts | undefined> {
  type Row = SyncFacts & { lines: { id: string; description: string; amountMinor: string }[] };
  const { rows } = await sql.query<Row>({
    name: 'begin-attempt',
    text: `WITH begun AS (
       UPDATE invoice_states s SET sync = 'syncing', sync_attempts = s.sync_attempts + 1, next_retry_at = NULL,
         touched_at = now(),
         payment_due_on = coalesce(s.payment_due_on, (business_now(k) AT TIME ZONE c.zone)::date + c.payment_terms_days)
       FROM customers c JOIN clocks k ON k.id = c.clock_id
       WHERE s.invoice_id = $1 AND c.id = s.customer_id AND s.lifecycle = 'issued'
         AND s.sync = 'syncing'
       RETURNING s.invoice_id, s.sync_attempts, s.payment_due_on, c.payment_terms_days, s.priority, s.wanted),
     attempt AS (
       INSERT INTO sync_attempts (invoice_id, attempt, started_at) SELECT invoice_id, sync_attempts, now() FROM begun)
     SELECT i.id, i.revision, i.number, i.currency, i.customer_id AS "customerId", i.total_minor AS "totalMinor",
            i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt", i.issued_at AS "issuedAt",
            b.payment_due_on AS "paymentDueOn", b.payment_terms_days AS "paymentTermsDays", b.sync_attempts AS attempt,
            b.priority, b.wanted, at_target.remote_id AS "remoteCustomerId",
            coalesce(at_target.is_current, false) AS "customerIsCurrent",
            (SELECT r.remote_id FROM remote_invoices r JOIN target_accounts a USING (account_id)
             WHERE a.target = 'stripe' AND r.invoice_id = i.id AND r.revision = i.revision
               AND r.status NOT IN ('void', 'gone')
             ORDER BY r.status = 'draft', r.created_at, r.remote_id LIMIT 1) AS "knownRemoteId",
            (SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'description', l.description,
               'amountMinor', l.amount_minor::text) ORDER BY l.position), '[]')
             FROM invoice_lines l WHERE l.invoice_id = i.id) AS lines
     FROM begun b JOIN invoices i ON i.id = b.invoice_id
     LEFT JOIN LATERAL (
       SELECT m.remote_id, k.updated_at IS NULL OR m.contact_at >= k.updated_at AS is_current
       FROM target_accounts a JOIN customer_mappings m ON m.account_id = a.account_id
       LEFT JOIN customer_contacts k ON k.customer_id = m.customer_id
       WHERE a.target = 'stripe' AND m.customer_id = i.customer_id) at_target ON true`,
    values: [invoiceId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  // Amounts come as text: JSON has no whole numbers as large as ours may be.
  return { ...row, lines: row.lines.map((line) => ({ ...line, amountMinor: BigInt(line.amountMinor) })) };
}

export type SyncState = {
  lifecycle: Lifecycle;
  sync: Sync;
  wanted: 'final' | 'void';
  payment: Payment;
  attempts: number;
  parkingNumber: number;
  failureCode: string | null;
  failureReason: string | null;
};

export async function readSyncState(
  sql: Sql,
  invoiceId: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<SyncState | undefined> {
  const { rows } = await sql.query<SyncState>(
    `SELECT lifecycle, sync, wanted, payment, sync_attempts AS attempts, parking_number AS "parkingNumber",
            failure_code AS "failureCode", failure_reason AS "failureReason"
     FROM invoice_states WHERE invoice_id = $1 ${lock}`,
    [invoiceId],
  );
  return rows[0];
}

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

/** Gives the slot back until the next try. */
export async function backOff(sql: Sql, invoiceId: string, nextRetryAt: Date): Promise<void> {
  await sql.query(
    `UPDATE invoice_states SET sync = 'backing_off', next_retry_at = $2, touched_at = now()
     WHERE invoice_id = $1 AND sync IN ('syncing', 'backing_off')`,
    [invoiceId, nextRetryAt],
  );
}

/**
 * Parks the invoice, unless a repeated call has done so. @returns the number that an answer has to name; undefined if
 * the invoice is not being synced any more
 */
export async function park(sql: Sql, invoiceId: string, code: string, reason: string): Promise<number | undefined> {
  const { rows } = await sql.query<{ number: number }>(
    `UPDATE invoice_states SET sync = 'parked', failure_code = $2, failure_reason = $3, next_retry_at = NULL,
       touched_at = now(), parked_at = coalesce(parked_at, now()),
       parking_number = parking_number + CASE WHEN sync = 'parked' THEN 0 ELSE 1 END
     WHERE invoice_id = $1 AND sync IN ('pending', 'queued', 'syncing', 'backing_off', 'parked')
     RETURNING parking_number AS number`,
    [invoiceId, code, reason],
  );
  return rows[0]?.number;
}

/** Takes a parked invoice up again. @returns false if it is not parked under this number */
export async function unpark(sql: Sql, invoiceId: string, parkingNumber: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE invoice_states SET sync = 'backing_off', parked_at = NULL, first_failed_at = NULL, touched_at = now()
     WHERE invoice_id = $1 AND sync = 'parked' AND parking_number = $2`,
    [invoiceId, parkingNumber],
  );
  return rowCount === 1;
}

export type Decision = {
  id: string;
  invoiceId: string;
  /** Of a hold, which answers nothing: how often it had been parked. */
  parkingNumber: number;
  kind: string;
  correctionId: string | null;
};

/** @returns false if the decision is already there */
export async function insertDecision(
  sql: Sql,
  decision: Decision & { actor: string; reason: string },
): Promise<boolean> {
  const { id, invoiceId, parkingNumber, kind, actor, reason, correctionId } = decision;
  const { rowCount } = await sql.query(
    `INSERT INTO decisions (id, invoice_id, parking_number, kind, actor, reason, correction_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [id, invoiceId, parkingNumber, kind, actor, reason, correctionId],
  );
  return rowCount === 1;
}

/** What a decision was made for. */
export async function findDecision(sql: Sql, id: string): Promise<Decision | undefined> {
  const { rows } = await sql.query<Decision>(
    `SELECT id, invoice_id AS "invoiceId", parking_number AS "parkingNumber", kind, correction_id AS "correctionId"
     FROM decisions WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Whether an issued invoice of the clock is neither at its target nor waiting for a person; looks at open ones only. */
export async function hasOpenSync(sql: Sql, clockId: string): Promise<boolean> {
  const { rows } = await sql.query<{ isOpen: boolean }>(
    `SELECT EXISTS (SELECT FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id
       WHERE s.sync NOT IN ('none', 'synced') AND s.sync <> 'parked' AND s.lifecycle = 'issued' AND i.clock_id = $1) AS "isOpen"`,
    [clockId],
  );
  return rows[0]?.isOpen === true;
}

/** Issued invoices of a clock that are neither at their target nor waiting for a person, and those that are: reads them all. */
export async function countSyncs(sql: Sql, clockId: string): Promise<{ open: number; synced: number; parked: number }> {
  const { rows } = await sql.query<{ open: number; synced: number; parked: number }>(
    `SELECT count(*) FILTER (WHERE s.sync NOT IN ('synced', 'parked'))::int AS open,
            count(*) FILTER (WHERE s.sync = 'synced')::int AS synced,
            count(*) FILTER (WHERE s.sync = 'parked')::int AS parked
     FROM invoice_states s JOIN invoices i ON i.id = s.invoice_id WHERE i.clock_id = $1 AND s.lifecycle = 'issued'`,
    [clockId],
  );
  return rows[0] as { open: number; synced: number; parked: number };
}
