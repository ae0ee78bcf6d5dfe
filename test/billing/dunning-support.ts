import { findNextDue } from '../../src/billing/find-next-due.ts';
import { type FollowedUp, followUpUnpaid } from '../../src/billing/follow-up-unpaid.ts';
import { clockIdOf, runIdOf } from '../../src/billing/ids.ts';
import { planDunning } from '../../src/billing/plan-dunning.ts';
import { setDunning } from '../../src/billing/set-dunning.ts';
import type { PolicyStep } from '../../src/domain/dunning/policy.ts';
import type { Database } from '../../src/store/database.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import type { NoticeKind } from '../../src/store/dunning-settings.ts';
import { issueInvoice } from '../targets/support.ts';

export const clockId = clockIdOf('sample');
const firstId = '00000000-0000-0000-0000-000000000000';

/** Steps as "3 remind, 7f retry": days after the due day, or with f after the first failure. */
export function stepsOf(text: string): PolicyStep[] {
  return text.split(', ').map((step) => {
    const [, days = '', failure, action = ''] = /^(\d+)(f?) (\w+)$/.exec(step) ?? [];
    return { days: Number(days), after: failure === 'f' ? 'failure' : 'due', action: action as PolicyStep['action'] };
  });
}

export async function setPolicy(database: Database, text: string, notices: NoticeKind[] = []): Promise<void> {
  await setDunning(database, { policies: [{ key: 'default', steps: stepsOf(text) }], notices }, 'test');
}

/** An invoice over 100.00 USD of a customer in New York that has come to rest at Stripe and is to be paid by a day. */
export async function unpaidInvoice(database: Database, dueOn: string, email?: string): Promise<{ id: string }> {
  const { id, customerId } = await issueInvoice(database, { amountsMinor: [10_000n] });
  if (email !== undefined) {
    await database.query('UPDATE customer_contacts SET email = $2 WHERE customer_id = $1', [customerId, email]);
  }
  await comeToRest(database, id, 'unpaid', dueOn);
  return { id };
}

/** As a sync records it. */
export async function comeToRest(database: Database, id: string, payment: string, dueOn: string): Promise<void> {
  await database.query(
    `UPDATE invoice_states SET sync = 'synced', synced_at = now(), payment = $2, payment_due_on = $3 WHERE invoice_id = $1`,
    [id, payment, dueOn],
  );
}

export async function pay(database: Database, id: string): Promise<void> {
  await database.query(
    `UPDATE invoice_states SET payment = 'paid', amount_paid_minor = 10000, paid_at = now() WHERE invoice_id = $1`,
    [id],
  );
}

/** Takes the steps that are due by an instant, as the run of that hour does. @returns its counts, and whom it told of */
export async function followUp(database: Database, at: string): Promise<FollowedUp & { wanted: string[] }> {
  const cutoffAt = new Date(at);
  const wanted: string[] = [];
  await moveTestClock(database, clockId, cutoffAt);
  await planDunning(database, clockId);
  const run = { id: runIdOf(clockId, 'dunning', cutoffAt), clockId, cutoffAt };
  const hooks = {
    async onWanted(ids: readonly string[]) {
      wanted.push(...ids);
    },
    onTold() {},
  };
  const { done } = await followUpUnpaid(database, run, { after: firstId, limit: 500 }, hooks);
  return { ...(await done), wanted };
}

export async function nextDue(database: Database, until: string): Promise<string | undefined> {
  const due = await findNextDue(database, clockId, new Date(until));
  return due && `${due.kind} ${due.at.toISOString()}`;
}

/** Each step in one line: "1 remind done 2013-03-09T14:00:00.000Z". */
export async function stepsTold(database: Database, id: string): Promise<string[]> {
  const { rows } = await database.query<{ told: string }>(
    `SELECT concat_ws(' ', step, action, state, to_char(coalesce(done_at, due_at) AT TIME ZONE 'UTC',
       'YYYY-MM-DD"T"HH24:MI"Z"'), '(' || why || ')') AS told
     FROM dunning_steps WHERE invoice_id = $1 ORDER BY step`,
    [id],
  );
  return rows.map(({ told }) => told);
}

/** Mails in the order in which they were owed: "reminder 2 pending". */
export async function mailsTold(database: Database, id: string): Promise<string[]> {
  const { rows } = await database.query<{ told: string }>(
    `SELECT concat_ws(' ', kind, ordinal, state, reason) AS told FROM messages WHERE invoice_id = $1 ORDER BY created_at, key`,
    [id],
  );
  return rows.map(({ told }) => told);
}
