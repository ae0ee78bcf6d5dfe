import { dayOf, planSteps } from '../domain/dunning/plan-steps.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import {
  type DunningToPlan,
  dunningsToPlan,
  type LaidOut,
  lockStates,
  readToPlan,
  storePlans,
} from '../store/dunning.ts';
import { type BegunPage, inPages } from './in-pages.ts';

export type Planned = { planned: number };

const firstId = '00000000-0000-0000-0000-000000000000';
/** Invoices of one transaction. */
const pageLimit = 500;

/**
 * Lays out the steps of a page of invoices that are unpaid: those from the due day on when they have come to rest at
 * Stripe, those from a failed payment on when there is one. An invoice keeps the policy with which it began.
 * @returns the page as it begins; its cursor is the last invoice, undefined when there was none left
 */
export async function planDunningPage(
  database: Database,
  page: { clockId: string; after: string; limit: number },
): Promise<BegunPage<Planned>> {
  const ids = await dunningsToPlan(database, page);
  return { cursor: ids.at(-1), done: planPage(database, ids) };
}

/** Lays out all that is to be laid out on a clock, for whoever asks what is due next there. */
export async function planDunning(database: Database, clockId: string): Promise<void> {
  const begin = (after: string) => planDunningPage(database, { clockId, after, limit: pageLimit });
  await inPages({ after: firstId, atOnce: 1, begin });
}

async function planPage(database: Database, ids: readonly string[]): Promise<Planned> {
  if (ids.length === 0) return { planned: 0 };
  return await database.transaction(async (sql) => {
    await lockStates(sql, ids);
    const plans = (await readToPlan(sql, ids)).map(layOut);
    const planned = await storePlans(sql, plans);
    await appendAudit(
      sql,
      plans.map(({ invoiceId, policyKey, steps }) => ({
        subjectKind: 'invoice',
        subjectId: invoiceId,
        actor: 'dunning',
        action: 'dunning planned',
        detail: { policy: policyKey, steps: steps.map(({ step, action, dueAt }) => ({ step, action, dueAt })) },
      })),
    );
    return { planned };
  });
}

function layOut({ dueOn, firstFailedAt, zone, ...dunning }: DunningToPlan): LaidOut {
  const policy = dunning.policySteps ?? [];
  const fromDueDay = planSteps(policy, 'due', dueOn, zone);
  const fromFailure = firstFailedAt === null ? [] : planSteps(policy, 'failure', dayOf(firstFailedAt, zone), zone);
  return { ...dunning, steps: [...fromDueDay, ...fromFailure] };
}
