import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { createCustomer } from '../../../src/billing/create-customer.ts';
import { createTestClock } from '../../../src/billing/open-clock.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import type { Database } from '../../../src/store/database.ts';

/** 20.00 USD a month, and 0.50 for each call. */
const plan = {
  meters: [{ key: 'calls', name: 'Calls', eventType: 'call', aggregation: 'count' }],
  plans: [
    {
      key: 'metered',
      name: 'Metered',
      currency: 'USD',
      interval: 'month',
      prices: [
        { key: 'base', name: 'Base fee', model: 'flat', amount: '20.00' },
        { key: 'calls', name: 'Calls', model: 'per_unit', meter: 'calls', unitAmount: '0.50' },
      ],
    },
  ],
};

/** A test clock that stands at 1 January 2013, 00:00 in UTC, with customers in UTC who pay the plan from then on. */
export async function openSmallBusiness(
  database: Database,
  business: { clock: string; numberPrefix: string; customers: readonly string[] },
): Promise<{ clockId: string }> {
  const { clock: name, numberPrefix } = business;
  const startsAt = '2013-01-01T00:00:00Z';
  const { clock } = await createTestClock(database, { name, startsAt, numberPrefix }, 'test');
  await applyPlans(database, parsePlanFile(plan), 'test');
  for (const externalId of business.customers) {
    const subscription = { plan: 'metered', startsAt };
    const input = { externalId, name: `Customer ${externalId}`, currency: 'USD', zone: 'UTC', clock: name };
    await createCustomer(database, { ...input, subscription }, 'test');
  }
  return { clockId: clock.id };
}

/** So many calls of a customer, a minute apart from the given instant on. @returns what came of each */
export async function recordCalls(
  database: Database,
  calls: { customer: string; from: string; count: number },
): Promise<string[]> {
  const { customer, from, count } = calls;
  const events = Array.from({ length: count }, (_, index) => ({
    id: `${customer} ${from} ${index}`,
    customer,
    type: 'call',
    occurredAt: new Date(Date.parse(from) + index * 60_000).toISOString(),
  }));
  return (await recordUsage(database, events)).map(({ status }) => status);
}
