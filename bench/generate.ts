import { extendPeriods } from '../src/billing/extend-periods.ts';
import type { Database } from '../src/store/database.ts';
import { type Benchmark, type BenchmarkOptions, type OpenBenchmark, rateOf } from './support/benchmark.ts';
import { openDeployment } from './support/deployment.ts';
import { addManyCustomers, month, prices } from './support/many-customers.ts';
import { generateAll } from './support/run-pages.ts';

/**
 * R3: a month's drafts by our use case, page by page as the activity makes them, against one INSERT … SELECT that
 * computes the same totals and writes the same rows in the database alone. The statement neither settles nor audits.
 */
export const generate: Benchmark = {
  id: 'R3',
  unit: 'invoices/s',
  goal: 0.4,
  async open(options: BenchmarkOptions): Promise<OpenBenchmark> {
    const [customers, eventsEach] = [options.smoke ? 200 : 5_000, 20];
    const deployment = await openDeployment({ waitForDisks: true });
    const { database } = deployment;
    let businesses = 0;
    const sums = new Map<string, Sums>();

    /** Both sides bill the same usage, each on a clock of its own: what is settled once cannot be billed again. */
    async function measure(side: 'OURS' | 'LIMIT', bill: (database: Database, clockId: string) => Promise<unknown>) {
      businesses += 1;
      const name = `${side}${businesses}`;
      const clockId = await addManyCustomers(database, { name, customers, eventsEach, seed: options.seed });
      await extendPeriods(database, { clockId, until: new Date(month.billedAt) });
      await database.query('VACUUM (ANALYZE) periods, invoices, invoice_states, invoice_lines');
      await database.query('CHECKPOINT');
      const rate = await rateOf(customers, () => bill(database, clockId));
      sums.set(side, await readSums(database, clockId));
      return rate;
    }

    return {
      ours: () => measure('OURS', generateAll),
      limit: () => measure('LIMIT', billByOneStatement),
      async facts() {
        const [ours, limit] = [sums.get('OURS'), sums.get('LIMIT')];
        if (JSON.stringify(ours) !== JSON.stringify(limit) || ours?.invoices !== customers) {
          throw new Error(`the sides differ: ours ${JSON.stringify(ours)}, the limit's ${JSON.stringify(limit)}`);
        }
        return { customers, eventsEach, lines: ours.lines, totalMinor: ours.totalMinor };
      },
      close: deployment.close,
    };
  },
};

type Sums = { invoices: number; totalMinor: string; lines: number; workingSteps: number; events: string };

async function readSums(database: Database, clockId: string): Promise<Sums> {
  const { rows } = await database.query<Sums>(
    `SELECT count(DISTINCT i.id)::int AS invoices, sum(l.amount_minor)::text AS "totalMinor", count(*)::int AS lines,
            sum(jsonb_array_length(l.working))::int AS "workingSteps", sum(l.event_count)::text AS events
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN invoice_lines l ON l.invoice_id = i.id
     WHERE i.clock_id = $1 AND s.lifecycle = 'draft' AND i.total_minor = (
       SELECT sum(o.amount_minor) FROM invoice_lines o WHERE o.invoice_id = i.id)`,
    [clockId],
  );
  return rows[0] as Sums;
}

/** What the database alone needs for the same drafts. */
async function billByOneStatement(database: Database, clockId: string): Promise<void> {
  const { calls, megabytes } = prices;
  await database.query(
    `WITH used AS MATERIALIZED (
       SELECT p.id AS period_id, count(*) AS calls, sum(property_number(u.properties -> 'megabytes'))
                FILTER (WHERE u.properties ->> 'region' = '${megabytes.region}') AS megabytes,
              count(*) FILTER (WHERE u.properties ->> 'region' = '${megabytes.region}') AS in_region
       FROM periods p JOIN customers c ON c.id = p.customer_id
       JOIN usage_events u ON u.customer_id = p.customer_id AND u.event_type = 'api.call'
         AND u.occurred_at >= p.start_at AND u.occurred_at < p.end_at
       WHERE c.clock_id = $1 AND p.billable_at <= $2 AND u.occurred_at >= $3 AND u.occurred_at < $4
       GROUP BY p.id),
     priced AS MATERIALIZED (
       SELECT u.*, gen_random_uuid() AS invoice_id, least(calls, ${calls.firstUpTo}) AS first_calls,
         greatest(calls - ${calls.firstUpTo}, 0) AS further_calls
       FROM used u),
     lines AS MATERIALIZED (
       SELECT p.invoice_id, p.period_id, l.*, round(l.exact * 100)::bigint AS minor FROM priced p, LATERAL (VALUES
         ('base', 1::numeric, ${prices.base}::numeric, 0::bigint, jsonb_build_array(jsonb_build_object(
           'kind', 'flat', 'quantity', '1', 'flatAmount', '${prices.base}', 'amount', '${prices.base}'))),
         ('calls', p.calls::numeric, p.first_calls * ${calls.first} + p.further_calls * ${calls.further}, p.calls,
           jsonb_build_array(jsonb_build_object('kind', 'tier', 'from', '0', 'upTo', '${calls.firstUpTo}',
             'quantity', p.first_calls::text, 'unitAmount', '${calls.first}',
             'amount', (p.first_calls * ${calls.first})::text))
           || CASE WHEN p.further_calls = 0 THEN '[]' ELSE jsonb_build_array(jsonb_build_object('kind', 'tier',
             'from', '${calls.firstUpTo}', 'upTo', NULL, 'quantity', p.further_calls::text,
             'unitAmount', '${calls.further}', 'amount', (p.further_calls * ${calls.further})::text)) END),
         ('europe', p.megabytes, p.megabytes * ${megabytes.unit}, p.in_region, jsonb_build_array(jsonb_build_object(
           'kind', 'units', 'quantity', p.megabytes::text, 'unitAmount', '${megabytes.unit}',
           'amount', (p.megabytes * ${megabytes.unit})::text)))
       ) AS l (key, quantity, exact, events, working)),
     facts AS (
       INSERT INTO invoices (id, revision, customer_id, currency, billing_group, period_start_at, period_end_at, purpose,
         clock_id, zone, cutoff_at, generated_at, due_at, usage_cut_at, subtotal_minor, total_minor, line_count)
       SELECT t.invoice_id, 1, c.id, c.currency, '', p.start_at, p.end_at, 'period', c.clock_id, c.zone, $2, now(),
         $2::timestamptz + interval '1 day', now(), t.total, t.total, t.lines
       FROM (SELECT invoice_id, period_id, sum(minor)::bigint AS total, count(*) AS lines FROM lines GROUP BY 1, 2) t
       JOIN periods p ON p.id = t.period_id JOIN customers c ON c.id = p.customer_id
       RETURNING id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose),
     states AS (
       INSERT INTO invoice_states (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
       SELECT * FROM facts)
     INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, price_id, price_key, description, meter_key,
       quantity, billable_quantity, exact_amount, amount_minor, event_count, skipped_count, working)
     SELECT gen_random_uuid(), l.invoice_id, r.position, p.subscription_id, r.id, r.key, r.name, m.key, l.quantity,
       l.quantity, l.exact, l.minor, l.events, 0, l.working
     FROM lines l JOIN periods p ON p.id = l.period_id JOIN subscriptions s ON s.id = p.subscription_id
     JOIN prices r ON r.plan_version_id = s.plan_version_id AND r.key = l.key LEFT JOIN meters m ON m.id = r.meter_id`,
    [clockId, month.billedAt, month.startAt, month.endAt],
  );
}
