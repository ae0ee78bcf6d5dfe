import type { Sql } from './database.ts';
import type { Lifecycle, Payment, Sync } from './invoice-status.ts';
import { type OutgoingLine, type OutgoingRow, plainLines, readOutgoingLines } from './outgoing-lines.ts';

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
  /** What it says beside its lines; null where it says nothing. */
  memo: string | null;
  purchaseOrder: string | null;
  footer: string | null;
  attempt: number;
  priority: 'normal' | 'high';
  wanted: 'final' | 'void';
  /** As it was when the attempt began: another one later says that the attempt does not end the sync. */
  wantChangedAt: Date | null;
  /** How it is collected; fixed by the first attempt. */
  collection: 'send_invoice' | 'charge_automatically';
  /** Whether anything about its money may be wanted at the target, or was recorded here. */
  hasMoneyMatters: boolean;
  /** The customer's id at the target, once it is there. */
  remoteCustomerId: string | null;
  /** Whether the target has the customer's contact as it is now. */
  customerIsCurrent: boolean;
  /** A copy that the target was seen to have of this invoice and revision, whether or not the books remember making it. */
  knownRemoteId: string | null;
  /** Whether credit notes are still to be brought to the target. */
  hasCreditNotes: boolean;
  lines: OutgoingLine[];
};

/** Of an invoice that no attempt was made for yet, whose customer is to be charged. */
const isFirstCharged = `(s.sync_attempts = 0 AND c.collection_method = 'charge_automatically')`;
const hasMethod = `EXISTS (SELECT FROM payment_methods p WHERE p.customer_id = s.customer_id AND p.is_default)`;
/** An open wish, or money that came in elsewhere, which the target may not know of. */
const hasMoneyMatters = `EXISTS (SELECT FROM collection_attempts a WHERE a.invoice_id = i.id AND a.outcome IS NULL)
  OR EXISTS (SELECT FROM refunds r WHERE r.invoice_id = i.id AND r.outcome IS NULL)
  OR EXISTS (SELECT FROM recorded_payments p WHERE p.invoice_id = i.id)`;

/**
 * Starts an attempt of an issued invoice's sync that holds a slot. The day by which the customer pays is fixed by the
 * issue; only one from before that was so gets it with its first attempt. The first attempt also fixes how the invoice is
 * collected: where the saved payment method is to be charged it wants the first attempt at that, and where there is none the
 * invoice is sent, and says so. One statement (of a long invoice two), since every sync begins with it.
 */
