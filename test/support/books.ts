import { applyPlans } from '../../src/billing/apply-plans.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { type Clock, createTestClock, ensureRealClock } from '../../src/billing/open-clock.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Customer } from '../../src/store/customers.ts';
import type { Database } from '../../src/store/database.ts';

/** Small books for tests: the real clock, a test clock that stands at 1 January 2013, a plan in USD. */
export async function openBooks(database: Database): Promise<{ testClock: Clock }> {
  await ensureRealClock(database);
  const { clock } = await createTestClock(
    database,
    { name: 'sample', startsAt: '2013-01-01T05:00:00Z', numberPrefix: 'SAMPLE' },
    'test',
  );
  await applyPlans(
    database,
    parsePlanFile({
      meters: [{ key: 'departures', name: 'Departures', eventType: 'departure', aggregation: 'count' }],
      plans: [
        {
          key: 'airports',
          name: 'Airports',
          currency: 'USD',
          interval: 'month',
          prices: [{ key: 'base', name: 'Base fee', model: 'flat', amount: '100' }],
        },
      ],
    }),
    'test',
  );
  return { testClock: clock };
}

export async function addCustomer(database: Database, externalId: string, clock = 'sample'): Promise<Customer> {
  const input = { externalId, name: `Airline ${externalId}`, currency: 'USD', zone: 'America/New_York', clock };
  return (await createCustomer(database, input, 'test')).customer;
}
