import type { PlannedStep } from '../domain/dunning/plan-steps.ts';
import type { Action, PolicyStep } from '../domain/dunning/policy.ts';
import type { Sql } from './database.ts';

type Page = { clockId: string; after: string; limit: number };

/** Invoices whose steps are to be laid out. */
export async function dunningsToPlan(sql: Sql, { clockId, after, limit }: Page): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT invoice_id AS id FROM dunnings WHERE is_to_plan AND clock_id = $1 AND invoice_id > $2
     ORDER BY invoice_id LIMIT $3`,
    [clockId, after, limit],
  );
  return rows.map(({ id }) => id);
}

/** Invoices of which a step is due and nothing makes it wait. */
export async function dueDunnings(sql: Sql, until: Date, { clockId, after, limit }: Page): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT DISTINCT p.invoice_id AS id FROM dunning_steps p JOIN dunnings d ON d.invoice_id = p.invoice_id
     JOIN invoice_states s ON s.invoice_id = p.invoice_id
     WHERE p.clock_id = $1 AND p.state = 'planned' AND p.due_at <= $2 AND p.invoice_id > $3 AND NOT dunning_waits(d, s)
     ORDER BY p.invoice_id LIMIT $4`,
    [clockId, until, after, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * The states of these invoices, for this transaction alone. Whoever pays, voids, disputes or pauses has this lock too, so
 * that what stops a follow-up cannot come about behind its back.
 */
export async function lockStates(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  await sql.query('SELECT FROM invoice_states WHERE invoice_id = ANY ($1) ORDER BY invoice_id FOR UPDATE', [
    invoiceIds,
  ]);
}

export type DunningToPlan = {
  invoiceId: string;
  /** The policy that it has or, before anything was laid out, that its customer has now; null if there is none. */
  policyKey: string | null;
  policySteps: PolicyStep[] | null;
  dueOn: string;
  firstFailedAt: Date | null;
  zone: string;
};

/** Called with the states of the invoices locked. */
export async function readToPlan(sql: Sql, invoiceIds: readonly string[]): Promise<DunningToPlan[]> {
  const { rows } = await sql.query<DunningToPlan>(
    `SELECT d.invoice_id AS "invoiceId", coalesce(d.policy_key, p.key) AS "policyKey",
       coalesce(d.policy_steps, p.steps) AS "policySteps", d.first_failed_at AS "firstFailedAt", c.zone,
       coalesce(s.payment_due_on, (i.issued_at AT TIME ZONE c.zone)::date) AS "dueOn"
     FROM dunnings d JOIN invoices i ON i.id = d.invoice_id JOIN invoice_states s ON s.invoice_id = d.invoice_id
     JOIN customers c ON c.id = i.customer_id LEFT JOIN customer_dunning o ON o.customer_id = c.id
     LEFT JOIN dunning_policies p ON p.key = coalesce(o.policy_key, 'default')
     WHERE d.invoice_id = ANY ($1) AND d.is_to_plan ORDER BY d.invoice_id`,
    [invoiceIds],
  );
  return rows;
}

export type LaidOut = Pick<DunningToPlan, 'invoiceId' | 'policyKey' | 'policySteps'> & {
  steps: readonly PlannedStep[];
};

/** Stores steps that are not there yet. @returns how many */
export async function storePlans(sql: Sql, plans: readonly LaidOut[]): Promise<number> {
  const steps = plans.flatMap(({ invoiceId, steps: own }) => own.map((step) => ({ invoiceId, ...step })));
  await sql.query(
    `UPDATE dunnings d SET is_to_plan = false, policy_key = given.policy_key, policy_steps = given.policy_steps
     FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS given (invoice_id, policy_key, policy_steps)
     WHERE d.invoice_id = given.invoice_id`,
    [
      plans.map(({ invoiceId }) => invoiceId),
      plans.map(({ policyKey }) => policyKey),
      plans.map(({ policySteps }) => (policySteps === null ? null : JSON.stringify(policySteps))),
    ],
  );
  const { rowCount } = await sql.query(
    `INSERT INTO dunning_steps (invoice_id, step, clock_id, action, due_at)
     SELECT given.invoice_id, given.step, d.clock_id, given.action, given.due_at
     FROM unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[]) AS given (invoice_id, step, action, due_at)
     JOIN dunnings d ON d.invoice_id = given.invoice_id WHERE d.state <> 'ended'
     ON CONFLICT (invoice_id, step) DO NOTHING`,
    [
      steps.map(({ invoiceId }) => invoiceId),
      steps.map(({ step }) => step),
      steps.map(({ action }) => action),
      steps.map(({ dueAt }) => dueAt),
    ],
  );
  return rowCount ?? 0;
}

export type OpenDunning = {
  invoiceId: string;
  lifecycle: string;
  payment: string;
  waits: boolean;
  zone: string;
  /** Reminders that were owed so far. */
  reminders: number;
  planned: PlannedStep[];
};

/** With all their planned steps. Called with the states of the invoices locked. */
export async function readOpenDunnings(sql: Sql, invoiceIds: readonly string[]): Promise<OpenDunning[]> {
  type Row = Omit<OpenDunning, 'planned'> & { planned: { step: number; action: Action; dueAt: string }[] };
  const { rows } = await sql.query<Row>(
    `SELECT s.invoice_id AS "invoiceId", s.lifecycle, s.payment, dunning_waits(d, s) AS waits, c.zone,
       (SELECT count(*) FROM dunning_steps e WHERE e.invoice_id = s.invoice_id AND e.action = 'remind'
         AND e.state = 'done')::int AS reminders,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('step', p.step, 'action', p.action, 'dueAt', p.due_at) ORDER BY p.step),
          '[]') FROM dunning_steps p WHERE p.invoice_id = s.invoice_id AND p.state = 'planned') AS planned
     FROM dunnings d JOIN invoice_states s ON s.invoice_id = d.invoice_id JOIN customers c ON c.id = s.customer_id
     WHERE d.invoice_id = ANY ($1) ORDER BY d.invoice_id`,
    [invoiceIds],
  );
  return rows.map((row) => ({ ...row, planned: row.planned.map((one) => ({ ...one, dueAt: new Date(one.dueAt) })) }));
}

export type SettledStep = {
  invoiceId: string;
  step: number;
  dueAt?: Date;
  why?: string;
  state: 'planned' | 'done' | 'skipped';
};

/** Ends steps, or puts them off. A step that is not planned any more is left as it is. @returns how many changed */
export async function settleSteps(sql: Sql, at: Date, steps: readonly SettledStep[]): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE dunning_steps p SET state = given.state, why = given.why, due_at = coalesce(given.due_at, p.due_at),
       done_at = CASE WHEN given.state <> 'planned' THEN $6::timestamptz END
     FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[])
       AS given (invoice_id, step, state, why, due_at)
     WHERE p.invoice_id = given.invoice_id AND p.step = given.step AND p.state = 'planned'`,
    [
      steps.map(({ invoiceId }) => invoiceId),
      steps.map(({ step }) => step),
      steps.map(({ state }) => state),
      steps.map(({ why }) => why ?? null),
      steps.map(({ dueAt }) => dueAt ?? null),
      at,
    ],
  );
  return rowCount ?? 0;
}

/** Nothing comes any more: a failure that is seen later lays out nothing. */
export async function endDunnings(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  await sql.query(
    `UPDATE dunnings SET state = 'ended', paused_by = NULL, pause_reason = NULL, is_to_plan = false
     WHERE invoice_id = ANY ($1)`,
    [invoiceIds],
  );
}
