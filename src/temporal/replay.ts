import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** What `historyToJSON` and `temporal workflow show --output json` write. */
export type HistoryJson = { events: { eventType: string; workflowExecutionStartedEventAttributes?: unknown }[] };

/**
 * Runs a recorded history through workflow code, without a server, and compares what the code wants to do with what was
 * done. A run that is still open is replayed up to its last event.
 * @param bundle of `bundleWorkflows`
 * @throws DeterminismViolationError when the code would do something else than it did then: runs of that time would be
 *   stuck under it
 */
export async function replayHistory(history: HistoryJson, bundle: WorkflowBundleWithSourceMap): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: bundle }, history);
}

/** The workflow type of a history. @throws Error when it does not begin as one */
export function workflowTypeOf(history: HistoryJson): string {
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  const name = (started as { workflowType?: { name?: string } } | undefined)?.workflowType?.name;
  if (name === undefined) throw new Error('This is no workflow history as JSON: it begins with no start.');
  return name;
}
