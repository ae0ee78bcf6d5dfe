import type { Sql } from './database.ts';
import { givenReason } from './given-reason.ts';

export type AuditRecord = {
  /** What it happened to: `invoice`, `customer`, `clock`, `plan` … */
  subjectKind: string;
  subjectId: string;
  /** Who did it: a workflow, an API key's name, a person. */
  actor: string;
  action: string;
  /** Ids, amounts and codes; never personal data, which could not be erased from a chain. */
  detail: Record<string, unknown>;
};

/**
 * The statement that appends one link to a subject's chain for each record: the hash covers the link before it, so that
 * a changed or missing entry shows. It goes into the transaction or the statement that it tells of, as its last part.
 * Two writers of one subject at the same instant both get their place: the second waits for the first to commit. In the
 * order of the subjects, so that two statements over the same ones never wait in a circle.
 *
 * The function inserts, and answers the link's place, which is never 0: the INSERT around it adds nothing. It is there
 * because PostgreSQL carries out a part of a statement that writes in any case, and one that only reads not if nobody
 * asks for what it reads. OFFSET 0 keeps the order: without it the call would be moved below the sort.
 * @param records a query of subject_kind, subject_id, actor, action and detail
 */
export function auditOf(records: string): string {
  return `INSERT INTO audit_log SELECT (NULL::audit_log).*
     FROM (SELECT * FROM (${records}) r ORDER BY subject_kind, subject_id OFFSET 0) ordered
     WHERE append_audit_link(subject_kind, subject_id, actor, action, detail) = 0`;
}

const given = `SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[])
  AS given (subject_kind, subject_id, actor, action, detail)`;
const appendFew = auditOf(given);

/**
 * In half the time for many subjects, at most one record each, whose rows the transaction has locked: a rival for the
 * same place would be an error here.
 */
const appendMany = `INSERT INTO audit_log
    (subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash, hash)
  SELECT subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash,
         audit_hash(previous_hash, subject_kind, subject_id, sequence, at, actor, action, detail)
  FROM (
    SELECT r.subject_kind, r.subject_id, r.actor, r.action, r.detail, last.hash AS previous_hash,
           coalesce(last.sequence, 0) + 1 AS sequence, greatest(clock_timestamp()::timestamptz(3), last.at) AS at
    FROM (${given}) r
    LEFT JOIN LATERAL (
      SELECT a.sequence, a.hash, a.at FROM audit_log a
      WHERE a.subject_kind = r.subject_kind AND a.subject_id = r.subject_id ORDER BY a.sequence DESC LIMIT 1
    ) last ON true
  ) link`;
const few = 20;

/**
 * Appends records to the chains of their subjects. More than twenty are of different subjects, locked by the caller. A reason
 * that came beside the request stands in each, unless the record has one of its own.
 */
export async function appendAudit(sql: Sql, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  const isFew = records.length <= few;
  const reason = givenReason();
  await sql.query({
    name: isFew ? 'append-audit' : 'append-audit-many',
    text: isFew ? appendFew : appendMany,
    values: [
      records.map((record) => record.subjectKind),
      records.map((record) => record.subjectId),
      records.map((record) => record.actor),
      records.map((record) => record.action),
      records.map(({ detail }) => JSON.stringify(reason === undefined ? detail : { reason, ...detail })),
    ],
  });
}
