import { type Exact, ratio } from '../domain/money/exact.ts';
import type { Sql } from './database.ts';
import type { BillablePeriod } from './periods.ts';

/** By period that gives back and price: the part of what was charged ahead that coupons left to be paid. */
export type PaidShares = ReadonlyMap<string, ReadonlyMap<string, Exact>>;

/**
 * What customers paid for time that is given back, as a share of what it was charged at: of each price, on the bill of the
 * period ahead that it is a part of. A price that no such bill has, or that no coupon was for, is not there.
 */
export async function readPaidShares(sql: Sql, credits: readonly BillablePeriod[]): Promise<PaidShares> {
  const shares = new Map<string, Map<string, Exact>>();
  if (credits.length === 0) return shares;
  const { rows } = await sql.query<{ periodId: string; priceId: string; chargedMinor: bigint; discountMinor: bigint }>(
    `SELECT c.id AS "periodId", l.price_id AS "priceId", sum(l.amount_minor)::bigint AS "chargedMinor",
       sum(l.discount_minor)::bigint AS "discountMinor"
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS c (id, subscription_id, plan_version_id, start_at)
     JOIN periods a ON a.kind = 'advance' AND a.subscription_id = c.subscription_id AND a.plan_version_id = c.plan_version_id
       AND a.start_at <= c.start_at AND a.end_at > c.start_at
     JOIN invoice_lines l ON l.invoice_id = a.settled_by AND l.period_id = a.id
     WHERE l.price_id IS NOT NULL AND l.amount_minor > 0
     GROUP BY 1, 2 HAVING sum(l.discount_minor) > 0`,
    [
      credits.map(({ id }) => id),
      credits.map(({ subscriptionId }) => subscriptionId),
      credits.map(({ planVersionId }) => planVersionId),
      credits.map(({ startAt }) => startAt),
    ],
  );
  for (const { periodId, priceId, chargedMinor, discountMinor } of rows) {
    const ofPeriod = shares.get(periodId) ?? new Map<string, Exact>();
    shares.set(periodId, ofPeriod.set(priceId, ratio(chargedMinor - discountMinor, chargedMinor)));
  }
  return shares;
}
