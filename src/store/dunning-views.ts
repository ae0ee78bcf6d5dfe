import type { Action, PolicyStep } from '../domain/dunning/policy.ts';
import type { Sql } from './database.ts';
import { uuidOrNull } from './uuid.ts';

/** The follow-up of an invoice as it is shown; `none` while there has been nothing to follow up. */
export type DunningView = {
  invoiceId: string;
  state: 'none' | 'running' | 'paused' | 'ended';
  /** Why nothing is done although steps are due; null while nothing stops them. */
  waitsFor: 'resume' | 'payment on its way' | 'dispute' | null;
  pause: { by: string; reason: string } | null;
  policy: { key: string; steps: PolicyStep[] } | null;
  firstFailedAt: Date | null;
  steps: {
    step: number;
    action: Action;
    dueAt: Date;
    state: 'planned' | 'done' | 'skipped';
    doneAt: Date | null;
    why: string | null;
    /** The mail that it owed, and how far that is. */
    message: { id: string; state: string } | null;
  }[];
};

type Row = Omit<DunningView, 'pause' | 'policy' | 'steps'> & {
  pausedBy: string | null;
  pauseReason: string | null;
  policyKey: string | null;
  policySteps: PolicyStep[] | null;
};

/** The follow-up of an invoice, with every step; undefined if there is no such invoice. */
export async function findDunning(sql: Sql, reference: string): Promise<DunningView | undefined> {
  const { rows } = await sql.query<Row>(
    `SELECT s.invoice_id AS "invoiceId", coalesce(d.state, 'none') AS state, d.paused_by AS "pausedBy",
       d.pause_reason AS "pauseReason", d.policy_key AS "policyKey", d.policy_steps AS "policySteps",
       d.first_failed_at AS "firstFailedAt",
       CASE WHEN d IS NULL OR d.state = 'ended' OR NOT dunning_waits(d, s) THEN NULL
         WHEN d.state = 'paused' THEN 'resume' WHEN is_being_paid(s) THEN 'payment on its way' ELSE 'dispute' END
         AS "waitsFor"
     FROM invoice_states s LEFT JOIN dunnings d ON d.invoice_id = s.invoice_id WHERE s.invoice_id = $1`,
    [uuidOrNull(reference)],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { pausedBy, pauseReason, policyKey, policySteps, ...rest } = row;
  return {
    ...rest,
    pause: pausedBy === null ? null : { by: pausedBy, reason: pauseReason ?? '' },
    policy: policyKey === null ? null : { key: policyKey, steps: policySteps ?? [] },
    steps: await readSteps(sql, rest.invoiceId),
  };
}

async function readSteps(sql: Sql, invoiceId: string): Promise<DunningView['steps']> {
  const { rows } = await sql.query<DunningView['steps'][number]>(
    `SELECT p.step, p.action, p.due_at AS "dueAt", p.state, p.done_at AS "doneAt", p.why,
       CASE WHEN m.id IS NOT NULL THEN jsonb_build_object('id', m.id, 'state', m.state) END AS message
     FROM dunning_steps p LEFT JOIN messages m ON m.key = 'dunning/' || p.invoice_id || '/' || p.step
     WHERE p.invoice_id = $1 ORDER BY p.step`,
    [invoiceId],
  );
  return rows;
}

/** Pauses also what has not begun. Called with the state of the invoice locked. */
export async function pauseDunning(
  sql: Sql,
  { invoiceId }: Pick<DunningView, 'invoiceId'>,
  { reason, actor }: { reason: string; actor: string },
): Promise<void> {
  await sql.query(
    `INSERT INTO dunnings AS d (invoice_id, clock_id, state, paused_by, pause_reason, is_to_plan)
     SELECT i.id, i.clock_id, 'paused', $2, $3, false FROM invoices i WHERE i.id = $1
     ON CONFLICT (invoice_id) DO UPDATE SET state = 'paused', paused_by = $2, pause_reason = $3`,
    [invoiceId, actor, reason],
  );
}

/** Called with the state of the invoice locked. */
export async function resumeDunning(sql: Sql, invoiceId: string): Promise<void> {
  await sql.query(
    `UPDATE dunnings SET state = 'running', paused_by = NULL, pause_reason = NULL WHERE invoice_id = $1`,
    [invoiceId],
  );
}
