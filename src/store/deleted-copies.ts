import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import type { DueDraft } from './invoice-issue.ts';
import { isOfAccount } from './stripe-events.ts';

/**
 * Invoices whose draft at Stripe was deleted by somebody else than this database. Stripe lists it no more; only the event
 * tells that a database which is lost has abandoned the invoice, or that a person has deleted it there.
 */

/** The code of an invoice that waits since its copy was deleted. */
export const deletedCode = 'invoice-deleted-at-stripe';

/** True if the copy of an invoice was deleted there, and not by a request that is stored here. */
const isDeleted = (invoiceId: string) => `EXISTS (SELECT FROM stripe_events e
  WHERE e.type = 'invoice.deleted' AND e.named_invoice_id = ${invoiceId} AND ${isOfAccount}
    AND NOT EXISTS (SELECT FROM stored_requests s WHERE s.idempotency_key = e.idempotency_key))`;

/** True if a copy of an invoice was seen that is neither void nor gone. */
const isAlive = (invoiceId: string) =>
  `EXISTS (SELECT FROM remote_invoices r WHERE r.invoice_id = ${invoiceId} AND r.status NOT IN ('void', 'gone'))`;

const reason =
  'Its draft at Stripe was deleted, and this database does not know why: after the backup it may have been abandoned. ' +
  'Abandon it if it is not to be billed; any other answer bills it.';

/**
 * Leaves to a person every issued invoice that is not mapped and whose copy was deleted. One that waits already keeps its
 * code, and waits under a new number with this reason too, since whoever has read the old one has not seen it. What was
 * answered once does not wait for this again.
 * @param runId the adoption that has listed what is alive
 * @returns how many wait now
 */
export async function parkDeleted(sql: Sql, runId: string): Promise<number> {
  const { rows } = await sql.query<{ id: string; code: string; parkingNumber: number }>(
    `UPDATE invoice_states s SET sync = 'parked', parked_at = coalesce(s.parked_at, now()), next_retry_at = NULL,
       touched_at = now(), parking_number = s.parking_number + 1,
       failure_code = CASE s.sync WHEN 'parked' THEN s.failure_code ELSE $1 END,
       failure_reason = CASE s.sync WHEN 'parked' THEN concat_ws(' ', s.failure_reason, $2::text) ELSE $2 END
     WHERE s.lifecycle = 'issued' AND s.wanted = 'final' AND s.sync IN ('pending', 'queued', 'syncing', 'backing_off', 'parked')
       AND strpos(coalesce(s.failure_reason, ''), $2) = 0
       AND NOT EXISTS (SELECT FROM invoice_mappings m WHERE m.invoice_id = s.invoice_id)
       AND ${isDeleted('s.invoice_id')} AND NOT ${isAlive('s.invoice_id')}
     RETURNING s.invoice_id AS id, s.failure_code AS code, s.parking_number AS "parkingNumber"`,
    [deletedCode, reason],
  );
  await sql.query(
    auditOf(`SELECT 'invoice' AS subject_kind, id AS subject_id, 'reconciliation ' || $1::uuid AS actor, 'parked' AS action,
       jsonb_build_object('code', code, 'parkingNumber', number, 'because', 'deleted at Stripe') AS detail
       FROM unnest($2::uuid[], $3::text[], $4::int[]) AS parked (id, code, number)`),
    [runId, rows.map(({ id }) => id), rows.map(({ code }) => code), rows.map(({ parkingNumber }) => parkingNumber)],
  );
  return rows.length;
}

/**
 * Of drafts those whose copy was deleted: they were issued and abandoned before a restore, since a draft of ours is never
 * at Stripe. One that a person has released since is not among them.
 */
export async function findDeleted(sql: Sql, drafts: readonly DueDraft[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT d.id FROM unnest($1::uuid[]) AS d (id)
     WHERE ${isDeleted('d.id')} AND NOT ${isAlive('d.id')} AND NOT EXISTS (
       SELECT FROM finding_waivers w JOIN held_findings f USING (invoice_id, parking_number)
       WHERE w.invoice_id = d.id AND f.code = $2)`,
    [drafts.map(({ id }) => id), deletedCode],
  );
  return new Set(rows.map(({ id }) => id));
}

/** That a draft was abandoned, as what it is held for. */
export const deletedFinding = { code: deletedCode, subject: '', figure: 0n, reason, evidence: {} };
