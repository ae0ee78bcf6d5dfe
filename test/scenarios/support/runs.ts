import type { WorkflowHandle } from '@temporalio/client';
import { clockIdOf } from '../../../src/billing/ids.ts';
import { moveTestClock } from '../../../src/store/due-work.ts';
import { scheduleIds, workflowTypes } from '../../../workflows/contract/ids.ts';
import { taskQueues } from '../../../workflows/contract/task-queues.ts';
import type { RunResult } from '../../../workflows/run-in-pages.ts';
import type { World } from '../../support/world.ts';

export type RunKind = 'monthlyInvoicing' | 'dueInvoiceScan';

/**
 * Starts a run on a test clock as a Schedule would: the cut-off is told by nothing but the nominal time in the id.
 * @param nominal to the second, as a Schedule writes it: 2013-02-01T13:00:00Z
 */
export async function startRun(world: World, kind: RunKind, clock: string, nominal: string) {
  return (await world.temporal.client.workflow.start(workflowTypes[kind], {
    workflowId: `${scheduleIds[kind]}-${clock}-${nominal}`,
    taskQueue: taskQueues.billing,
    args: [{ clockId: clockIdOf(clock) }],
  })) as WorkflowHandle<() => Promise<RunResult>>;
}

/**
 * The same, when the clock has come to the given instant, and to its end.
 * @param database where the clock stands, if it is not the world's own any more
 * @returns what the run counted
 */
export async function runAt(
  world: World,
  kind: RunKind,
  clock: string,
  run: { nominal: string; startedAt?: string },
  database = world.database,
): Promise<Record<string, number>> {
  await moveTestClock(database, clockIdOf(clock), new Date(run.startedAt ?? run.nominal));
  const handle = await startRun(world, kind, clock, run.nominal);
  return (await handle.result()).counts;
}
