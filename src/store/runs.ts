import type { Sql } from './database.ts';

export type RunKind = 'invoicing' | 'due-scan' | 'advance';

export type Run = {
  id: string;
  clockId: string;
  kind: RunKind;
  cutoffAt: Date;
  /** Business time of the start. */
  startedAt: Date;
  finishedAt: Date | null;
  workflowId: string;
  progress: Record<string, number>;
};

const columns = `id, clock_id AS "clockId", kind, cutoff_at AS "cutoffAt", started_at AS "startedAt",
  finished_at AS "finishedAt", workflow_id AS "workflowId", progress`;

/** Opens the one run of (clock, kind, cut-off), or returns the one that is there. */
export async function openRun(
  sql: Sql,
  run: { id: string; clockId: string; kind: RunKind; cutoffAt: Date; workflowId: string },
): Promise<Run> {
  await sql.query(
    `INSERT INTO billing_runs (id, clock_id, kind, cutoff_at, started_at, workflow_id)
     SELECT $1, c.id, $3, $4, business_now(c), $5 FROM clocks c WHERE c.id = $2
     ON CONFLICT DO NOTHING`,
    [run.id, run.clockId, run.kind, run.cutoffAt, run.workflowId],
  );
  const { rows } = await sql.query<Run>(`SELECT ${columns} FROM billing_runs WHERE id = $1`, [run.id]);
  if (rows[0] === undefined) throw new Error(`run ${run.id} cannot be opened: its clock ${run.clockId} is not there`);
  return rows[0];
}

/** Adds to what the run has done so far; counts only ever grow. */
export async function recordProgress(sql: Sql, runId: string, progress: Record<string, number>): Promise<void> {
  await sql.query(`UPDATE billing_runs SET progress = progress || $2::jsonb WHERE id = $1`, [
    runId,
    JSON.stringify(progress),
  ]);
}

export async function finishRun(sql: Sql, runId: string, progress: Record<string, number>): Promise<void> {
  await sql.query(
    `UPDATE billing_runs SET finished_at = coalesce(finished_at, now()), progress = progress || $2::jsonb WHERE id = $1`,
    [runId, JSON.stringify(progress)],
  );
}
