import type { Sql } from './database.ts';

export type CorrectionState = 'previewed' | 'applied' | 'refused' | 'discarded';
export const correctionStates = ['previewed', 'applied', 'refused', 'discarded'] as const;
export const correctionKinds = ['events', 'late-usage'] as const;

/** A correction of usage as it is stored; its content and outcome are as the use cases wrote them. */
export type StoredCorrection = {
  id: string;
  kind: (typeof correctionKinds)[number];
  state: CorrectionState;
  content: unknown;
  reason: string;
  actor: string;
  outcome: unknown;
  /** Hex. */
  outcomeHash: string;
  previewedAt: Date;
  endedAt: Date | null;
  endedBy: string | null;
  endReason: string | null;
};

const columns = (content: string) => `id, kind, state, ${content} AS content, reason, actor, outcome,
  encode(outcome_hash, 'hex') AS "outcomeHash", previewed_at AS "previewedAt", ended_at AS "endedAt",
  ended_by AS "endedBy", end_reason AS "endReason"`;

export type NewUsageCorrection = Pick<
  StoredCorrection,
  'id' | 'kind' | 'content' | 'reason' | 'actor' | 'outcome' | 'outcomeHash'
>;

export async function insertUsageCorrection(sql: Sql, correction: NewUsageCorrection): Promise<void> {
  const { id, kind, content, reason, actor, outcome, outcomeHash } = correction;
  await sql.query(
    `INSERT INTO usage_corrections (id, kind, content, reason, actor, outcome, outcome_hash)
     VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'))`,
    [id, kind, JSON.stringify(content), reason, actor, JSON.stringify(outcome), outcomeHash],
  );
}

/** Locks a correction: of two who apply it at once one does, and the other finds it applied. */
export async function lockUsageCorrection(sql: Sql, id: string): Promise<StoredCorrection | undefined> {
  const { rows } = await sql.query<StoredCorrection>(
    `SELECT ${columns('content')} FROM usage_corrections WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

export async function findUsageCorrection(sql: Sql, id: string): Promise<StoredCorrection | undefined> {
  const { rows } = await sql.query<StoredCorrection>(
    `SELECT ${columns('content')} FROM usage_corrections WHERE id = $1`,
    [id],
  );
  return rows[0];
}

export async function endUsageCorrection(
  sql: Sql,
  id: string,
  end: { state: Exclude<CorrectionState, 'previewed'>; by: string; reason: string | null },
): Promise<void> {
  await sql.query(
    `UPDATE usage_corrections SET state = $2, ended_by = $3, end_reason = $4, ended_at = clock_timestamp() WHERE id = $1`,
    [id, end.state, end.by, end.reason],
  );
}

export type CorrectionCursor = { previewedAt: Date; id: string };

/** A page of corrections, the newest first, after the cursor, each without its content and the lines of its outcome. */
export async function listUsageCorrections(
  sql: Sql,
  filter: { state?: CorrectionState },
  page: { after: CorrectionCursor | undefined; limit: number },
): Promise<StoredCorrection[]> {
  const { rows } = await sql.query<StoredCorrection>(
    `SELECT ${columns(`'{}'::jsonb`)} FROM usage_corrections
     WHERE ($1::text IS NULL OR state = $1) AND ($2::timestamptz IS NULL OR previewed_at < $2
       OR (previewed_at = $2 AND id > $3::uuid))
     ORDER BY previewed_at DESC, id LIMIT $4`,
    [filter.state ?? null, page.after?.previewedAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}
