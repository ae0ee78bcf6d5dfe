import type { Coupon, CouponDuration, CouponValue } from '../domain/discount/coupon.ts';
import type { Currency } from '../domain/money/currency.ts';
import { decimalText, parseDecimal } from '../domain/money/exact.ts';
import type { Sql } from './database.ts';

/** A coupon as it is stored, with how often it was redeemed. */
export type CouponView = Coupon & {
  id: string;
  maxRedemptions: number | null;
  maxPerCustomer: number | null;
  redeemBy: Date | null;
  redemptionCount: number;
  archivedAt: Date | null;
  createdAt: Date;
};

/** The columns that say what a coupon gives, of the table under this name, for a select list. */
export const couponColumns = (c: string): string =>
  `${c}.key, ${c}.name, trim_scale(${c}.percentage)::text AS percentage, ${c}.amount_minor AS "amountMinor", ${c}.currency,
   ${c}.duration AS kind, ${c}.bills, ${c}.plans, ${c}.meters`;

export type CouponRow = {
  key: string;
  name: string;
  percentage: string | null;
  amountMinor: bigint | null;
  currency: string | null;
  kind: CouponDuration['kind'];
  bills: number | null;
  plans: string[] | null;
  meters: string[] | null;
};

/** What a row of these columns says. */
export function couponOf({
  key,
  name,
  percentage,
  amountMinor,
  currency,
  kind,
  bills,
  plans,
  meters,
}: CouponRow): Coupon {
  const value: CouponValue =
    percentage === null
      ? { kind: 'amount', amountMinor: amountMinor ?? 0n, currency: currency as Currency }
      : { kind: 'percentage', percentage: parseDecimal(percentage) };
  return { key, name, value, duration: kind === 'bills' ? { kind, bills: bills ?? 0 } : { kind }, plans, meters };
}

const selectCoupons = `SELECT c.id, ${couponColumns('c')}, c.max_redemptions AS "maxRedemptions",
    c.max_per_customer AS "maxPerCustomer", c.redeem_by AS "redeemBy", c.redemption_count AS "redemptionCount",
    c.archived_at AS "archivedAt", c.created_at AS "createdAt"
  FROM coupons c`;

type StoredCoupon = CouponRow & Omit<CouponView, keyof Coupon>;

function viewOf(row: StoredCoupon): CouponView {
  const { id, maxRedemptions, maxPerCustomer, redeemBy, redemptionCount, archivedAt, createdAt } = row;
  const limits = { maxRedemptions, maxPerCustomer, redeemBy, redemptionCount };
  return { ...couponOf(row), id, ...limits, archivedAt, createdAt };
}

/** @returns false if there is one of this key already */
export async function insertCoupon(
  sql: Sql,
  coupon: Coupon & Pick<CouponView, 'id' | 'maxRedemptions' | 'maxPerCustomer' | 'redeemBy'>,
): Promise<boolean> {
  const { value, duration } = coupon;
  const { rowCount } = await sql.query(
    `INSERT INTO coupons (id, key, name, percentage, amount_minor, currency, duration, bills, plans, meters,
       max_redemptions, max_per_customer, redeem_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (key) DO NOTHING`,
    [
      coupon.id,
      coupon.key,
      coupon.name,
      value.kind === 'percentage' ? decimalText(value.percentage) : null,
      value.kind === 'amount' ? value.amountMinor : null,
      value.kind === 'amount' ? value.currency : null,
      duration.kind,
      duration.kind === 'bills' ? duration.bills : null,
      coupon.plans && JSON.stringify(coupon.plans),
      coupon.meters && JSON.stringify(coupon.meters),
      coupon.maxRedemptions,
      coupon.maxPerCustomer,
      coupon.redeemBy,
    ],
  );
  return rowCount === 1;
}

export async function findCoupon(sql: Sql, key: string): Promise<CouponView | undefined> {
  const { rows } = await sql.query<StoredCoupon>(`${selectCoupons} WHERE c.key = $1`, [key]);
  return rows[0] && viewOf(rows[0]);
}

/** A page of coupons in the order of their keys. */
export async function listCoupons(sql: Sql, page: { after: string | undefined; limit: number }): Promise<CouponView[]> {
  const { rows } = await sql.query<StoredCoupon>(
    `${selectCoupons} WHERE $1::text IS NULL OR c.key > $1 ORDER BY c.key LIMIT $2`,
    [page.after ?? null, page.limit],
  );
  return rows.map(viewOf);
}

/** @returns false if it is archived already */
export async function archiveCoupon(sql: Sql, id: string): Promise<boolean> {
  const { rowCount } = await sql.query(`UPDATE coupons SET archived_at = now() WHERE id = $1 AND archived_at IS NULL`, [
    id,
  ]);
  return rowCount === 1;
}

/** Which of these keys name nothing that is there. */
export async function unknownKeys(
  sql: Sql,
  named: { plans: readonly string[]; meters: readonly string[] },
): Promise<{ plans: string[]; meters: string[] }> {
  const { rows } = await sql.query<{ plans: string[]; meters: string[] }>(
    `SELECT array(SELECT k FROM unnest($1::text[]) AS k WHERE NOT EXISTS (SELECT FROM plans WHERE key = k)) AS plans,
            array(SELECT k FROM unnest($2::text[]) AS k WHERE NOT EXISTS (SELECT FROM meters WHERE key = k)) AS meters`,
    [named.plans, named.meters],
  );
  return rows[0] as { plans: string[]; meters: string[] };
}
