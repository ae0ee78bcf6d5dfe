import type { Client } from '@temporalio/client';
import { processStripeEventsId, workflowTypes } from '../../workflows/contract/ids.ts';
import type { ProcessStripeEventsInput } from '../../workflows/contract/inputs.ts';
import { messages } from '../../workflows/contract/messages.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';

/** Sees to it that the stored events of the account are taken up: starts the one that does, or signals it. */
export async function wakeStripeEvents(client: Client, accountId: string): Promise<void> {
  await client.workflow.signalWithStart(workflowTypes.processStripeEvents, {
    taskQueue: taskQueues.billing,
    workflowId: processStripeEventsId(accountId),
    args: [{ accountId }] as [ProcessStripeEventsInput],
    signal: messages.dirty,
    signalArgs: [],
    staticSummary: "Stripe's events: what has come in",
  });
}

/** One signal tells of all events that came meanwhile, so a burst of webhooks makes four a second at most. */
const quietMs = 250;

export type EventWaker = { wake(accountId: string): void; close(): void };

/**
 * Wakes in the background, for whoever must not wait for Temporal. A wake that fails is told and no more: the sweep's
 * Schedule makes up for it within a minute.
 */
export function createEventWaker(
  wake: (accountId: string) => Promise<void>,
  onError: (error: unknown) => void,
): EventWaker {
  /** By account: the quiet time after a signal, and whether another is wanted at its end. */
  const quiet = new Map<string, { timer: NodeJS.Timeout; isWanted: boolean }>();
  const send = (accountId: string) => {
    const timer = setTimeout(() => {
      const { isWanted = false } = quiet.get(accountId) ?? {};
      quiet.delete(accountId);
      if (isWanted) send(accountId);
    }, quietMs);
    quiet.set(accountId, { timer, isWanted: false });
    wake(accountId).catch(onError);
  };
  return {
    wake(accountId) {
      const running = quiet.get(accountId);
      if (running === undefined) send(accountId);
      else running.isWanted = true;
    },
    close() {
      for (const { timer } of quiet.values()) clearTimeout(timer);
      quiet.clear();
    },
  };
}
