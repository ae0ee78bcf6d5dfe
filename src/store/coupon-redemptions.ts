import type { Coupon } from '../domain/discount/coupon.ts';
import { type CouponRow, couponColumns, couponOf } from './coupons.ts';
import type { Sql } from './database.ts';

/**
 * Takes one of a coupon's places in one statement that looks at its limit: of two at once for the last one, the second
 * waits for the first and then sees that there is none. It gives up by itself what the transaction does not commit.
 * @param now by the customer's clock
 * @returns false if there is no place, or it can be redeemed no longer
 */
export async function takePlace(sql: Sql, couponId: string, now: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE coupons SET redemption_count = redemption_count + 1
     WHERE id = $1 AND archived_at IS NULL AND (redeem_by IS NULL OR redeem_by > $2)
       AND (max_redemptions IS NULL OR redemption_count < max_redemptions)`,
    [couponId, now],
  );
  return rowCount === 1;
}

export type Redemption = {
  id: string;
  customerId: string;
  subscriptionId: string | null;
  redeemedAt: Date;
  endedAt: Date | null;
  coupon: Coupon;
};

const selectRedemptions = `SELECT r.id, r.customer_id AS "customerId", r.subscription_id AS "subscriptionId",
    r.redeemed_at AS "redeemedAt", r.ended_at AS "endedAt", ${couponColumns('c')}
  FROM coupon_redemptions r JOIN coupons c ON c.id = r.coupon_id`;

type StoredRedemption = CouponRow & Omit<Redemption, 'coupon'>;

function redemptionOf(row: StoredRedemption): Redemption {
  const { id, customerId, subscriptionId, redeemedAt, endedAt } = row;
  return { id, customerId, subscriptionId, redeemedAt, endedAt, coupon: couponOf(row) };
}

export async function insertRedemption(
  sql: Sql,
  redemption: { id: string; couponId: string; customerId: string; subscriptionId: string | null; redeemedAt: Date },
): Promise<void> {
  const { id, couponId, customerId, subscriptionId, redeemedAt } = redemption;
  await sql.query(
    `INSERT INTO coupon_redemptions (id, coupon_id, customer_id, subscription_id, redeemed_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [id, couponId, customerId, subscriptionId, redeemedAt],
  );
}

/** All that a customer has redeemed, ended or not, in that order. */
export async function readRedemptions(sql: Sql, customerId: string): Promise<Redemption[]> {
  const { rows } = await sql.query<StoredRedemption>(
    `${selectRedemptions} WHERE r.customer_id = $1 ORDER BY r.position`,
    [customerId],
  );
  return rows.map(redemptionOf);
}

/**
 * The redemptions of these customers that can take something off a bill, in the order in which they were redeemed. They
 * are locked until the transaction ends, in one order for everybody: of two bills of a customer at once the second waits
 * here, and then sees what the first has taken.
 */
export async function lockOpenRedemptions(sql: Sql, customerIds: readonly string[]): Promise<Redemption[]> {
  return await readOpenRedemptions(sql, customerIds, 'FOR NO KEY UPDATE OF r');
}

/** The same to look at only. */
export async function readOpenRedemptions(
  sql: Sql,
  customerIds: readonly string[],
  lock: '' | 'FOR NO KEY UPDATE OF r' = '',
): Promise<Redemption[]> {
  const { rows } = await sql.query<StoredRedemption & { position: bigint }>(
    `${selectRedemptions.replace('SELECT', 'SELECT r.position,')}
     WHERE r.customer_id = ANY ($1::uuid[]) AND r.ended_at IS NULL ORDER BY r.id ${lock}`,
    [customerIds],
  );
  return rows.sort((a, b) => (a.position < b.position ? -1 : 1)).map(redemptionOf);
}

/** @returns false if it has ended already */
export async function endRedemption(sql: Sql, id: string, endedAt: Date): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE coupon_redemptions SET ended_at = greatest($2, redeemed_at) WHERE id = $1 AND ended_at IS NULL`,
    [id, endedAt],
  );
  return rowCount === 1;
}

/** What redemptions took of bills that count: drafts and what is issued, but not what is void. */
export async function readUses(
  sql: Sql,
  redemptionIds: readonly string[],
): Promise<{ redemptionId: string; invoiceId: string; amountMinor: bigint }[]> {
  const { rows } = await sql.query<{ redemptionId: string; invoiceId: string; amountMinor: bigint }>(
    `SELECT d.redemption_id AS "redemptionId", d.invoice_id AS "invoiceId", d.amount_minor AS "amountMinor"
     FROM invoice_discounts d JOIN invoice_states s ON s.invoice_id = d.invoice_id
     WHERE d.redemption_id = ANY ($1::uuid[]) AND s.lifecycle <> 'void' AND d.amount_minor > 0
     ORDER BY d.invoice_id`,
    [redemptionIds],
  );
  return rows;
}

export async function belongsTo(sql: Sql, subscriptionId: string, customerId: string): Promise<boolean> {
  const { rows } = await sql.query(`SELECT FROM subscriptions WHERE id = $1 AND customer_id = $2`, [
    subscriptionId,
    customerId,
  ]);
  return rows.length === 1;
}
