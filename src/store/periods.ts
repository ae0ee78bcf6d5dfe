import type { AheadPeriod } from '../domain/period/ahead.ts';
import type { LaidPeriod } from '../domain/period/lay-out.ts';
import type { Sql } from './database.ts';

/** What is over when it is billed, which tiles time; what is billed when its cycle begins, and what is given back of it. */
export type PeriodKind = 'arrears' | 'advance' | 'credit';

const lastEnd = `SELECT p.end_at FROM periods p WHERE p.subscription_id = s.id AND p.kind = 'arrears'
  ORDER BY p.start_at DESC LIMIT 1`;

/**
 * The next `limit` subscriptions of a clock, by id after the cursor, whose periods may not reach past `until`. Those
 * that are laid out to their end need no more; one that is in its trial or paused is looked at each time.
 */
export async function subscriptionsToExtend(
  sql: Sql,
  page: { clockId: string; until: Date; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT s.id FROM subscriptions s JOIN customers c ON c.id = s.customer_id
     LEFT JOIN LATERAL (${lastEnd}) p ON true
     WHERE c.clock_id = $1 AND s.id > $3 AND coalesce(s.trial_ends_at, s.starts_at) <= $2
       AND (p.end_at IS NULL OR (p.end_at <= $2 AND (s.ends_at IS NULL OR p.end_at < s.ends_at)))
     ORDER BY s.id LIMIT $4`,
    [page.clockId, page.until, page.after, page.limit],
  );
  return rows.map(({ id }) => id);
}

export type SubscriptionEnd = { id: string; customerId: string; lastEndAt: Date | null };

/**
 * Where the periods of these subscriptions end by now. Shares their locks, so that no timeline changes until the
 * transaction ends, and one that is being changed is waited for.
 */
export async function lockEnds(sql: Sql, subscriptionIds: readonly string[]): Promise<SubscriptionEnd[]> {
  // The lock comes first: a statement does not see what was committed while it waited.
  await sql.query(`SELECT FROM subscriptions WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE`, [subscriptionIds]);
  const { rows } = await sql.query<SubscriptionEnd>(
    `SELECT s.id, s.customer_id AS "customerId",
       (${lastEnd}) AS "lastEndAt"
     FROM subscriptions s WHERE s.id = ANY ($1::uuid[])`,
    [subscriptionIds],
  );
  return rows;
}

/** What was billed ahead of these subscriptions or is to be, and given back, by subscription. */
export async function readAhead(sql: Sql, subscriptionIds: readonly string[]): Promise<Map<string, StoredAhead[]>> {
  const bySubscription = new Map<string, StoredAhead[]>(subscriptionIds.map((id) => [id, []]));
  if (subscriptionIds.length === 0) return bySubscription;
  const { rows } = await sql.query<StoredAhead & { subscriptionId: string }>(
    `SELECT subscription_id AS "subscriptionId", ${stored} FROM periods
     WHERE subscription_id = ANY ($1::uuid[]) AND kind <> 'arrears' ORDER BY start_at, id`,
    [subscriptionIds],
  );
  for (const { subscriptionId, ...period } of rows) bySubscription.get(subscriptionId)?.push(period);
  return bySubscription;
}

export type StoredAhead = StoredPeriod & AheadPeriod;

export type NewPeriod = LaidPeriod & { id: string; subscriptionId: string; customerId: string; kind: PeriodKind };

/** Adds periods; one that another run has just added is left as it is. */
export async function insertPeriods(sql: Sql, periods: readonly NewPeriod[]): Promise<void> {
  if (periods.length === 0) return;
  await sql.query(
    `INSERT INTO periods (id, subscription_id, customer_id, start_at, end_at, cycle_start_at, cycle_end_at, billable_at,
       plan_version_id, kind)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
       $7::timestamptz[], $8::timestamptz[], $9::uuid[], $10::text[])
     ON CONFLICT DO NOTHING`,
    [
      periods.map((period) => period.id),
      periods.map((period) => period.subscriptionId),
      periods.map((period) => period.customerId),
      ...columnsOf(periods),
      periods.map((period) => period.kind),
    ],
  );
}

function columnsOf(periods: readonly LaidPeriod[]): unknown[] {
  return [
    periods.map((period) => period.startAt),
    periods.map((period) => period.endAt),
    periods.map((period) => period.cycleStartAt),
    periods.map((period) => period.cycleEndAt),
    periods.map((period) => period.billableAt),
    periods.map((period) => period.planVersionId),
  ];
}

export type StoredPeriod = LaidPeriod & { id: string; kind: PeriodKind; settledBy: string | null };

const stored = `id, start_at AS "startAt", end_at AS "endAt", cycle_start_at AS "cycleStartAt",
  cycle_end_at AS "cycleEndAt", billable_at AS "billableAt", plan_version_id AS "planVersionId", kind,
  settled_by AS "settledBy"`;

/** All periods of a subscription, with a lock on those that are open: what bills them waits, or is waited for. */
export async function lockPeriods(sql: Sql, subscriptionId: string): Promise<StoredPeriod[]> {
  await sql.query(`SELECT FROM periods WHERE subscription_id = $1 AND settled_by IS NULL ORDER BY id FOR UPDATE`, [
    subscriptionId,
  ]);
  const { rows } = await sql.query<StoredPeriod>(
    `SELECT ${stored} FROM periods WHERE subscription_id = $1 ORDER BY start_at, id`,
    [subscriptionId],
  );
  return rows;
}

/** Takes open periods away, and with them what kept them from being billed. */
export async function deletePeriods(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.query(`DELETE FROM parked_periods WHERE period_id = ANY ($1::uuid[])`, [ids]);
  await sql.query(`DELETE FROM periods WHERE id = ANY ($1::uuid[])`, [ids]);
}

/** Makes open periods what they are to be; each begins where it began. */
export async function updatePeriods(sql: Sql, periods: readonly (LaidPeriod & { id: string })[]): Promise<void> {
  if (periods.length === 0) return;
  await sql.query(
    `UPDATE periods p SET end_at = n.end_at, cycle_start_at = n.cycle_start_at, cycle_end_at = n.cycle_end_at,
       billable_at = n.billable_at, plan_version_id = n.plan_version_id
     FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],
       $6::timestamptz[], $7::uuid[]) AS n (id, start_at, end_at, cycle_start_at, cycle_end_at, billable_at,
       plan_version_id)
     WHERE p.id = n.id`,
    [periods.map(({ id }) => id), ...columnsOf(periods)],
  );
}

/** A period to rate, with what its invoice is keyed by. */
export type BillablePeriod = LaidPeriod & {
  id: string;
  subscriptionId: string;
  customerId: string;
  currency: string;
  zone: string;
  billingGroup: string;
  kind: PeriodKind;
  /** Whether an earlier run could not bill it, and said why. */
  isParked: boolean;
  /** Whether it goes on with a cycle of which an earlier part is of the same kind and plan version. */
  isLaterPart: boolean;
  settledBy: string | null;
};

/** @param billedBy the invoice that bills the period, and the plan version by which it does */
const billableOf = (
  billedBy: string,
  version: string,
) => `SELECT p.id, p.subscription_id AS "subscriptionId", p.customer_id AS "customerId",
    p.start_at AS "startAt", p.end_at AS "endAt", p.cycle_start_at AS "cycleStartAt", p.cycle_end_at AS "cycleEndAt",
    p.billable_at AS "billableAt", ${billedBy} AS "settledBy", ${version} AS "planVersionId",
    p.kind, EXISTS (SELECT FROM parked_periods w WHERE w.period_id = p.id AND w.resolved_at IS NULL) AS "isParked",
    p.start_at > p.cycle_start_at AND EXISTS (SELECT FROM periods e WHERE e.subscription_id = p.subscription_id
      AND e.start_at < p.start_at AND e.start_at >= p.cycle_start_at AND e.kind = p.kind
      AND e.plan_version_id = p.plan_version_id AND e.cycle_start_at = p.cycle_start_at) AS "isLaterPart",
    s.billing_group AS "billingGroup", c.currency, c.zone
  FROM periods p JOIN subscriptions s ON s.id = p.subscription_id JOIN customers c ON c.id = p.customer_id`;
const billable = billableOf('p.settled_by', 'p.plan_version_id');

/**
 * Whether it is billed by the runs of the hours: its first run is no monthly one, day 1 at 13:00 UTC, which bills every
 * period that can be billed by then.
 */
const isHourly = `p.billable_at <> date_trunc('month', p.billable_at, 'UTC') + interval '13 hours'`;

/**
 * The periods to bill of the next `limit` customers of a clock, by customer id after the cursor: whole customers, so
 * that what belongs on one invoice is never split over two pages.
 */
export async function periodsToBill(
  sql: Sql,
  page: { clockId: string; cutoffAt: Date; isHourly: boolean; after: string; limit: number },
): Promise<BillablePeriod[]> {
  const wanted = `p.settled_by IS NULL AND p.billable_at <= $2 ${page.isHourly ? `AND ${isHourly}` : ''}`;
  const { rows } = await sql.query<BillablePeriod>(
    `WITH page AS (
       SELECT DISTINCT p.customer_id FROM periods p JOIN customers c ON c.id = p.customer_id
       WHERE c.clock_id = $1 AND ${wanted} AND p.customer_id > $3
       ORDER BY p.customer_id LIMIT $4)
     ${billable} JOIN page ON page.customer_id = p.customer_id
     WHERE ${wanted}
     ORDER BY p.customer_id, p.start_at, p.kind, p.id`,
    [page.clockId, page.cutoffAt, page.after, page.limit],
  );
  return rows;
}

/** Where the parts of each cycle begin that are laid out, settled or not, by subscription. */
export async function readPartsOf(sql: Sql, subscriptionIds: readonly string[]): Promise<Map<string, CyclePart[]>> {
  const { rows } = await sql.query<CyclePart & { subscriptionId: string }>(
    `SELECT subscription_id AS "subscriptionId", kind, plan_version_id AS "planVersionId",
       cycle_start_at AS "cycleStartAt", start_at AS "startAt"
     FROM periods WHERE subscription_id = ANY ($1::uuid[])`,
    [subscriptionIds],
  );
  const found = new Map<string, CyclePart[]>(subscriptionIds.map((id) => [id, []]));
  for (const { subscriptionId, ...part } of rows) found.get(subscriptionId)?.push(part);
  return found;
}

export type CyclePart = Pick<BillablePeriod, 'kind' | 'planVersionId' | 'cycleStartAt' | 'startAt'>;

/** The periods of subscriptions that no invoice has billed, and where those that are laid out end, by subscription. */
export async function readOpenOf(
  sql: Sql,
  subscriptionIds: readonly string[],
): Promise<Map<string, { open: BillablePeriod[]; lastEndAt: Date | undefined }>> {
  const { rows: ends } = await sql.query<{ id: string; lastEndAt: Date | null }>(
    `SELECT s.id, (${lastEnd}) AS "lastEndAt" FROM subscriptions s WHERE s.id = ANY ($1::uuid[])`,
    [subscriptionIds],
  );
  const found = new Map(
    ends.map(({ id, lastEndAt }) => [id, { open: [] as BillablePeriod[], lastEndAt: lastEndAt ?? undefined }]),
  );
  const { rows } = await sql.query<BillablePeriod>(
    `${billable} WHERE p.subscription_id = ANY ($1::uuid[]) AND p.settled_by IS NULL ORDER BY p.start_at, p.kind, p.id`,
    [subscriptionIds],
  );
  for (const period of rows) found.get(period.subscriptionId)?.open.push(period);
  return found;
}

/**
 * An invoice \`billing.id\` and each of those that it takes the place of, itself among them. What a void one settled stays
 * settled by it; its reissue bills that again.
 */
const billings = `WITH RECURSIVE billing (id, settled_by) AS (
    SELECT id, id FROM unnest($1::uuid[]) AS asked (id)
    UNION ALL
    SELECT b.id, i.replaces FROM billing b JOIN invoices i ON i.id = b.settled_by WHERE i.replaces IS NOT NULL)`;

/** The version that a reissue names, of those periods that are billed by another version of its plan. */
const reissuedVersion = `coalesce((SELECT n.id FROM invoice_reissues r JOIN plan_versions n ON n.id = r.plan_version_id
    JOIN plan_versions o ON o.id = p.plan_version_id AND o.plan_id = n.plan_id WHERE r.invoice_id = b.id),
  p.plan_version_id)`;

/**
 * The periods that these invoices bill, by invoice: those that it settled, and those of what it was reissued for, by the
 * plan version that the reissue names. One that bills none is not there.
 */
export async function periodsByInvoice(
  sql: Sql,
  invoiceIds: readonly string[],
): Promise<Map<string, BillablePeriod[]>> {
  const byInvoice = new Map<string, BillablePeriod[]>();
  if (invoiceIds.length === 0) return byInvoice;
  const { rows } = await sql.query<BillablePeriod & { settledBy: string }>(
    `${billings} ${billableOf('b.id', reissuedVersion)} JOIN billing b ON b.settled_by = p.settled_by
     WHERE p.settled_by = ANY (ARRAY(SELECT settled_by FROM billing))
     ORDER BY b.id, p.start_at, p.kind, p.id`,
    [invoiceIds],
  );
  for (const period of rows) {
    const others = byInvoice.get(period.settledBy);
    if (others === undefined) byInvoice.set(period.settledBy, [period]);
    else others.push(period);
  }
  return byInvoice;
}

/**
 * Locks those of the periods that can still be billed, so that of two runs at once one bills each. A change of the
 * subscription that came in between is waited for, and they are answered as it has left them.
 */
export async function lockUnsettled(
  sql: Sql,
  periodIds: readonly string[],
  cutoffAt: Date,
): Promise<Map<string, BillablePeriod>> {
  const { rows } = await sql.query<BillablePeriod>(
    `${billable} WHERE p.id = ANY ($1::uuid[]) AND p.settled_by IS NULL AND p.billable_at <= $2
     ORDER BY p.id FOR UPDATE OF p`,
    [periodIds, cutoffAt],
  );
  return new Map(rows.map((period) => [period.id, period]));
}

export async function settlePeriods(
  sql: Sql,
  settled: readonly { periodId: string; invoiceId: string }[],
): Promise<void> {
  await sql.query(
    `WITH settled AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS s (period_id, invoice_id)),
       resolved AS (UPDATE parked_periods SET resolved_at = now()
                    WHERE period_id IN (SELECT period_id FROM settled) AND resolved_at IS NULL)
     UPDATE periods p SET settled_by = s.invoice_id FROM settled s WHERE p.id = s.period_id`,
    [settled.map(({ periodId }) => periodId), settled.map(({ invoiceId }) => invoiceId)],
  );
}

export type PeriodFailure = { periodId: string; code: string; reason: string };

/** Parks periods that could not be billed, each with its reason; the next run tries them again. */
export async function parkPeriods(sql: Sql, runId: string, failures: readonly PeriodFailure[]): Promise<void> {
  if (failures.length === 0) return;
  await sql.query(
    `INSERT INTO parked_periods (period_id, run_id, code, reason)
     SELECT f.period_id, $1, f.code, f.reason
     FROM unnest($2::uuid[], $3::text[], $4::text[]) AS f (period_id, code, reason)
     ON CONFLICT (period_id) DO UPDATE SET run_id = excluded.run_id, code = excluded.code, reason = excluded.reason,
       attempts = parked_periods.attempts + 1, last_at = now(), resolved_at = NULL`,
    [runId, failures.map((f) => f.periodId), failures.map((f) => f.code), failures.map((f) => f.reason)],
  );
}

/** Keys of the plans by which these periods are billed. */
export async function readPlanKeys(sql: Sql, periodIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; key: string }>(
    `SELECT p.id, plans.key FROM periods p JOIN plan_versions v ON v.id = p.plan_version_id
     JOIN plans ON plans.id = v.plan_id WHERE p.id = ANY ($1::uuid[])`,
    [[...new Set(periodIds)]],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}
