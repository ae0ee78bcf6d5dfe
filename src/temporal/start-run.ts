import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { advanceClockId, dueInvoiceScanId, monthlyInvoicingId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { AdvanceClockInput, RunInput } from '../../workflows/contract/inputs.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { DurabillError } from '../errors/error.ts';

export type RunRequest = { kind: 'invoicing' | 'due-scan' | 'advance'; clockId: string; at: Date };
export type StartedRun = { workflowId: string; alreadyStarted: boolean };

/**
 * Starts the workflow of a run; the one that is open for the same instant stands for it.
 * @throws DurabillError run-refused while the clock is being advanced to another instant
 */
export async function startRun(client: Client, { kind, clockId, at }: RunRequest): Promise<StartedRun> {
  const instant = at.toISOString();
  const { type, workflowId, input } = {
    invoicing: {
      type: workflowTypes.monthlyInvoicing,
      workflowId: monthlyInvoicingId(clockId, instant),
      input: { clockId, cutoffAt: instant } satisfies RunInput,
    },
    'due-scan': {
      type: workflowTypes.dueInvoiceScan,
      workflowId: dueInvoiceScanId(clockId, instant),
      input: { clockId, cutoffAt: instant } satisfies RunInput,
    },
    advance: {
      type: workflowTypes.advanceClock,
      workflowId: advanceClockId(clockId),
      input: { clockId, to: instant } satisfies AdvanceClockInput,
    },
  }[kind];
  try {
    await client.workflow.start(type, {
      taskQueue: taskQueues.billing,
      workflowId,
      args: [input],
      staticSummary: `${kind} of ${instant}`,
      memo: { at: instant },
    });
    return { workflowId, alreadyStarted: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // The id of an advance names the clock alone; the ids of the others name their instant.
    if (kind !== 'advance') return { workflowId, alreadyStarted: true };
    const { memo } = await client.workflow.getHandle(workflowId).describe();
    if (memo?.['at'] !== instant) {
      throw new DurabillError('run-refused', {
        field: 'at',
        reason: `The clock is being advanced to ${memo?.['at']} just now.`,
        mend: 'Wait until that run has finished, then ask again.',
      });
    }
    return { workflowId, alreadyStarted: true };
  }
}
