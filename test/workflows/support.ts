import type { Client } from '@temporalio/client';
import { NativeConnection, type Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Temporal } from '../../src/temporal/connection.ts';
import { bundleWorkflows, createWorkers } from '../../src/temporal/workers.ts';
import { getStack } from '../support/stack.ts';
import { useNamespace } from '../support/temporal.ts';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/**
 * The workflows of today on the real server, in a namespace of their own, with the workers of production and these
 * activities in place of ours.
 */
export function useWorkflows(activities: Partial<Activities>): Temporal & { readonly namespace: string } {
  const temporal = useNamespace();
  let connection: NativeConnection | undefined;
  let workers: Worker[] = [];
  let running: Promise<unknown> | undefined;
  before(async function () {
    this.timeout(60_000);
    const bundled = bundle ?? bundleWorkflows();
    bundle = bundled;
    connection = await NativeConnection.connect({ address: getStack().temporalAddress });
    workers = await createWorkers({
      connection,
      namespace: temporal.namespace,
      activities: activities as Activities,
      loadWorkflows: () => bundled,
    });
    running = Promise.all(workers.map((worker) => worker.run()));
  });
  after(async function () {
    this.timeout(30_000);
    for (const worker of workers) worker.shutdown();
    await running;
    await connection?.close();
  });
  return temporal;
}

/** What the Web UI shows as the current details of a run. */
export async function detailsOf(client: Client, workflowId: string): Promise<string> {
  type Metadata = { currentDetails?: string };
  const metadata = await client.workflow.getHandle(workflowId).query<Metadata>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
