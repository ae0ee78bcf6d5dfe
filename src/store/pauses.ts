import { randomUUID } from 'node:crypto';
import type { Sql } from './database.ts';

/** `operator`: a person wants quiet. `restore`: this database is older than what it has sent to Stripe. */
export type PauseKind = 'operator' | 'restore';
export type Pause = { id: string; kind: PauseKind; reason: string; begunBy: string; begunAt: Date };

const columns = `id, kind, reason, begun_by AS "begunBy", begun_at AS "begunAt"`;

/** True in a statement while a pause is open: whoever writes to Stripe or issues asks this in the statement that begins it. */
export const isPaused = 'EXISTS (SELECT FROM pauses WHERE ended_at IS NULL)';

/** Begins a pause, unless one of the kind is open. @returns the one that is open now, and whether this call began it */
export async function beginPause(
  sql: Sql,
  pause: { kind: PauseKind; reason: string; begunBy: string },
): Promise<Pause & { isNew: boolean }> {
  const id = randomUUID();
  // The update changes nothing: it makes the statement wait for, lock and return the pause that is open.
  const { rows } = await sql.query<Pause>(
    `INSERT INTO pauses AS p (id, kind, reason, begun_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (kind) WHERE ended_at IS NULL DO UPDATE SET reason = p.reason RETURNING ${columns}`,
    [id, pause.kind, pause.reason, pause.begunBy],
  );
  const open = rows[0] as Pause;
  return { ...open, isNew: open.id === id };
}

/**
 * Ends the open pause of the kind. Of a restore it says what is adopted by that: what the database had heard of by then,
 * and what was at Stripe. @returns the one that was ended; undefined if none was open
 */
export async function endPause(
  sql: Sql,
  end: { kind: PauseKind; endedBy: string; reason: string; adoptedUntil?: Date },
): Promise<Pause | undefined> {
  const { rows } = await sql.query<Pause>(
    `UPDATE pauses SET ended_by = $2, ended_at = now(), end_reason = $3,
       adopted_until = CASE WHEN kind = 'restore' THEN coalesce($4, now()) END
     WHERE kind = $1 AND ended_at IS NULL RETURNING ${columns}`,
    [end.kind, end.endedBy, end.reason, end.adoptedUntil],
  );
  return rows[0];
}

/** The open pause of the kind, locked: whoever wants to begin one waits until it is known whether this one ends. */
export async function lockOpenPause(sql: Sql, kind: PauseKind): Promise<Pause | undefined> {
  const { rows } = await sql.query<Pause>(
    `SELECT ${columns} FROM pauses WHERE kind = $1 AND ended_at IS NULL FOR UPDATE`,
    [kind],
  );
  return rows[0];
}

export async function readOpenPauses(sql: Sql): Promise<Pause[]> {
  const { rows } = await sql.query<Pause>(`SELECT ${columns} FROM pauses WHERE ended_at IS NULL ORDER BY begun_at`);
  return rows;
}
