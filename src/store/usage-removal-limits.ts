import type { Sql } from './database.ts';

/** What keeps the usage of a customer from being removed, whoever asks. */
export type KeptBy =
  | 'policy'
  | 'period-unbilled'
  | 'period-parked'
  | 'invoice-draft'
  | 'invoice-held'
  | 'invoice-parked'
  | 'invoice-not-at-rest'
  | 'reissue-waiting';

/** Whose usage is old enough, and how far. */
export type RemovalLimit = {
  customerId: string;
  /** Where the month begins that the policy still keeps. */
  byPolicy: Date;
  /** Where the month begins that something keeps which is open; not beyond `byPolicy`. */
  freeUntil: Date;
};

/** Types whose events are never removed: meters read all of their history. */
export async function keptTypes(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ eventType: string }>(
    `SELECT DISTINCT event_type AS "eventType" FROM meters WHERE options ? 'carries' ORDER BY 1`,
  );
  return rows.map(({ eventType }) => eventType);
}

export type LimitsOf = { usageMonths: number; keptTypes: readonly string[] };
/** These customers, or the next so many after one by id; of them those who have events that are old enough. */
export type LimitedCustomers = { ids: readonly string[] } | { after: string; limit: number };

const monthStart = (instant: string) => `date_trunc('month', ${instant} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`;
const later = (instant: string) => `((${instant} AT TIME ZONE 'UTC') + make_interval(months => $1)) AT TIME ZONE 'UTC'`;
/** Rows `u` of partitions that can be removed; stray events are in none. */
export const inMonths = `u.tableoid <> 'usage_events_default'::regclass`;

/**
 * Rows `candidates` (customers who have events that can be removed, by what the policy says on their own clocks) and `blocks`
 * (what is open between us, and where what it reads begins). A period is read by the invoice that settled it and by each that took
 * that one's place. $1 months, $2 kept types, $3 ids or NULL, $4 cursor, $5 limit.
 */
const limits = `WITH policy AS (
    SELECT c.id AS customer_id, business_now(k) AS now,
      date_trunc('month', (business_now(k) AT TIME ZONE 'UTC') - make_interval(months => $1)) AT TIME ZONE 'UTC' AS by_policy,
      coalesce((SELECT max(m.removed_before) FROM usage_removal_marks m WHERE m.customer_id = c.id), '-infinity') AS removed_before
    FROM customers c JOIN clocks k ON k.id = c.clock_id
    WHERE ($3::uuid[] IS NULL OR c.id = ANY ($3)) AND c.id > $4
  ), candidates AS MATERIALIZED (
    SELECT * FROM policy p WHERE EXISTS (
      SELECT FROM usage_events u WHERE u.customer_id = p.customer_id AND u.occurred_at >= p.removed_before
        AND u.occurred_at < p.by_policy AND u.event_type <> ALL ($2::text[]) AND ${inMonths})
    ORDER BY customer_id LIMIT $5
  ), billed AS MATERIALIZED (
    SELECT b.*, c.now FROM candidates c JOIN usage_billed((SELECT array_agg(customer_id) FROM candidates),
      (SELECT max(by_policy) FROM candidates)) b USING (customer_id)
    WHERE b.start_at < c.by_policy AND b.end_at > c.removed_before
  ), blocks (customer_id, at, kind, subject_id) AS (
    SELECT b.customer_id, b.start_at, CASE WHEN EXISTS (SELECT FROM parked_periods w
      WHERE w.period_id = b.period_id AND w.resolved_at IS NULL) THEN 'period-parked' ELSE 'period-unbilled' END, b.period_id
    FROM billed b WHERE b.invoice_id IS NULL
    UNION ALL
    -- What a run has not laid out yet, but for what a pause leaves out that goes on.
    SELECT c.customer_id, greatest(l.end_at, s.starts_at, s.trial_ends_at), 'period-unbilled', s.id
    FROM candidates c JOIN subscriptions s ON s.customer_id = c.customer_id
    LEFT JOIN LATERAL (SELECT p.end_at FROM periods p WHERE p.subscription_id = s.id AND p.kind = 'arrears'
      ORDER BY p.start_at DESC LIMIT 1) l ON true
    WHERE (s.ends_at IS NULL OR s.ends_at > greatest(l.end_at, s.starts_at, s.trial_ends_at)) AND NOT EXISTS (
      SELECT FROM subscription_pauses z WHERE z.subscription_id = s.id AND z.starts_at <= greatest(l.end_at, s.starts_at, s.trial_ends_at)
        AND (z.ends_at IS NULL OR z.ends_at > c.by_policy))
    UNION ALL
    SELECT b.customer_id, b.start_at, k.kind, b.invoice_id
    FROM billed b JOIN invoices i ON i.id = b.invoice_id JOIN invoice_states t ON t.invoice_id = i.id
    CROSS JOIN LATERAL (SELECT CASE
      WHEN t.lifecycle IN ('draft', 'held') THEN 'invoice-' || t.lifecycle
      WHEN t.sync = 'parked' THEN 'invoice-parked'
      WHEN t.sync NOT IN ('none', 'synced') THEN 'invoice-not-at-rest'
      WHEN EXISTS (SELECT FROM invoice_reissues r WHERE r.replaces = i.id AND r.state = 'waiting') THEN 'reissue-waiting'
      WHEN t.lifecycle <> 'void' AND ${later('greatest(i.issued_at, b.end_at)')} > b.now THEN 'policy' END AS kind) k
    WHERE k.kind IS NOT NULL
  ), limited AS (
    SELECT c.customer_id, c.by_policy, c.removed_before, least(c.by_policy,
      (SELECT ${monthStart('min(b.at)')} FROM blocks b WHERE b.customer_id = c.customer_id)) AS free_until
    FROM candidates c
  )`;

