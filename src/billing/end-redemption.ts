import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { endRedemption as end } from '../store/coupon-redemptions.ts';
import type { Database } from '../store/database.ts';
import { lockPayer } from '../store/subscription-views.ts';
import { type RedemptionView, showRedemptions } from './show-redemptions.ts';

/**
 * Takes a redeemed coupon from a customer: drafts that are made or issued from now on are without it; what it took of
 * issued invoices stays. Its place is not given back. Asked again it changes nothing.
 * @throws DurabillError not-found
 */
export async function endRedemption(
  database: Database,
  { customer, redemption }: { customer: string; redemption: string },
  actor: string,
): Promise<RedemptionView> {
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, customer);
    if (payer === undefined) {
      throw new DurabillError('not-found', {
        field: 'id',
        reason: `There is no customer "${customer.slice(0, 255)}".`,
      });
    }
    const find = async () => (await showRedemptions(sql, payer.customerId)).find(({ id }) => id === redemption);
    const found = await find();
    if (found === undefined) {
      const reason = `The customer has redeemed no coupon with the id "${redemption.slice(0, 60)}".`;
      throw new DurabillError('not-found', { field: 'redemption', reason });
    }
    if (await end(sql, found.id, payer.now)) {
      const detail = { coupon: found.coupon.key, redemptionId: found.id };
      const subject = { subjectKind: 'customer', subjectId: payer.customerId };
      await appendAudit(sql, [{ ...subject, actor, action: 'coupon ended', detail }]);
    }
    return (await find()) ?? found;
  });
}
