import type { Sql } from './database.ts';

/** The code under which an invoice waits that a person has stopped. */
export const heldCode = 'held';

/** Why a draft is held: what a check has found, or why it could not be computed. */
export type HeldFinding = {
  code: string;
  subject: string;
  figure: bigint;
  reason: string;
  evidence: Record<string, unknown>;
};

/** All findings as one text, the gravest first: what an operator reads. */
export function reasonOf(findings: readonly HeldFinding[]): string {
  return findings.map(({ reason }) => reason).join(' ');
}

/**
 * Leaves drafts to a person, each under a new parking number, which an answer has to name; the first finding leads. One
 * that is held already is held anew, since whoever has read the old findings has not seen these.
 */
export async function holdDrafts(
  sql: Sql,
  held: readonly { id: string; findings: readonly HeldFinding[] }[],
): Promise<void> {
  if (held.length === 0) return;
  const rows = held.flatMap(({ id, findings }) => findings.map((finding, index) => ({ id, index, ...finding })));
  await sql.query(
    `WITH held AS (
       UPDATE invoice_states s SET lifecycle = 'held', failure_code = h.code, failure_reason = h.reason,
         parking_number = s.parking_number + 1, touched_at = now()
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS h (id, code, reason)
       WHERE s.invoice_id = h.id AND s.lifecycle IN ('draft', 'held')
       RETURNING s.invoice_id, s.parking_number)
     INSERT INTO held_findings (invoice_id, parking_number, place, code, subject, figure, reason, evidence)
     SELECT held.invoice_id, held.parking_number, f.place, f.code, f.subject, f.figure, f.reason, f.evidence
     FROM held JOIN unnest($4::uuid[], $5::int[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::jsonb[])
       AS f (id, place, code, subject, figure, reason, evidence) ON f.id = held.invoice_id`,
    [
      held.map(({ id }) => id),
      held.map(({ findings }) => findings[0]?.code),
      held.map(({ findings }) => reasonOf(findings)),
      rows.map(({ id }) => id),
      rows.map(({ index }) => index + 1),
      rows.map(({ code }) => code),
      rows.map(({ subject }) => subject),
      rows.map(({ figure }) => figure),
      rows.map(({ reason }) => reason),
      rows.map(({ evidence }) => JSON.stringify(evidence)),
    ],
  );
}

/** What a held draft says once nothing is found any more: it waits for its release all the same. */
export const clearedReason = 'Nothing is found any more as it is computed now; it waits to be released.';

/** The findings of held drafts are gone. An answer to them still holds, so the parking number stays. */
export async function clearReasons(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await sql.query(
    `UPDATE invoice_states SET failure_reason = $2, touched_at = now()
     WHERE invoice_id = ANY ($1::uuid[]) AND lifecycle = 'held' AND failure_reason IS DISTINCT FROM $2`,
    [invoiceIds, clearedReason],
  );
}

/** Ends the hold that an answer names. @returns false if the invoice is not held under this number */
export async function endHold(
  sql: Sql,
  held: { invoiceId: string; parkingNumber: number },
  to: 'draft' | 'void',
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE invoice_states SET lifecycle = $3, failure_code = NULL, failure_reason = NULL, touched_at = now(),
       wanted = CASE $3 WHEN 'void' THEN 'void' ELSE wanted END
     WHERE invoice_id = $1 AND lifecycle = 'held' AND parking_number = $2`,
    [held.invoiceId, held.parkingNumber, to],
  );
  return rowCount === 1;
}

/** Lets the findings of a parking pass. @returns them */
export async function waiveFindings(
  sql: Sql,
  waived: { invoiceId: string; parkingNumber: number; decisionId: string },
): Promise<{ code: string; subject: string; figure: bigint }[]> {
  await sql.query(`INSERT INTO finding_waivers (invoice_id, parking_number, decision_id) VALUES ($1, $2, $3)`, [
    waived.invoiceId,
    waived.parkingNumber,
    waived.decisionId,
  ]);
  return await readFindings(sql, waived.invoiceId, waived.parkingNumber);
}

/** What was found when a draft was held under this number, the gravest first. */
export async function readFindings(sql: Sql, invoiceId: string, parkingNumber: number): Promise<HeldFinding[]> {
  const { rows } = await sql.query<HeldFinding>(
    `SELECT code, subject, figure, reason, evidence FROM held_findings
     WHERE invoice_id = $1 AND parking_number = $2 ORDER BY place`,
    [invoiceId, parkingNumber],
  );
  return rows;
}
