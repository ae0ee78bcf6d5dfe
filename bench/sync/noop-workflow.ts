import { proxyActivities } from '@temporalio/workflow';

const { noop } = proxyActivities<{ noop(): Promise<void> }>({ taskQueue: 'stripe', startToCloseTimeout: 60_000 });

/** The least that a sync could be: one workflow with one activity on the other queue. */
export async function noopSync(): Promise<void> {
  await noop();
}
