import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { archiveCoupon as archive, type CouponView, findCoupon } from '../store/coupons.ts';
import type { Database } from '../store/database.ts';

/**
 * From now on nobody redeems the coupon any more; who has redeemed it keeps it. Asked again it changes nothing.
 * @throws DurabillError not-found
 */
export async function archiveCoupon(database: Database, key: string, actor: string): Promise<CouponView> {
  return await database.transaction(async (sql) => {
    const coupon = await findCoupon(sql, key);
    if (coupon === undefined) throw unknownCoupon(key, 'key');
    if (await archive(sql, coupon.id)) {
      await appendAudit(sql, [{ subjectKind: 'coupon', subjectId: coupon.id, actor, action: 'archived', detail: {} }]);
    }
    return (await findCoupon(sql, key)) ?? coupon;
  });
}

export function unknownCoupon(key: string, field: string): DurabillError {
  return new DurabillError('not-found', { field, reason: `There is no coupon "${key.slice(0, 63)}".` });
}
