import type { Period } from '../domain/period/period.ts';
import type { Sql } from './database.ts';

/** A live subscription and the last period that it has, to lay out the next ones. */
export type SubscriptionEnd = {
  id: string;
  customerId: string;
  zone: string;
  startsAt: Date;
  endsAt: Date | null;
  last: Period | null;
};

/**
 * Subscriptions of a clock whose periods do not reach past `until`, a page by id after the cursor. A subscription that
 * has ended and is laid out to its end needs no more.
 */
export async function subscriptionsToExtend(
  sql: Sql,
  page: { clockId: string; until: Date; after: string; limit: number },
): Promise<SubscriptionEnd[]> {
  const { rows } = await sql.query<SubscriptionEnd & { [K in keyof Period]: Date | null }>(
    `SELECT s.id, s.customer_id AS "customerId", c.zone, s.starts_at AS "startsAt", s.ends_at AS "endsAt",
            p.start_at AS "startAt", p.end_at AS "endAt", p.cycle_start_at AS "cycleStartAt",
            p.cycle_end_at AS "cycleEndAt", p.billable_at AS "billableAt"
     FROM subscriptions s JOIN customers c ON c.id = s.customer_id
     LEFT JOIN LATERAL (SELECT * FROM periods p WHERE p.subscription_id = s.id ORDER BY p.start_at DESC LIMIT 1) p ON true
     WHERE c.clock_id = $1 AND s.id > $3 AND s.starts_at <= $2
       AND (p.id IS NULL OR (p.end_at <= $2 AND (s.ends_at IS NULL OR p.end_at < s.ends_at)))
     ORDER BY s.id LIMIT $4`,
    [page.clockId, page.until, page.after, page.limit],
  );
  return rows.map(({ id, customerId, zone, startsAt, endsAt, ...last }) => ({
    id,
    customerId,
    zone,
    startsAt,
    endsAt,
    last: last.startAt === null ? null : (last as unknown as Period),
  }));
}

export type NewPeriod = Period & { id: string; subscriptionId: string; customerId: string };

/** Adds periods; one that another run has just added is left as it is. */
export async function insertPeriods(sql: Sql, periods: readonly NewPeriod[]): Promise<void> {
  if (periods.length === 0) return;
  await sql.query(
    `INSERT INTO periods (id, subscription_id, customer_id, start_at, end_at, cycle_start_at, cycle_end_at, billable_at)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
       $7::timestamptz[], $8::timestamptz[])
     ON CONFLICT DO NOTHING`,
    [
      periods.map((period) => period.id),
      periods.map((period) => period.subscriptionId),
      periods.map((period) => period.customerId),
      periods.map((period) => period.startAt),
      periods.map((period) => period.endAt),
      periods.map((period) => period.cycleStartAt),
      periods.map((period) => period.cycleEndAt),
      periods.map((period) => period.billableAt),
    ],
  );
}

/** A period to rate, with what its invoice is keyed by. */
export type BillablePeriod = Period & {
  id: string;
  subscriptionId: string;
  planVersionId: string;
  customerId: string;
  currency: string;
  zone: string;
  billingGroup: string;
  settledBy: string | null;
};

const billable = `SELECT p.id, p.subscription_id AS "subscriptionId", p.customer_id AS "customerId",
    p.start_at AS "startAt", p.end_at AS "endAt", p.cycle_start_at AS "cycleStartAt", p.cycle_end_at AS "cycleEndAt",
    p.billable_at AS "billableAt", p.settled_by AS "settledBy", s.plan_version_id AS "planVersionId",
    s.billing_group AS "billingGroup", c.currency, c.zone
  FROM periods p JOIN subscriptions s ON s.id = p.subscription_id JOIN customers c ON c.id = p.customer_id`;

/**
 * The periods to bill of the next `limit` customers of a clock, by customer id after the cursor: whole customers, so
 * that what belongs on one invoice is never split over two pages.
 */
export async function periodsToBill(
  sql: Sql,
  page: { clockId: string; cutoffAt: Date; after: string; limit: number },
): Promise<BillablePeriod[]> {
  const { rows } = await sql.query<BillablePeriod>(
    `WITH page AS (
       SELECT DISTINCT p.customer_id FROM periods p JOIN customers c ON c.id = p.customer_id
       WHERE c.clock_id = $1 AND p.settled_by IS NULL AND p.billable_at <= $2 AND p.customer_id > $3
       ORDER BY p.customer_id LIMIT $4)
     ${billable} JOIN page ON page.customer_id = p.customer_id
     WHERE p.settled_by IS NULL AND p.billable_at <= $2
     ORDER BY p.customer_id, p.start_at, p.id`,
    [page.clockId, page.cutoffAt, page.after, page.limit],
  );
  return rows;
}

/** The periods that these invoices settled, by invoice; one that settled none is not there. */
export async function periodsByInvoice(
  sql: Sql,
  invoiceIds: readonly string[],
): Promise<Map<string, BillablePeriod[]>> {
  const byInvoice = new Map<string, BillablePeriod[]>();
  if (invoiceIds.length === 0) return byInvoice;
  const { rows } = await sql.query<BillablePeriod & { settledBy: string }>(
    `${billable} WHERE p.settled_by = ANY ($1::uuid[]) ORDER BY p.settled_by, p.start_at, p.id`,
    [invoiceIds],
  );
  for (const period of rows) {
    const others = byInvoice.get(period.settledBy);
    if (others === undefined) byInvoice.set(period.settledBy, [period]);
    else others.push(period);
  }
  return byInvoice;
}

/** Locks those of the periods that are still unsettled, so that of two runs at once one bills each. */
export async function lockUnsettled(sql: Sql, periodIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM periods WHERE id = ANY ($1::uuid[]) AND settled_by IS NULL ORDER BY id FOR UPDATE`,
    [periodIds],
  );
  return new Set(rows.map(({ id }) => id));
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
