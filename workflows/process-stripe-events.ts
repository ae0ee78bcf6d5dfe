import { continueAsNew, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import { events } from './activities.ts';
import type { ProcessStripeEventsInput } from './contract/inputs.ts';
import { messages } from './contract/messages.ts';

/** Pages in one run of the workflow; the next run goes on with a short history. */
const pagesPerRun = 200;

/**
 * Takes up the stored events of a Stripe account, page by page, until none is due. Its id names the account, so one is
 * at work at a time. A signal says that another was stored; one that is lost is made up for by the sweep's Schedule,
 * and so is a run that failed, for where it stands is in PostgreSQL.
 */
export async function processStripeEvents({ accountId }: ProcessStripeEventsInput): Promise<void> {
  let dirty = false;
  setHandler(defineSignal(messages.dirty), () => {
    dirty = true;
  });
  for (let page = 1; ; page += 1) {
    dirty = false;
    const { hasMore } = await events.processStripeEvents({ accountId });
    // Set by the handler while the activity was at work.
    if (!hasMore && !(dirty as boolean)) return;
    if (page >= pagesPerRun || workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof processStripeEvents>({ accountId });
    }
  }
}
