import { pages } from './activities.ts';
import type { RunInput } from './contract/inputs.ts';
import { type RunResult, runInPages } from './run-in-pages.ts';

/**
 * Issues the drafts of one clock that were due by the cut-off and sends them on their way: number, frozen facts, one
 * confirmed message each. It takes whatever is due and not issued, and publishes again what has been silent for an hour,
 * so that a missed day or a lost message heals by itself.
 */
export async function dueInvoiceScan(input: RunInput): Promise<RunResult> {
  return await runInPages(input, {
    kind: 'due-scan',
    title: 'Due invoices',
    stages: [
      { name: 'issue', page: pages.issueInvoices },
      { name: 'publish', page: pages.publishDueInvoices },
    ],
  });
}
