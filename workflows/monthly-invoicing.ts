import { pages } from './activities.ts';
import type { RunInput } from './contract/inputs.ts';
import { type RunResult, runInPages } from './run-in-pages.ts';

/**
 * Bills every period of one clock that could be billed by the cut-off and never was: extends the periods of live
 * subscriptions past the cut-off, then makes drafts, customers in pages by id. A customer that cannot be billed is
 * parked alone. Drafts are due a day later, after their review. The run of an hour leaves calendar months to the monthly one.
 */
export async function monthlyInvoicing(input: RunInput): Promise<RunResult> {
  return await runInPages(input, {
    ...(input.isHourly
      ? { kind: 'hourly-invoicing', title: 'Hourly invoicing' }
      : { kind: 'invoicing', title: 'Monthly invoicing' }),
    stages: [
      { name: 'extend periods', page: pages.extendPeriods },
      { name: 'generate', page: pages.generateInvoices },
    ],
  });
}
