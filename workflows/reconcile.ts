import { ApplicationFailure } from '@temporalio/common';
import { continueAsNew, defineQuery, setCurrentDetails, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import { books, inventory, pages } from './activities.ts';
import type { ReconcileInput, ReconcileResume, ReconcileStage } from './contract/inputs.ts';
import { messages } from './contract/messages.ts';
import * as details from './reconcile-details.ts';
import { nominalTime } from './run-in-pages.ts';

export type ReconcileResult = { reconciliationId: string; counts: Record<string, number> };

const second = 1_000;
/** Another one is waited for by growing pauses, for half a day in all. */
const turn = { tries: 150, firstPauseMs: 5 * second, longestPauseMs: 300 * second };
/** Activity calls in one run of the workflow, each of many pages; far below what a history holds. */
const callsPerRun = 50;

const stages: readonly ReconcileStage[] = ['customers', 'invoices', 'other customers', 'other invoices'];
/** An adoption takes what Stripe lists; what it lists no more there is nothing to take of. */
const adoptionStages: readonly ReconcileStage[] = ['customers', 'invoices'];

/**
 * Looks at what Stripe has and brings the two books together: lists it page by page into PostgreSQL, compares it there in
 * one statement, lets the syncs of invoices that are behind look again, and leaves the rest to a person. After a restore
 * it adopts instead what Stripe has and the books do not know, and ends the pause. It never writes to Stripe.
 */
export async function reconcile(input: ReconcileInput): Promise<ReconcileResult | null> {
  const counts: Record<string, number> = { ...input.resume?.counts };
  setHandler(defineQuery<Record<string, number>>(messages.progress), () => counts);
  const reconciliationId = input.resume?.reconciliationId ?? (await begin(input));
  if (reconciliationId === null) return null;
  const tell = (stage: string) => setCurrentDetails(details.progress(input.kind, reconciliationId, stage, counts));

  let calls = 0;
  for (const stage of stagesFrom(input)) {
    tell(stage);
    let after = input.resume?.stage === stage ? input.resume.after : null;
    do {
      const page = await inventory.takeInventory({ reconciliationId, stage, after });
      add(counts, page.counts);
      after = page.after;
      calls += 1;
      tell(stage);
      await books.tellReconciliation({ reconciliationId, counts });
      if (after !== null && (calls >= callsPerRun || workflowInfo().continueAsNewSuggested)) {
        const resume: ReconcileResume = { reconciliationId, stage, after, counts };
        await continueAsNew<typeof reconcile>({ ...input, resume });
      }
    } while (after !== null);
  }

  if (input.kind === 'adoption') {
    tell('adopt');
    add(counts, await pages.adoptRemote({ reconciliationId }));
  } else {
    tell('compare');
    add(counts, await pages.recordDifferences({ reconciliationId }));
    add(counts, await pages.mendDifferences({ reconciliationId }));
  }
  add(counts, await pages.wakeReconciled({ reconciliationId }));
  await books.finishReconciliation({ reconciliationId, counts });
  tell('finished');
  return { reconciliationId, counts };
}

/** Waits for its turn: what was seen belongs to one reconciliation at a time. @returns null if there is nothing to do */
async function begin(input: ReconcileInput): Promise<string | null> {
  const { kind, id, askedBy, from, to } = input;
  const order = { kind, id, askedBy, from, to, workflowId: workflowInfo().workflowId, at: nominalTime() };
  for (let tries = 1; tries <= turn.tries; tries += 1) {
    const begun = await books.beginReconciliation(order);
    if (begun.state === 'begun') return begun.reconciliationId;
    if (begun.state === 'nothing') {
      setCurrentDetails(begun.reason);
      return null;
    }
    setCurrentDetails('Waits until the reconciliation that is under way has finished. Nothing is needed from you.');
    await sleep(Math.min(turn.firstPauseMs * 2 ** (tries - 1), turn.longestPauseMs));
  }
  throw ApplicationFailure.nonRetryable('Another reconciliation was under way for half a day.', 'Busy');
}

function stagesFrom({ kind, resume }: ReconcileInput): readonly ReconcileStage[] {
  const all = kind === 'adoption' ? adoptionStages : stages;
  return resume === undefined ? all : all.slice(all.indexOf(resume.stage));
}

function add(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
