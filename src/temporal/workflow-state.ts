import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/**
 * How Temporal sees the latest run of a workflow; `gone` when it knows none of this id, as after its retention. What was
 * cancelled or terminated has failed: nobody goes on with it.
 */
export async function readWorkflowState(
  client: Client,
  workflowId: string,
): Promise<'running' | 'completed' | 'failed' | 'gone'> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW' || status.name === 'PAUSED') return 'running';
    return status.name === 'COMPLETED' ? 'completed' : 'failed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}

/** The page of a workflow in the Web UI, at its latest run. */
export function workflowUrl(ui: string, namespace: string, workflowId: string): string {
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
