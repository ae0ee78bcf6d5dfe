import type { Sql } from './database.ts';
import type { RunKind } from './runs.ts';
import { uuidOrNull } from './uuid.ts';

/** A billing run as it is shown. */
export type RunView = {
  id: string;
  kind: RunKind;
  /** Name of the clock. */
  clock: string;
  cutoffAt: Date;
  startedAt: Date;
  openedAt: Date;
  finishedAt: Date | null;
  workflowId: string;
  progress: Record<string, number>;
};

/** The last run of the page before. */
export type RunCursor = { openedAt: Date; id: string };

const select = `SELECT r.id, r.kind, k.name AS clock, r.cutoff_at AS "cutoffAt", r.started_at AS "startedAt",
    r.opened_at AS "openedAt", r.finished_at AS "finishedAt", r.workflow_id AS "workflowId", r.progress
  FROM billing_runs r JOIN clocks k ON k.id = r.clock_id`;

/** A page of runs, the latest opened first, after the cursor. */
export async function listRuns(
  sql: Sql,
  filter: { clockId?: string; kind?: RunKind },
  page: { after: RunCursor | undefined; limit: number },
): Promise<RunView[]> {
  const { rows } = await sql.query<RunView>(
    `${select} WHERE ($1::uuid IS NULL OR r.clock_id = $1) AND ($2::text IS NULL OR r.kind = $2)
       AND ($3::timestamptz IS NULL OR r.opened_at < $3 OR (r.opened_at = $3 AND r.id > $4::uuid))
     ORDER BY r.opened_at DESC, r.id LIMIT $5`,
    [filter.clockId ?? null, filter.kind ?? null, page.after?.openedAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}

export async function findRun(sql: Sql, reference: string): Promise<RunView | undefined> {
  const { rows } = await sql.query<RunView>(`${select} WHERE r.id = $1`, [uuidOrNull(reference)]);
  return rows[0];
}
