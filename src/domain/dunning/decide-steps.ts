import { nextMorning, type PlannedStep } from './plan-steps.ts';
import type { Action } from './policy.ts';

/** Where an invoice stands, as far as its follow-up is concerned. */
export type DunnedInvoice = {
  lifecycle: string;
  payment: string;
  /** Somebody has paused it, money is on its way, or the customer's bank has objected. */
  waits: boolean;
  zone: string;
};

export type Decision =
  | { step: number; action: Action; outcome: 'done' }
  | { step: number; action: Action; outcome: 'skipped'; why: string }
  | { step: number; action: Action; outcome: 'postponed'; dueAt: Date };

export type Decided = {
  decisions: Decision[];
  /** Nothing comes any more. */
  isOver: boolean;
};

/** Two of these in one run say the same thing twice: the later one speaks for both. */
const kindOf: Record<Action, string> = {
  remind: 'mail',
  final_notice: 'mail',
  retry: 'retry',
  notify_operator: 'operator',
  mark_uncollectible: 'end',
};

/**
 * What becomes of an invoice's planned steps in a run. What is paid, void or given up ends all of them. Where it is still
 * to be paid, those that are due are done in their order; of several mails that are due together (or tries to collect,
 * or words to the operator) only the last is, and those before it are skipped. An invoice is not given up in the run
 * that has just asked the customer, or a card, for the money: that step waits until the next morning.
 * @param planned all that are planned, in the order of the policy
 */
export function decideSteps(invoice: DunnedInvoice, planned: readonly PlannedStep[], now: Date): Decided {
  const over = endOf(invoice);
  if (over !== undefined) {
    const decisions = planned.map(({ step, action }) => ({ step, action, outcome: 'skipped' as const, why: over }));
    return { decisions, isOver: true };
  }
  if (invoice.waits) return { decisions: [], isOver: false };
  const due = planned
    .filter(({ dueAt }) => dueAt <= now)
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || a.step - b.step);
  const decisions = due.map((one, index): Decision => {
    const { step, action } = one;
    const later = due.slice(index + 1).findLast((other) => kindOf[other.action] === kindOf[action]);
    if (later !== undefined) return { step, action, outcome: 'skipped', why: `step ${later.step} is due too` };
    const asks = due.some((other) => other !== one && ['mail', 'retry'].includes(kindOf[other.action]));
    if (action === 'mark_uncollectible' && asks) {
      return { step, action, outcome: 'postponed', dueAt: nextMorning(now, invoice.zone) };
    }
    return { step, action, outcome: 'done' };
  });
  if (!decisions.some(({ action, outcome }) => action === 'mark_uncollectible' && outcome === 'done')) {
    return { decisions, isOver: false };
  }
  const rest = planned.filter(({ step }) => !decisions.some((decision) => decision.step === step));
  const given = rest.map(({ step, action }) => ({ step, action, outcome: 'skipped' as const, why: 'uncollectible' }));
  return { decisions: [...decisions, ...given], isOver: true };
}

function endOf({ lifecycle, payment }: DunnedInvoice): string | undefined {
  if (lifecycle === 'void') return 'void';
  if (payment === 'paid' || payment === 'uncollectible') return payment;
  return undefined;
}
