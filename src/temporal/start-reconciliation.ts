import type { Client } from '@temporalio/client';
import { reconciliationWorkflowId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { ReconcileInput } from '../../workflows/contract/inputs.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';

export type ReconciliationRequest = {
  id: string;
  kind: 'on-demand' | 'adoption';
  fromAt: Date | null;
  toAt: Date | null;
  askedBy: string;
};

/** Starts a reconciliation that a person has asked for. @returns the id of its workflow */
export async function startReconciliation(client: Client, request: ReconciliationRequest): Promise<string> {
  const workflowId = reconciliationWorkflowId(request.id);
  const input: ReconcileInput = {
    kind: request.kind,
    id: request.id,
    askedBy: request.askedBy,
    from: request.fromAt?.toISOString() ?? null,
    to: request.toAt?.toISOString() ?? null,
  };
  await client.workflow.start(workflowTypes.reconcile, {
    taskQueue: taskQueues.billing,
    workflowId,
    args: [input],
    staticSummary: `${request.kind === 'adoption' ? 'Adoption of what Stripe has' : 'Reconciliation with Stripe'}, on demand`,
  });
  return workflowId;
}