const everybody = 10_000_000;
const firstId = '00000000-0000-0000-0000-000000000000';

function valuesOf({ usageMonths, keptTypes: kept }: LimitsOf, customers: LimitedCustomers): unknown[] {
  if ('ids' in customers) return [usageMonths, kept, customers.ids, firstId, everybody];
  return [usageMonths, kept, null, customers.after, customers.limit];
}

/** How far the usage of customers may be removed, by their ids. */
export async function readLimits(sql: Sql, of: LimitsOf, customers: LimitedCustomers): Promise<RemovalLimit[]> {
  const { rows } = await sql.query<RemovalLimit>(
    `${limits} SELECT customer_id AS "customerId", by_policy AS "byPolicy", free_until AS "freeUntil"
     FROM limited ORDER BY customer_id`,
    valuesOf(of, customers),
  );
  return rows;
}

/** What a month has that is old enough, by what keeps it; `kind` is null for what would go now. */
export type MonthPlan = {
  /** `2013-01`. */
  month: string;
  kind: KeptBy | 'proof' | 'late-usage' | null;
  customers: number;
  /** One of the customers, and what keeps it there: an invoice, a period or a subscription. */
  customerId: string;
  subjectId: string | null;
  reason: string | null;
};

/** Which months of which customers would be removed now, and the first thing that keeps each of the others. */
export async function planRemoval(sql: Sql, of: LimitsOf): Promise<MonthPlan[]> {
  const { rows } = await sql.query<MonthPlan>(
    `${limits}, found AS (
       SELECT customer_id, at, kind, subject_id, NULL AS reason FROM blocks
       UNION ALL
       -- What the last look has found by computing invoices again.
       SELECT k.customer_id, k.free_until, k.blocked_kind, k.invoice_id, k.reason
       FROM usage_removal_checks k WHERE k.blocked_kind IS NOT NULL
     ), months AS (
       SELECT m.month_on, l.customer_id, f.kind, f.subject_id, f.reason
       FROM limited l JOIN usage_months m ON m.from_at >= ${monthStart('l.removed_before')} AND m.to_at <= l.by_policy
       LEFT JOIN LATERAL (SELECT f.kind, f.subject_id, f.reason FROM found f
         WHERE f.customer_id = l.customer_id AND f.at < m.to_at ORDER BY f.at, f.kind, f.subject_id LIMIT 1) f ON true
       WHERE EXISTS (SELECT FROM usage_events u WHERE u.customer_id = l.customer_id AND u.occurred_at >= m.from_at
         AND u.occurred_at < m.to_at AND u.event_type <> ALL ($2::text[]))
     )
     SELECT to_char(month_on, 'YYYY-MM') AS month, kind, count(*)::int AS customers,
       (array_agg(customer_id ORDER BY customer_id))[1] AS "customerId",
       (array_agg(subject_id ORDER BY customer_id))[1] AS "subjectId", (array_agg(reason ORDER BY customer_id))[1] AS reason
     FROM months GROUP BY month_on, kind ORDER BY month_on, kind NULLS FIRST LIMIT ${mostMonths}`,
    valuesOf(of, { after: firstId, limit: everybody }),
  );
  return rows;
}

/** Rows of a plan: some years of months, with what keeps each. */
const mostMonths = 1_000;
