import { applyPlans } from '../../src/billing/apply-plans.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { extendPeriods, firstCursor } from '../../src/billing/extend-periods.ts';
import { generateInvoices } from '../../src/billing/generate-invoices.ts';
import { runIdOf } from '../../src/billing/ids.ts';
import { issueInvoices } from '../../src/billing/issue-invoices.ts';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Database } from '../../src/store/database.ts';
import { moveTestClock } from '../../src/store/due-work.ts';
import { openRun, type RunKind } from '../../src/store/runs.ts';

/** Five lines an invoice, as the figures of Stripe's own limits assume; what they are over does not matter here. */
const plan = {
  meters: [],
  plans: [
    {
      key: 'five-lines',
      name: 'Five lines',
      currency: 'USD',
      interval: 'month',
      prices: [1, 2, 3, 4, 5].map((line) => ({
        key: `line-${line}`,
        name: `Line ${line}`,
        model: 'flat',
        amount: '1.00',
      })),
    },
  ],
};

const first = { year: 2013, month: 0 };
const pageSize = 500;

export type Months = {
  clockId: string;
  customerIds: string[];
  /** Bills the next month of all customers: one invoice each, issued and not yet published. */
  issueNext(): Promise<void>;
};

/** Customers on a test clock who get one invoice a month, as many months as are asked for. */
export async function openMonths(database: Database, customers: number): Promise<Months> {
  const at = (month: number, day: number, hour: number) =>
    new Date(Date.UTC(first.year, first.month + month, day, hour));
  const clockName = 'bench';
  const startsAt = at(0, 1, 0).toISOString();
  const { clock } = await createTestClock(database, { name: clockName, startsAt, numberPrefix: 'BENCH' }, 'bench');
  await applyPlans(database, parsePlanFile(plan), 'bench');
  const customerIds: string[] = [];
  for (let index = 0; index < customers; index += 1) {
    const externalId = `bench-${index}`;
    const subscription = { plan: 'five-lines', startsAt };
    const input = { externalId, name: externalId, currency: 'USD', zone: 'UTC', clock: clockName, subscription };
    customerIds.push((await createCustomer(database, input, 'bench')).customer.id);
  }
  const clockId = clock.id;

  async function open(kind: RunKind, cutoffAt: Date) {
    await moveTestClock(database, clockId, cutoffAt);
    const id = runIdOf(clockId, kind, cutoffAt);
    return await openRun(database, { id, clockId, kind, cutoffAt, workflowId: 'bench' });
  }

  let month = 0;
  return {
    clockId,
    customerIds,
    async issueNext() {
      month += 1;
      const run = await open('invoicing', at(month, 1, 13));
      await extendPeriods(database, { clockId, until: run.cutoffAt });
      await throughPages((after) => generateInvoices(database, run, { after, limit: pageSize }));
      const scan = await open('due-scan', at(month, 2, 15));
      await throughPages((after) => issueInvoices(database, scan, { after, limit: pageSize }));
    },
  };
}

/** Goes through pages by key until there are no more. */
export async function throughPages(page: (after: string) => Promise<{ cursor: string | undefined }>): Promise<void> {
  let after: string | undefined = firstCursor;
  while (after !== undefined) after = (await page(after)).cursor;
}
