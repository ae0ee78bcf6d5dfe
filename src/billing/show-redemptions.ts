import { billsLeft, type CouponUse, whatIsLeft } from '../domain/discount/coupon.ts';
import { type Redemption, readRedemptions, readUses } from '../store/coupon-redemptions.ts';
import type { Sql } from '../store/database.ts';

/** A redemption with what it took so far and what is left of it. */
export type RedemptionView = Redemption & {
  uses: CouponUse[];
  /** Whether it would still take something off a bill. */
  isOpen: boolean;
  /** What is left of an amount for the next bill; null for a percentage. */
  leftMinor: bigint | null;
  billsLeft: number | null;
};

/** All that a customer has redeemed, in that order, as it stands now. */
export async function showRedemptions(sql: Sql, customerId: string): Promise<RedemptionView[]> {
  const redemptions = await readRedemptions(sql, customerId);
  const uses = await readUses(
    sql,
    redemptions.map(({ id }) => id),
  );
  return redemptions.map((redemption) => {
    const own = uses.filter(({ redemptionId }) => redemptionId === redemption.id);
    const left = whatIsLeft(redemption.coupon, own);
    const { value, duration } = redemption.coupon;
    return {
      ...redemption,
      uses: own.map(({ invoiceId, amountMinor }) => ({ invoiceId, amountMinor })),
      isOpen: redemption.endedAt === null && left !== null,
      leftMinor: value.kind === 'percentage' ? null : left?.kind === 'amount' ? left.amountMinor : 0n,
      billsLeft: billsLeft(duration, own),
    };
  });
}
