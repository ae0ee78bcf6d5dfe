import type { Sql } from './database.ts';

export type RunKind = 'invoicing' | 'hourly-invoicing' | 'due-scan' | 'dunning' | 'advance';

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

type NewRun = { id: string; clockId: string; kind: RunKind; cutoffAt: Date; workflowId: string };

/** Makes the record of the one run of (clock, kind, cut-off) if it is not there. */
export async function recordRun(sql: Sql, run: NewRun): Promise<void> {
  await sql.query(
    `INSERT INTO billing_runs (id, clock_id, kind, cutoff_at, started_at, workflow_id)
     SELECT $1, c.id, $3, $4, business_now(c), $5 FROM clocks c WHERE c.id = $2
     ON CONFLICT DO NOTHING`,
    [run.id, run.clockId, run.kind, run.cutoffAt, run.workflowId],
  );
}

/**
 * Begins the one run of (clock, kind, cut-off), or goes on with it where it was left. One that had finished begins
 * anew, now: what it finds this time has its own review day. Called by the run's workflow only.
 */
export async function openRun(sql: Sql, run: NewRun): Promise<Run> {
  await recordRun(sql, run);
  const { rows } = await sql.query<Run>(
    `UPDATE billing_runs r SET finished_at = NULL, workflow_id = $2,
       started_at = CASE WHEN r.finished_at IS NULL THEN r.started_at ELSE business_now(c) END,
       progress = CASE WHEN r.finished_at IS NULL THEN r.progress ELSE '{}' END
     FROM clocks c WHERE r.id = $1 AND c.id = r.clock_id
     RETURNING r.id, r.clock_id AS "clockId", r.kind, r.cutoff_at AS "cutoffAt", r.started_at AS "startedAt",
       r.finished_at AS "finishedAt", r.workflow_id AS "workflowId", r.progress`,
    [run.id, run.workflowId],
  );
  if (rows[0] === undefined) throw new Error(`run ${run.id} cannot begin: its clock ${run.clockId} is not there`);
  return rows[0];
}

/** Whether the run has finished; undefined if there is none. */
export async function readRunEnd(
  sql: Sql,
  runId: string,
): Promise<{ isFinished: boolean; progress: Record<string, number> } | undefined> {
  const { rows } = await sql.query<{ isFinished: boolean; progress: Record<string, number> }>(
    `SELECT finished_at IS NOT NULL AS "isFinished", progress FROM billing_runs WHERE id = $1`,
    [runId],
  );
  return rows[0];
}

/** Tells what the run has done so far; other counts than these stay as they are. */
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
