import type { Subject } from './audit-verify.ts';
import type { Sql } from './database.ts';

/** A link as it is shown; `hash` in hex. */
export type HistoryEntry = {
  sequence: number;
  at: Date;
  actor: string;
  action: string;
  detail: Record<string, unknown>;
  hash: string;
};

/** What is told of a subject, in order after the cursor, the next so many. */
export async function listHistory(
  sql: Sql,
  subject: Subject,
  page: { after: number; limit: number },
): Promise<HistoryEntry[]> {
  const { rows } = await sql.query<HistoryEntry>({
    name: 'list-history',
    text: `SELECT sequence, at, actor, action, detail, encode(hash, 'hex') AS hash FROM audit_log
           WHERE subject_kind = $1 AND subject_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4`,
    values: [subject.kind, subject.id, page.after, page.limit],
  });
  return rows;
}