export async function beginAttempt(sql: Sql, invoiceId: string): Promise<SyncFacts | undefined> {
  type Row = Omit<SyncFacts, 'lines'> & { lines: OutgoingRow[] | null };
  const { rows } = await sql.query<Row>({
    name: 'begin-attempt',
    text: `WITH begun AS (
       UPDATE invoice_states s SET sync = 'syncing', sync_attempts = s.sync_attempts + 1, next_retry_at = NULL,
         touched_at = now(),
         payment_due_on = coalesce(s.payment_due_on, (business_now(k) AT TIME ZONE c.zone)::date + c.payment_terms_days),
         collection = coalesce(s.collection, CASE WHEN ${isFirstCharged} AND ${hasMethod} THEN 'charge_automatically'
           ELSE 'send_invoice' END),
         collection_fallback = CASE WHEN s.collection IS NULL AND ${isFirstCharged} AND NOT ${hasMethod}
           THEN 'no-payment-method' ELSE s.collection_fallback END
       FROM customers c JOIN clocks k ON k.id = c.clock_id
       WHERE s.invoice_id = $1 AND c.id = s.customer_id AND s.lifecycle = 'issued'
         AND s.sync = 'syncing'
       RETURNING s.invoice_id, s.sync_attempts, s.payment_due_on, c.payment_terms_days AS customer_terms, s.priority, s.wanted, s.want_changed_at,
         s.collection, s.payment, business_now(k) AS business_at),
     charged AS (
       INSERT INTO collection_attempts (invoice_id, attempt, kind, wanted_at, wanted_by)
       SELECT invoice_id, 1, 'pay', business_at, 'sync' FROM begun
       WHERE sync_attempts = 1 AND collection = 'charge_automatically' AND payment = 'unpaid' AND wanted = 'final'
       ON CONFLICT DO NOTHING RETURNING invoice_id),
     attempt AS (
       INSERT INTO sync_attempts (invoice_id, attempt, started_at) SELECT invoice_id, sync_attempts, now() FROM begun)
     SELECT i.id, i.revision, i.number, i.currency, i.customer_id AS "customerId", i.total_minor AS "totalMinor",
            i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt", i.issued_at AS "issuedAt",
            b.payment_due_on AS "paymentDueOn", coalesce(says.payment_terms_days, b.customer_terms) AS "paymentTermsDays",
            says.memo, says.purchase_order AS "purchaseOrder", says.seller ->> 'footer' AS footer, b.sync_attempts AS attempt,
            b.priority, b.wanted, b.want_changed_at AS "wantChangedAt", b.collection,
            EXISTS (SELECT FROM charged) OR ${hasMoneyMatters} AS "hasMoneyMatters", at_target.remote_id AS "remoteCustomerId",
            coalesce(at_target.is_current, false) AS "customerIsCurrent",
            (SELECT r.remote_id FROM remote_invoices r JOIN target_accounts a USING (account_id)
             WHERE a.target = 'stripe' AND r.invoice_id = i.id AND r.revision = i.revision
               AND r.status NOT IN ('void', 'gone')
             ORDER BY r.status = 'draft', r.created_at, r.remote_id LIMIT 1) AS "knownRemoteId",
            EXISTS (SELECT FROM credit_notes n WHERE n.invoice_id = i.id AND n.money_minor > 0
              AND NOT EXISTS (SELECT FROM credit_note_copies c WHERE c.credit_note_id = n.id)) AS "hasCreditNotes",
            ${plainLines} AS lines
     FROM begun b JOIN invoices i ON i.id = b.invoice_id LEFT JOIN invoice_parties says ON says.invoice_id = i.id
     LEFT JOIN LATERAL (
       SELECT m.remote_id, k.updated_at IS NULL OR m.contact_at >= k.updated_at AS is_current
       FROM target_accounts a JOIN customer_mappings m ON m.account_id = a.account_id
       LEFT JOIN customer_contacts k ON k.customer_id = m.customer_id
       WHERE a.target = 'stripe' AND m.customer_id = i.customer_id) at_target ON true`,
    values: [invoiceId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  return { ...row, lines: await readOutgoingLines(sql, invoiceId, row.lines) };
}

export type SyncState = {
  lifecycle: Lifecycle;
  sync: Sync;
  wanted: 'final' | 'void';
  payment: Payment;
  amountPaidMinor: bigint;
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
    `SELECT lifecycle, sync, wanted, payment, amount_paid_minor AS "amountPaidMinor", sync_attempts AS attempts, parking_number AS "parkingNumber",
            failure_code AS "failureCode", failure_reason AS "failureReason"
     FROM invoice_states WHERE invoice_id = $1 ${lock}`,
    [invoiceId],
  );
  return rows[0];
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
 * Parks an invoice that is on its way. One that is parked keeps the reason that a person knows it by, such as a hold.
 * @returns the number that an answer has to name; undefined if the invoice is parked already, or not being synced
 */
export async function park(sql: Sql, invoiceId: string, code: string, reason: string): Promise<number | undefined> {
  const { rows } = await sql.query<{ number: number }>(
    `UPDATE invoice_states SET sync = 'parked', failure_code = $2, failure_reason = $3, next_retry_at = NULL,
       touched_at = now(), parked_at = now(), parking_number = parking_number + 1
     WHERE invoice_id = $1 AND sync IN ('pending', 'queued', 'syncing', 'backing_off')
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
