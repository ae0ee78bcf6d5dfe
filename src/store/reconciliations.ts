import type { Sql } from './database.ts';

export type ReconciliationKind = 'nightly' | 'on-demand' | 'adoption';

export type Reconciliation = {
  id: string;
  kind: ReconciliationKind;
  fromAt: Date | null;
  toAt: Date | null;
  startedAt: Date;
};

export type NewReconciliation = {
  id: string;
  kind: ReconciliationKind;
  askedBy: string;
  fromAt: Date | null;
  toAt: Date | null;
  workflowId: string;
};

/** After so long without a step a run counts as lost, and does not keep the next one from beginning. */
const lostAfter = `interval '1 hour'`;

/** Makes the record of a reconciliation if it is not there. */
export async function recordReconciliation(sql: Sql, run: NewReconciliation): Promise<void> {
  await sql.query(
    `INSERT INTO reconciliations (id, kind, asked_by, from_at, to_at, workflow_id) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [run.id, run.kind, run.askedBy, run.fromAt, run.toAt, run.workflowId],
  );
}

/**
 * Begins a recorded reconciliation, or goes on with it: one at a time, so that what was seen belongs to one run.
 * @returns undefined while another one is under way
 */
export async function beginReconciliation(sql: Sql, id: string): Promise<Reconciliation | undefined> {
  // Two that begin at once wait for each other at the index of the open one; the later finds nothing to insert.
  await sql.query(
    `UPDATE reconciliations SET finished_at = now(), counts = counts || '{"lost": 1}'
     WHERE started_at IS NOT NULL AND finished_at IS NULL AND id <> $1 AND touched_at < now() - ${lostAfter}`,
    [id],
  );
  const { rows } = await sql.query<Reconciliation>(
    `UPDATE reconciliations r SET started_at = coalesce(r.started_at, now()), touched_at = now()
     WHERE r.id = $1 AND r.finished_at IS NULL AND NOT EXISTS (
       SELECT FROM reconciliations o WHERE o.started_at IS NOT NULL AND o.finished_at IS NULL AND o.id <> $1)
     RETURNING id, kind, from_at AS "fromAt", to_at AS "toAt", started_at AS "startedAt"`,
    [id],
  );
  return rows[0];
}

/** The one that is under way; one that has been silent for long is not. */
export async function findOpenReconciliation(sql: Sql): Promise<string | undefined> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM reconciliations
     WHERE started_at IS NOT NULL AND finished_at IS NULL AND touched_at >= now() - ${lostAfter}`,
  );
  return rows[0]?.id;
}

export async function readReconciliation(sql: Sql, id: string): Promise<Reconciliation> {
  const { rows } = await sql.query<Reconciliation>(
    `SELECT id, kind, from_at AS "fromAt", to_at AS "toAt", started_at AS "startedAt" FROM reconciliations WHERE id = $1`,
    [id],
  );
  if (rows[0] === undefined) throw new Error(`there is no reconciliation ${id}`);
  return rows[0];
}

/** Tells what it has done so far, and that it lives; other counts than these stay as they are. */
export async function tellReconciliation(sql: Sql, id: string, counts: Record<string, number>): Promise<void> {
  await sql.query(`UPDATE reconciliations SET touched_at = now(), counts = counts || $2::jsonb WHERE id = $1`, [
    id,
    JSON.stringify(counts),
  ]);
}

export async function finishReconciliation(sql: Sql, id: string, counts: Record<string, number>): Promise<void> {
  await sql.query(
    `UPDATE reconciliations SET finished_at = coalesce(finished_at, now()), touched_at = now(), counts = counts || $2::jsonb
     WHERE id = $1`,
    [id, JSON.stringify(counts)],
  );
}
