import { type Decision, decideSteps } from '../domain/dunning/decide-steps.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  dueDunnings,
  endDunnings,
  lockStates,
  readOpenDunnings,
  type SettledStep,
  settleSteps,
} from '../store/dunning.ts';
import { type MailToOwe, oweMessages } from '../store/messages.ts';
import type { BegunPage } from './in-pages.ts';
import { type Taken, wantMoney } from './want-money.ts';

export type FollowedUp = { reminded: number; retried: number; told: number; uncollectible: number; skipped: number };

export type FollowUpHooks = {
  /** Invoices of which Stripe is to have something else now. After the commit. */
  onWanted(invoiceIds: readonly string[]): Promise<void>;
  /** Invoices that an operator wanted to be told of. After the commit. */
  onTold(invoiceIds: readonly string[]): void;
};

/**
 * Takes the steps of dunning that are due on a clock, a page of invoices in one transaction that has their states locked:
 * what is paid, void or given up by then ends its steps, and nothing of it is asked for. Mails are owed in the outbox in
 * the same transaction, so that a step that is done is a mail that will be sent, once.
 * @returns the page as it begins; its cursor is the last invoice, undefined when there was none left
 */
export async function followUpUnpaid(
  database: Database,
  run: { id: string; clockId: string; cutoffAt: Date },
  page: { after: string; limit: number },
  hooks: FollowUpHooks,
): Promise<BegunPage<FollowedUp>> {
  const ids = await dueDunnings(database, run.cutoffAt, { clockId: run.clockId, ...page });
  return { cursor: ids.at(-1), done: takeSteps(database, run, ids, hooks) };
}

type Run = { id: string; cutoffAt: Date };

async function takeSteps(
  database: Database,
  run: Run,
  ids: readonly string[],
  hooks: FollowUpHooks,
): Promise<FollowedUp> {
  if (ids.length === 0) return { reminded: 0, retried: 0, told: 0, uncollectible: 0, skipped: 0 };
  const taken = await database.transaction(async (sql) => {
    await lockStates(sql, ids);
    const all = (await readOpenDunnings(sql, ids)).map((invoice) => ({
      invoice,
      ...decideSteps(invoice, invoice.planned, run.cutoffAt),
    }));
    const some = await wantMoney(
      sql,
      run,
      all.filter(({ decisions, isOver }) => decisions.length > 0 || isOver),
    );
    await carryOut(sql, run, some);
    return some;
  });
  const doneOf = (action: Decision['action']) =>
    taken.filter(({ decisions }) => decisions.some((one) => one.action === action && one.outcome === 'done'));
  const [retried, given, told] = [doneOf('retry'), doneOf('mark_uncollectible'), doneOf('notify_operator')];
  if (told.length > 0) hooks.onTold(told.map(({ invoice }) => invoice.invoiceId));
  const wanted = [...retried, ...given].map(({ invoice }) => invoice.invoiceId);
  if (wanted.length > 0) await hooks.onWanted(wanted);
  return {
    reminded: doneOf('remind').length + doneOf('final_notice').length,
    retried: retried.length,
    told: told.length,
    uncollectible: given.length,
    skipped: taken.reduce((sum, { decisions }) => sum + decisions.filter((one) => one.outcome === 'skipped').length, 0),
  };
}

async function carryOut(sql: Sql, run: Run, taken: readonly Taken[]): Promise<void> {
  await settleSteps(sql, run.cutoffAt, taken.flatMap(settled));
  await oweMessages(sql, taken.flatMap(mailsOf));
  await endDunnings(
    sql,
    taken.flatMap(({ invoice, isOver }) => (isOver ? [invoice.invoiceId] : [])),
  );
  await appendAudit(
    sql,
    taken.map(({ invoice, decisions }) => ({
      subjectKind: 'invoice',
      subjectId: invoice.invoiceId,
      actor: `run ${run.id}`,
      action: 'dunning',
      detail: { steps: decisions },
    })),
  );
}

function settled({ invoice: { invoiceId }, decisions }: Taken): SettledStep[] {
  return decisions.map((one): SettledStep => {
    const { step } = one;
    if (one.outcome === 'postponed') return { invoiceId, step, state: 'planned', dueAt: one.dueAt };
    return one.outcome === 'done'
      ? { invoiceId, step, state: 'done' }
      : { invoiceId, step, state: 'skipped', why: one.why };
  });
}

/** Reminders are counted as they are sent, not as the policy has them: the first that the customer gets is the first. */
function mailsOf({ invoice: { invoiceId, reminders }, decisions }: Taken): MailToOwe[] {
  return decisions.flatMap(({ step, action, outcome }): MailToOwe[] => {
    if (outcome !== 'done') return [];
    const key = `dunning/${invoiceId}/${step}`;
    if (action === 'remind') return [{ key, kind: 'reminder', invoiceId, ordinal: reminders + 1 }];
    return action === 'final_notice' ? [{ key, kind: 'final-notice', invoiceId, ordinal: null }] : [];
  });
}
