import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { belongsTo, insertRedemption, takePlace } from '../store/coupon-redemptions.ts';
import { type CouponView, findCoupon } from '../store/coupons.ts';
import type { Database, Sql } from '../store/database.ts';
import { lockPayer, type Payer } from '../store/subscription-views.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { unknownCoupon } from './archive-coupon.ts';
import { redemptionIdOf } from './ids.ts';
import { type RedemptionView, showRedemptions } from './show-redemptions.ts';

export type RedeemInput = {
  /** External id or id of the customer. */
  customer: string;
  /** Key of the coupon. */
  coupon: string;
  /** Id of the one subscription that it is for; all of the customer's unless said otherwise. */
  subscription?: string;
};

/**
 * Redeems a coupon for a customer: from now on it is taken off bills, drafts among them. While it has something left,
 * asking again answers the redemption that is there, so that a sender who lost the answer may repeat the request.
 * @throws DurabillError not-found, coupon-refused
 */
export async function redeemCoupon(
  database: Database,
  input: RedeemInput,
  actor: string,
): Promise<{ redemption: RedemptionView; created: boolean }> {
  return await database.transaction(async (sql) => {
    // Customers redeem in turns, each for itself; for the coupon's own limit they meet in its row.
    const payer = await lockPayer(sql, input.customer);
    if (payer === undefined) {
      throw new DurabillError('not-found', {
        field: 'id',
        reason: `There is no customer "${input.customer.slice(0, 255)}".`,
      });
    }
    const coupon = await findCoupon(sql, input.coupon);
    if (coupon === undefined) throw unknownCoupon(input.coupon, 'coupon');
    const subscriptionId = await readSubscription(sql, input.subscription, payer);
    const earlier = (await showRedemptions(sql, payer.customerId)).filter((one) => one.coupon.key === coupon.key);
    const open = earlier.find((one) => one.isOpen && one.subscriptionId === subscriptionId);
    if (open !== undefined) return { redemption: open, created: false };
    refuseByItsTerms(coupon, payer, earlier.length);
    if (!(await takePlace(sql, coupon.id, payer.now)))
      throw refused(coupon, 'Nobody can redeem it any more: every place is taken.');
    const id = redemptionIdOf(coupon.id, payer.customerId, earlier.length);
    const { customerId, now: redeemedAt } = payer;
    await insertRedemption(sql, { id, couponId: coupon.id, customerId, subscriptionId, redeemedAt });
    const detail = { coupon: coupon.key, redemptionId: id, subscriptionId };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customerId, actor, action: 'coupon redeemed', detail },
    ]);
    const redemption = (await showRedemptions(sql, customerId)).find((one) => one.id === id);
    if (redemption === undefined) throw new Error(`redemption ${id} was stored and then not found`);
    return { redemption, created: true };
  });
}

async function readSubscription(sql: Sql, given: string | undefined, payer: Payer): Promise<string | null> {
  if (given === undefined) return null;
  const id = uuidOrNull(given);
  if (id !== null && (await belongsTo(sql, id, payer.customerId))) return id;
  throw new DurabillError('not-found', {
    field: 'subscription',
    reason: `The customer has no subscription "${given.slice(0, 60)}".`,
  });
}

/** Says which limit it is; the place itself is taken by the statement that looks at it again. */
function refuseByItsTerms(coupon: CouponView, { currency, now }: Payer, earlier: number): void {
  const { archivedAt, redeemBy, maxPerCustomer, value } = coupon;
  if (archivedAt !== null) throw refused(coupon, 'It was archived.');
  if (redeemBy !== null && redeemBy <= now) {
    throw refused(coupon, `It could be redeemed until ${redeemBy.toISOString()}.`);
  }
  if (maxPerCustomer !== null && earlier >= maxPerCustomer) {
    throw refused(coupon, `The customer has redeemed it ${earlier} times; ${maxPerCustomer} is the most.`);
  }
  if (value.kind === 'amount' && value.currency !== currency) {
    throw refused(coupon, `It is in ${value.currency}, and the customer pays in ${currency}; nothing is converted.`);
  }
}

function refused({ key }: CouponView, reason: string): DurabillError {
  return new DurabillError('coupon-refused', { field: 'coupon', reason: `The coupon "${key}" is refused. ${reason}` });
}
