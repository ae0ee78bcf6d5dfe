import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  continueAsNew,
  defineQuery,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { books, pages } from './activities.ts';
import { dueInvoiceScanId, dunningId, monthlyInvoicingId, workflowTypes } from './contract/ids.ts';
import type { AdvanceClockInput } from './contract/inputs.ts';
import { messages } from './contract/messages.ts';
import { firstCursor, type RunResult } from './run-in-pages.ts';

const clockIdKey = defineSearchAttributeKey('ClockId', 'KEYWORD');

/**
 * Moves a test clock to an instant, as time would have passed: asks for the next instant at which anything is due,
 * sets the clock to it, does just that run, waits until what it issued is at Stripe or parked, and goes on until
 * nothing is due before the goal.
 */
export async function advanceClock(input: AdvanceClockInput): Promise<RunResult> {
  const { clockId, to } = input;
  const counts: Record<string, number> = { ...input.resume?.counts };
  setHandler(defineQuery<Record<string, number>>(messages.progress), () => counts);
  upsertSearchAttributes([{ key: clockIdKey, value: clockId }]);

  const { workflowId } = workflowInfo();
  const { runId } = await books.openRun({ clockId, kind: 'advance', cutoffAt: to, workflowId });
  const before = input.resume?.before ?? (await books.countSyncs({ clockId }));
  for (;;) {
    const { open, ...atRest } = await pages.awaitSyncs({ clockId, runId, before });
    Object.assign(counts, atRest);
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof advanceClock>({ clockId, to, resume: { counts, before } });
    }
    if (open > 0) {
      // A lost message is published again by the next scan, and on this clock there is none while it stands still.
      await pages.publishDueInvoices({ runId, clockId, cutoffAt: to, startedAt: to, after: firstCursor });
      continue;
    }
    const due = await pages.findNextDue({ clockId, until: to });
    if (due === null) break;
    setCurrentDetails(`Advancing to ${to}, now at ${due.at}: **${due.kind}**`);
    await books.moveClock({ clockId, at: due.at });
    const done = await executeRun(clockId, due);
    for (const [name, count] of Object.entries(done)) counts[name] = (counts[name] ?? 0) + count;
    await books.recordProgress({ runId, counts });
  }
  await books.moveClock({ clockId, at: to });
  await books.finishRun({ runId, counts });
  setCurrentDetails(`Advanced to ${to}.`);
  return { runId, counts };
}

type DueRun = { kind: 'invoicing' | 'due-scan' | 'dunning'; at: string };

const runs = {
  invoicing: { type: workflowTypes.monthlyInvoicing, idOf: monthlyInvoicingId, title: 'Invoicing' },
  'due-scan': { type: workflowTypes.dueInvoiceScan, idOf: dueInvoiceScanId, title: 'Due scan' },
  dunning: { type: workflowTypes.dunning, idOf: dunningId, title: 'Dunning' },
};

/** Does the run, or waits for the same run that a person has just started. @returns what it counted */
async function executeRun(clockId: string, due: DueRun): Promise<Record<string, number>> {
  const { type, idOf, title } = runs[due.kind];
  try {
    const { counts }: RunResult = await executeChild(type, {
      workflowId: idOf(clockId, due.at),
      staticSummary: `${title} of ${due.at} on a test clock`,
      args: [{ clockId, cutoffAt: due.at }],
    });
    return counts;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    for (;;) {
      const end = await pages.awaitRun({ clockId, kind: due.kind, cutoffAt: due.at });
      if (end !== null) return end;
    }
  }
}
