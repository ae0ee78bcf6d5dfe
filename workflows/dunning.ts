import { pages } from './activities.ts';
import type { RunInput } from './contract/inputs.ts';
import { type RunResult, runInPages } from './run-in-pages.ts';

/**
 * Follows up what one clock's customers have not paid: lays out the steps of what has become unpaid, then takes those
 * that were due by the cut-off. It takes whatever is due, so that an hour that was missed heals by itself.
 */
export async function dunning(input: RunInput): Promise<RunResult> {
  return await runInPages(input, {
    kind: 'dunning',
    title: 'Dunning',
    stages: [
      { name: 'plan', page: pages.planDunning },
      { name: 'follow up', page: pages.followUpUnpaid },
    ],
  });
}
