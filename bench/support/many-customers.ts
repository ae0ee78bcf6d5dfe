import { applyPlans } from '../../src/billing/apply-plans.ts';
import { clockIdOf } from '../../src/billing/ids.ts';
import { createTestClock } from '../../src/billing/open-clock.ts';
import { parsePlanFile } from '../../src/domain/rating/plan.ts';
import type { Database } from '../../src/store/database.ts';

const planKey = 'traffic';

/** A flat price, a graduated one, and one per unit of what a filter lets through. */
export const prices = {
  base: '49',
  calls: { firstUpTo: '10', first: '0.1', further: '0.07' },
  megabytes: { region: 'eu', unit: '0.0375' },
};

const planFile = {
  meters: [
    { key: 'calls', name: 'Calls', eventType: 'api.call', aggregation: 'count' },
    { key: 'megabytes', name: 'Megabytes', eventType: 'api.call', aggregation: 'sum', property: 'megabytes' },
  ],
  plans: [
    {
      key: planKey,
      name: 'Traffic',
      currency: 'USD',
      interval: 'month',
      prices: [
        { key: 'base', name: 'Base fee', model: 'flat', amount: prices.base },
        {
          key: 'calls',
          name: 'Calls',
          meter: 'calls',
          model: 'graduated',
          tiers: [
            { upTo: prices.calls.firstUpTo, unitAmount: prices.calls.first },
            { upTo: null, unitAmount: prices.calls.further },
          ],
        },
        {
          key: 'europe',
          name: 'Megabytes in Europe',
          meter: 'megabytes',
          filter: { region: [prices.megabytes.region] },
          model: 'per_unit',
          unitAmount: prices.megabytes.unit,
        },
      ],
    },
  ],
};

/** The month that they are billed for, the run that bills it, and the scan that issues what the run has made. */
export const month = {
  startAt: '2026-01-01T00:00:00.000Z',
  endAt: '2026-02-01T00:00:00.000Z',
  billedAt: '2026-02-01T13:00:00.000Z',
  issuedAt: '2026-02-02T15:00:00.000Z',
};

export type ManyCustomers = {
  /** Name of their test clock, which stands at the beginning of the month; letters and digits. */
  name: string;
  customers: number;
  eventsEach: number;
  seed: number;
};

/**
 * Customers of a test clock of their own with a month of usage, made by SQL in bulk: what a sender would have sent in
 * hours. The same seed makes the same usage under every name. @returns the clock's id
 */
export async function addManyCustomers(database: Database, wanted: ManyCustomers): Promise<string> {
  await applyPlans(database, parsePlanFile(planFile), 'bulk');
  const clock = { name: wanted.name, startsAt: month.startAt, numberPrefix: wanted.name.toUpperCase().slice(0, 12) };
  await createTestClock(database, clock, 'bulk');
  const clockId = clockIdOf(wanted.name);
  await database.query(
    `INSERT INTO customers (id, external_id, clock_id, currency, zone)
     SELECT md5($2 || '-' || n)::uuid, $2 || '-' || n, $1, 'USD', 'UTC' FROM generate_series(1, $3::int) n`,
    [clockId, wanted.name, wanted.customers],
  );
  await database.query(
    `INSERT INTO customer_contacts (customer_id, name, email)
     SELECT id, 'Customer ' || external_id, external_id || '@example.com' FROM customers WHERE clock_id = $1`,
    [clockId],
  );
  await database.query(
    `INSERT INTO subscriptions (id, customer_id, plan_version_id, billing_group, starts_at)
     SELECT md5('subscription' || c.id)::uuid, c.id, v.id, '', $2
     FROM customers c, plan_versions v JOIN plans p ON p.id = v.plan_id WHERE c.clock_id = $1 AND p.key = $3`,
    [clockId, month.startAt, planKey],
  );
  await database.query(
    `INSERT INTO subscription_phases (subscription_id, starts_at, plan_version_id)
     SELECT s.id, s.starts_at, s.plan_version_id FROM subscriptions s JOIN customers c ON c.id = s.customer_id
     WHERE c.clock_id = $1`,
    [clockId],
  );
  await database.query(`SELECT ensure_usage_partition($1::date)`, [month.startAt]);
  // Two at once, as the machines have cores.
  await Promise.all(['01234567', '89abcdef'].map((half) => addUsage(database, clockId, wanted, half)));
  await database.query('ANALYZE customers, customer_contacts, subscriptions, subscription_phases, usage_events');
  return clockId;
}

/** Of the customers whose ids begin with one of the digits, in the order of their ids: so the index is written in order. */
async function addUsage(
  database: Database,
  clockId: string,
  { name, eventsEach, seed }: ManyCustomers,
  firstDigits: string,
): Promise<void> {
  await database.query(
    `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties)
     SELECT c.id, 'api.call', $2::timestamptz + make_interval(secs => e * ($4::float8 / ($3 + 1))), 'bulk',
       c.external_id || '-' || e,
       jsonb_build_object('region', CASE (c.n + e) % 3 WHEN 0 THEN 'eu' WHEN 1 THEN 'us' ELSE 'ap' END,
         'megabytes', (c.n * 31 + e * 17 + $5) % 997 + 1)
     FROM (SELECT id, external_id, substr(external_id, length($6) + 2)::int AS n FROM customers
           WHERE clock_id = $1 AND strpos($7, left(id::text, 1)) > 0 ORDER BY id) c, generate_series(1, $3::int) e`,
    [clockId, month.startAt, eventsEach, secondsOfMonth(), seed, name, firstDigits],
  );
}

function secondsOfMonth(): number {
  return (Date.parse(month.endAt) - Date.parse(month.startAt)) / 1_000;
}
