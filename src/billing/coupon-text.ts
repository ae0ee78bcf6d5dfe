import type { Coupon, CouponDuration } from '../domain/discount/coupon.ts';
import { decimalText } from '../domain/money/exact.ts';

/** What a coupon gives, in plain fields. */
export type CouponText = {
  key: string;
  name: string;
  percentage: string | null;
  amountMinor: bigint | null;
  currency: string | null;
  duration: CouponDuration['kind'];
  bills: number | null;
  plans: readonly string[] | null;
  meters: readonly string[] | null;
};

/** What a coupon gives, as it is shown, audited and compared. */
export function couponText({ key, name, value, duration, plans, meters }: Coupon): CouponText {
  return {
    key,
    name,
    percentage: value.kind === 'percentage' ? decimalText(value.percentage) : null,
    amountMinor: value.kind === 'amount' ? value.amountMinor : null,
    currency: value.kind === 'amount' ? value.currency : null,
    duration: duration.kind,
    bills: duration.kind === 'bills' ? duration.bills : null,
    plans,
    meters,
  };
}
