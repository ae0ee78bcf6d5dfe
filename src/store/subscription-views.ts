import type { Sql } from './database.ts';
import type { PeriodKind } from './periods.ts';
import { uuidOrNull } from './uuid.ts';

/** What a subscription is besides its timeline. */
export type SubscriptionView = {
  id: string;
  customerId: string;
  /** External id of the customer. */
  customer: string;
  billingGroup: string;
  /** In which its customer pays. */
  currency: string;
  createdAt: Date;
  /** Business time of its customer. */
  now: Date;
};

const select = `SELECT s.id, s.customer_id AS "customerId", c.external_id AS customer, s.billing_group AS "billingGroup",
    c.currency, s.created_at AS "createdAt", business_now(k) AS now
  FROM subscriptions s JOIN customers c ON c.id = s.customer_id JOIN clocks k ON k.id = c.clock_id`;

export async function findSubscription(sql: Sql, reference: string): Promise<SubscriptionView | undefined> {
  const { rows } = await sql.query<SubscriptionView>(`${select} WHERE s.id = $1`, [uuidOrNull(reference)]);
  return rows[0];
}

/** A page of subscriptions by id, those after `after`; of one customer if one is named. */
export async function listSubscriptions(
  sql: Sql,
  filter: { customerId?: string },
  page: { after: string | undefined; limit: number },
): Promise<SubscriptionView[]> {
  const { rows } = await sql.query<SubscriptionView>(
    `${select} WHERE ($1::uuid IS NULL OR s.customer_id = $1) AND ($2::uuid IS NULL OR s.id > $2)
     ORDER BY s.id LIMIT $3`,
    [filter.customerId ?? null, page.after ?? null, page.limit],
  );
  return rows;
}

export type PeriodView = {
  id: string;
  startAt: Date;
  endAt: Date;
  cycleStartAt: Date;
  cycleEndAt: Date;
  billableAt: Date;
  kind: PeriodKind;
  plan: string;
  planVersion: number;
  /** The invoice that billed it; null while none has. */
  invoiceId: string | null;
};

/** The last periods of a subscription that have been laid out, the latest first. */
export async function lastPeriods(sql: Sql, subscriptionId: string, limit: number): Promise<PeriodView[]> {
  const { rows } = await sql.query<PeriodView>(
    `SELECT p.id, p.start_at AS "startAt", p.end_at AS "endAt", p.cycle_start_at AS "cycleStartAt",
       p.cycle_end_at AS "cycleEndAt", p.billable_at AS "billableAt", p.kind, plans.key AS plan, v.version AS "planVersion",
       p.settled_by AS "invoiceId"
     FROM periods p JOIN plan_versions v ON v.id = p.plan_version_id JOIN plans ON plans.id = v.plan_id
     WHERE p.subscription_id = $1 ORDER BY p.start_at DESC, p.kind, p.id LIMIT $2`,
    [subscriptionId, limit],
  );
  return rows;
}

/** Whoever is to pay for a subscription, and the business time. */
export type Payer = { customerId: string; currency: string; zone: string; now: Date };

/** Locks a customer, by external id or by our id: those that subscribe it take turns. */
export async function lockPayer(sql: Sql, reference: string): Promise<Payer | undefined> {
  const { rows } = await sql.query<Payer>(
    `SELECT c.id AS "customerId", c.currency, c.zone, business_now(k) AS now
     FROM customers c JOIN clocks k ON k.id = c.clock_id WHERE c.external_id = $1 OR c.id = $2
     ORDER BY c.external_id = $1 DESC LIMIT 1 FOR NO KEY UPDATE OF c`,
    [reference, uuidOrNull(reference)],
  );
  return rows[0];
}

/** With what a customer's subscriptions began, whatever has become of them. */
export type Beginning = {
  id: string;
  plan: string;
  planVersion: number;
  billingGroup: string;
  startsAt: Date;
  trialEndsAt: Date | null;
};

export async function readBeginnings(sql: Sql, customerId: string): Promise<Beginning[]> {
  const { rows } = await sql.query<Beginning>(
    `SELECT s.id, p.key AS plan, v.version AS "planVersion", s.billing_group AS "billingGroup",
       s.starts_at AS "startsAt", s.trial_ends_at AS "trialEndsAt"
     FROM subscriptions s JOIN plan_versions v ON v.id = s.plan_version_id JOIN plans p ON p.id = v.plan_id
     WHERE s.customer_id = $1 ORDER BY s.starts_at, s.id`,
    [customerId],
  );
  return rows;
}
