import type { HistoryEntry } from './audit-views.ts';
import type { Sql } from './database.ts';

/** A link beside its subject. */
export type AuditEntry = HistoryEntry & { subjectKind: string; subjectId: string };

export type AuditFilter = {
  subjectKind?: string;
  subjectId?: string;
  actor?: string;
  action?: string;
  /** Only what people, their keys and customers did; or only what runs, syncs and schedules did. */
  by?: 'people' | 'machines';
  from?: Date;
  to?: Date;
};

/** A place in the log, newest first over all subjects. */
export type AuditPosition = { at: Date; subjectKind: string; subjectId: string; sequence: number };

/** As the partial index says it, word for word. */
const byPeople = `(actor LIKE 'api-key:%' OR actor LIKE 'operator:%' OR actor LIKE 'user:%')`;

/** Links that a page looks at. A rare actor or action would otherwise be looked for through the whole log. */
const looksAt = 20_000;

/** Links of one millisecond stand by their place in their chains, so that no chain is told backwards. */
const inOrder = 'ORDER BY at DESC, sequence DESC, subject_kind DESC, subject_id DESC';

/**
 * A page of the log, the newest first. It looks at 20,000 links at most, so that it may have fewer rows than asked for
 * although there are more.
 * @returns the rows, and the place after which the next page goes on; undefined at the end
 */
export async function listAudit(
  sql: Sql,
  filter: AuditFilter,
  page: { after: AuditPosition | undefined; limit: number },
): Promise<{ rows: AuditEntry[]; next: AuditPosition | undefined }> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const looked = ['true'];
  if (filter.subjectKind !== undefined) looked.push(`subject_kind = ${bind(filter.subjectKind)}`);
  if (filter.subjectId !== undefined) looked.push(`subject_id = ${bind(filter.subjectId)}`);
  if (filter.by !== undefined) looked.push(filter.by === 'people' ? byPeople : `NOT ${byPeople}`);
  if (filter.from !== undefined) looked.push(`at >= ${bind(filter.from)}`);
  if (filter.to !== undefined) looked.push(`at < ${bind(filter.to)}`);
  if (page.after !== undefined) looked.push(afterPosition(page.after, bind));
  const window = `SELECT subject_kind, subject_id, sequence, at, actor, action, detail, hash FROM audit_log
    WHERE ${looked.join(' AND ')} ${inOrder} LIMIT ${looksAt}`;
  const lookedAt = values.slice();
  const chosen = ['true'];
  if (filter.actor !== undefined) chosen.push(`actor = ${bind(filter.actor)}`);
  if (filter.action !== undefined) chosen.push(`action = ${bind(filter.action)}`);
  const { rows } = await sql.query<AuditEntry>(
    `SELECT subject_kind AS "subjectKind", subject_id AS "subjectId", sequence, at, actor, action, detail,
       encode(hash, 'hex') AS hash
     FROM (${window}) looked WHERE ${chosen.join(' AND ')} ${inOrder} LIMIT ${bind(page.limit + 1)}`,
    values,
  );
  const shown = rows.slice(0, page.limit);
  if (rows.length > page.limit) return { rows: shown, next: shown.at(-1) };
  const { rows: last } = await sql.query<AuditPosition>(
    `SELECT at, subject_kind AS "subjectKind", subject_id AS "subjectId", sequence
     FROM (${window}) looked ${inOrder} OFFSET ${looksAt - 1}`,
    lookedAt,
  );
  return { rows: shown, next: last[0] };
}

function afterPosition(after: AuditPosition, bind: (value: unknown) => string): string {
  const at = bind(after.at);
  const place = [`${bind(after.sequence)}::int`, bind(after.subjectKind), `${bind(after.subjectId)}::uuid`].join(', ');
  return `at <= ${at} AND (at < ${at} OR (sequence, subject_kind, subject_id) < (${place}))`;
}
