import { applyPlans } from '../../src/billing/apply-plans.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { extendPeriods } from '../../src/billing/extend-periods.ts';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Database } from '../../src/store/database.ts';
import { generateAll, issueAll } from './run-pages.ts';

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
export type Months = {
  clockId: string;
  customerIds: string[];
  /** Bills the next month of all customers: one invoice each, issued and not yet published. */
  issueNext(): Promise<void>;
};

/** Customers on a test clock who get one invoice a month, as many months as are asked for. */
export async function openMonths(database: Database, customers: number, clockName = 'bench'): Promise<Months> {
  const at = (month: number, day: number, hour: number) =>
    new Date(Date.UTC(first.year, first.month + month, day, hour));
  const startsAt = at(0, 1, 0).toISOString();
  const { clock } = await createTestClock(
    database,
    { name: clockName, startsAt, numberPrefix: clockName.toUpperCase() },
    'bench',
  );
  await applyPlans(database, parsePlanFile(plan), 'bench');
  const customerIds: string[] = [];
  for (let index = 0; index < customers; index += 1) {
    const externalId = `${clockName}-${index}`;
    const subscription = { plan: 'five-lines', startsAt };
    const input = { externalId, name: externalId, currency: 'USD', zone: 'UTC', clock: clockName, subscription };
    customerIds.push((await createCustomer(database, input, 'bench')).customer.id);
  }
  const clockId = clock.id;
  let month = 0;
  return {
    clockId,
    customerIds,
    async issueNext() {
      month += 1;
      const [billedAt, issuedAt] = [at(month, 1, 13), at(month, 2, 15)];
      await extendPeriods(database, { clockId, until: billedAt });
      await generateAll(database, clockId, billedAt.toISOString());
      await issueAll(database, clockId, issuedAt.toISOString());
      // A day lies between issuing and this moment in a deployment, in which the planner would have learned of the rows.
      await database.query('ANALYZE');
    },
  };
}
