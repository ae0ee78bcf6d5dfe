import { ActivityFailure, continueAsNew } from '@temporalio/workflow';
import { books, events } from './activities.ts';
import type { SweepStripeEventsInput } from './contract/inputs.ts';

/** Calls of 50 pages in one run of the workflow; the next run goes on with a short history. */
const callsPerRun = 20;

export type SweepResult = { stored: number; isFinished: boolean; failure: string | null };

/**
 * Asks Stripe for the events since the last sweep, so that a webhook that was lost heals, and has taken up whatever is
 * due. Its Schedule starts it every minute, unless one is still at work. One that cannot reach Stripe ends with what it
 * was told: the next begins anew, and how old the last whole sweep is can be seen in the metrics.
 */
export async function sweepStripeEvents({ resume }: SweepStripeEventsInput = {}): Promise<SweepResult> {
  let cursor = resume?.cursor ?? null;
  let stored = resume?.stored ?? 0;
  let failure: string | null = null;
  for (let calls = 1; ; calls += 1) {
    try {
      const swept = await events.sweepStripeEvents({ cursor });
      cursor = swept.cursor;
      stored += swept.stored;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      failure = error.cause?.message ?? error.message;
    }
    if (cursor === null || failure !== null) break;
    if (calls >= callsPerRun) await continueAsNew<typeof sweepStripeEvents>({ resume: { cursor, stored } });
  }
  await books.takeUpStripeEvents();
  return { stored, isFinished: failure === null, failure };
}
