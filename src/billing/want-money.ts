import type { Decision } from '../domain/dunning/decide-steps.ts';
import { nextMorning } from '../domain/dunning/plan-steps.ts';
import { lockPurse, type Purse } from '../store/collection.ts';
import type { Sql } from '../store/database.ts';
import type { OpenDunning } from '../store/dunning.ts';
import { wantAttempt, whyUncollectable } from './want-collection.ts';
import { wantUncollectible } from './want-uncollectible.ts';

export type Taken = { invoice: OpenDunning; decisions: Decision[]; isOver: boolean };

type Run = { id: string; cutoffAt: Date };

const asksForMoney = ({ action, outcome }: Decision) =>
  outcome === 'done' && (action === 'retry' || action === 'mark_uncollectible');

/**
 * Wants of the syncs what the steps of an invoice are to do about its money. One that cannot be charged skips its try, with
 * the reason; one whose sync waits for a person is not given up before that is answered. Called with the invoices' states
 * locked; each of these few is read by itself, by the code that answers the same wish of a person.
 */
export async function wantMoney(sql: Sql, run: Run, taken: readonly Taken[]): Promise<Taken[]> {
  const wanted: Taken[] = [];
  for (const one of taken) {
    const purse = one.decisions.some(asksForMoney) ? await lockPurse(sql, one.invoice.invoiceId) : undefined;
    wanted.push(purse === undefined ? one : await wantOfOne(sql, run, one, purse));
  }
  return wanted;
}

async function wantOfOne(sql: Sql, run: Run, { invoice, ...taken }: Taken, purse: Purse): Promise<Taken> {
  const actor = `run ${run.id}`;
  const isParked = purse.sync === 'parked' || purse.wanted !== 'final';
  const decisions: Decision[] = [];
  for (const one of taken.decisions) {
    const { step, action } = one;
    if (!asksForMoney(one)) decisions.push(one);
    else if (action === 'retry') {
      const why = isParked ? 'It waits for a person.' : whyUncollectable(purse)?.reason;
      if (why === undefined) await wantAttempt(sql, purse, { reason: `step ${step} of dunning`, actor });
      decisions.push(why === undefined ? one : { step, action, outcome: 'skipped', why });
    } else if (isParked) {
      decisions.push({ step, action, outcome: 'postponed', dueAt: nextMorning(run.cutoffAt, invoice.zone) });
    } else {
      await wantUncollectible(sql, purse, { reason: `step ${step} of dunning`, actor });
      decisions.push(one);
    }
  }
  const isPostponed = decisions.some(
    ({ action, outcome }) => action === 'mark_uncollectible' && outcome === 'postponed',
  );
  if (!isPostponed) return { invoice, decisions, isOver: taken.isOver };
  // What ended with it goes on.
  const left = decisions.filter((one) => one.outcome !== 'skipped' || one.why !== 'uncollectible');
  return { invoice, decisions: left, isOver: false };
}
