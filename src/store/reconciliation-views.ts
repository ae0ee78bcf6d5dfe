import type { Sql } from './database.ts';
import type { ReconciliationKind } from './reconciliations.ts';
import { uuidOrNull } from './uuid.ts';

/** A reconciliation as it is shown. */
export type ReconciliationView = {
  id: string;
  kind: ReconciliationKind;
  askedBy: string;
  fromAt: Date | null;
  toAt: Date | null;
  requestedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  workflowId: string;
  counts: Record<string, number>;
};

/** The last reconciliation of the page before. */
export type ReconciliationCursor = { requestedAt: Date; id: string };

export const differenceKinds = [
  'missing',
  'orphan',
  'duplicate',
  'amount',
  'line',
  'currency',
  'status',
  'number',
  'customer',
  'mark',
  'auto_advance',
] as const;
export const differenceStates = ['open', 'repairing', 'repaired', 'alerted', 'closed'] as const;

export type DifferenceView = {
  id: string;
  /** The run that found it first. */
  runId: string;
  kind: (typeof differenceKinds)[number];
  invoiceId: string | null;
  customerId: string | null;
  remoteId: string | null;
  ours: Record<string, unknown>;
  theirs: Record<string, unknown>;
  action: 'repair' | 'alert';
  state: (typeof differenceStates)[number];
  openedAt: Date;
  closedAt: Date | null;
};

const select = `SELECT id, kind, asked_by AS "askedBy", from_at AS "fromAt", to_at AS "toAt", requested_at AS "requestedAt",
    started_at AS "startedAt", finished_at AS "finishedAt", workflow_id AS "workflowId", counts
  FROM reconciliations`;

/** A page of reconciliations, the latest asked for first, after the cursor. */
export async function listReconciliations(
  sql: Sql,
  page: { after: ReconciliationCursor | undefined; limit: number },
): Promise<ReconciliationView[]> {
  const { rows } = await sql.query<ReconciliationView>(
    `${select} WHERE $1::timestamptz IS NULL OR requested_at < $1 OR (requested_at = $1 AND id > $2::uuid)
     ORDER BY requested_at DESC, id LIMIT $3`,
    [page.after?.requestedAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}

export async function findReconciliation(sql: Sql, reference: string): Promise<ReconciliationView | undefined> {
  const { rows } = await sql.query<ReconciliationView>(`${select} WHERE id = $1`, [uuidOrNull(reference)]);
  return rows[0];
}

/** A page of the differences that the run found, first or last, by id after the cursor. */
export async function listDifferences(
  sql: Sql,
  filter: { runId: string; kind?: string; state?: string },
  page: { after: { id: string } | undefined; limit: number },
): Promise<DifferenceView[]> {
  const { rows } = await sql.query<DifferenceView>(
    `SELECT id, run_id AS "runId", kind, invoice_id AS "invoiceId", customer_id AS "customerId", remote_id AS "remoteId",
            ours, theirs, action, state, opened_at AS "openedAt", closed_at AS "closedAt"
     FROM reconciliation_differences
     WHERE (run_id = $1 OR last_run_id = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR state = $3)
       AND ($4::uuid IS NULL OR id > $4) ORDER BY id LIMIT $5`,
    [filter.runId, filter.kind ?? null, filter.state ?? null, page.after?.id ?? null, page.limit],
  );
  return rows;
}
