import { type Exact, zero } from '../../domain/money/exact.ts';
import { sharesWithin } from '../../domain/rating/measure/shares.ts';
import type { PreviewPeriod } from './read-period.ts';
import type { Preview } from './read-preview.ts';

/**
 * The shares of spans of a period as bills count them, in proportion to the share that the request says in the place of
 * the one that is counted: those of spans without a gap add up to `share`. Where the period has no day to be in
 * proportion to, time is what they are shared by.
 */
export function spanShares(
  period: PreviewPeriod,
  share: Exact,
  { zone, proration }: Pick<Preview, 'zone' | 'proration'>,
): (startAt: Date, endAt: Date) => Exact {
  const counted = sharesWithin(period, proration, zone);
  const whole = counted(period.startAt, period.endAt);
  if (whole.equals(share)) return counted;
  if (whole.gt(zero)) return (startAt, endAt) => counted(startAt, endAt).div(whole).mul(share);
  const byTime = sharesWithin(period, 'none', zone);
  return (startAt, endAt) => byTime(startAt, endAt).mul(share);
}
