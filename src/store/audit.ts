import type { Sql } from './database.ts';

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
 * The statement that appends one link to each subject's chain: the hash covers the link before it, so that a changed or
 * missing entry shows. At most one record a subject in one statement. Two writers of one subject at the same instant
 * collide on the primary key and one of them fails, so it goes where the subject is locked, into the transaction or the
 * statement that it tells of.
 * @param records a query of subject_kind, subject_id, actor, action and detail
 */
export function auditOf(records: string): string {
  return `INSERT INTO audit_log (subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash, hash)
     SELECT subject_kind, subject_id, sequence, at, actor, action, detail, previous_hash,
            sha256(coalesce(previous_hash, ''::bytea) || convert_to(
              jsonb_build_array(subject_kind, subject_id, sequence, extract(epoch FROM at), actor, action, detail)::text,
              'UTF8'))
     FROM (
       SELECT r.subject_kind, r.subject_id, r.actor, r.action, r.detail, last.hash AS previous_hash,
              coalesce(last.sequence, 0) + 1 AS sequence, clock_timestamp()::timestamptz(3) AS at
       FROM (${records}) r
       LEFT JOIN LATERAL (
         SELECT a.sequence, a.hash FROM audit_log a
         WHERE a.subject_kind = r.subject_kind AND a.subject_id = r.subject_id ORDER BY a.sequence DESC LIMIT 1
       ) last ON true
     ) link`;
}

const appendGiven = auditOf(
  `SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[])
     AS given (subject_kind, subject_id, actor, action, detail)`,
);

/** Appends records to the chains of their subjects. */
export async function appendAudit(sql: Sql, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  await sql.query({
    name: 'append-audit',
    text: appendGiven,
    values: [
      records.map((record) => record.subjectKind),
      records.map((record) => record.subjectId),
      records.map((record) => record.actor),
      records.map((record) => record.action),
      records.map((record) => JSON.stringify(record.detail)),
    ],
  });
}
