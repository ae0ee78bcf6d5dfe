import { type Exact, zero } from '../../domain/money/exact.ts';
import { spanRuleOf } from '../../domain/rating/measure/shares.ts';
import type { SpanRule } from '../../domain/rating/measure/spans.ts';
import type { PreviewPeriod } from './read-period.ts';
import type { Preview } from './read-preview.ts';

/**
 * Spans of a period as bills count them, their shares in proportion to the one that the request says in the place of the
 * one that is counted: those of spans without a gap add up to `share`. Where the period has no day to be in proportion
 * to, time is what they are shared by.
 */
export function spanRuleOfPreview(
  period: PreviewPeriod,
  share: Exact,
  { zone, proration }: Pick<Preview, 'zone' | 'proration'>,
): SpanRule {
  const rule = spanRuleOf(period, proration, zone);
  const whole = rule.shareOf(period.startAt, period.endAt);
  if (whole.equals(share)) return rule;
  const counted = whole.gt(zero) ? rule.shareOf : spanRuleOf(period, 'none', zone).shareOf;
  const divisor = whole.gt(zero) ? whole : counted(period.startAt, period.endAt);
  return { ...rule, shareOf: (startAt, endAt) => counted(startAt, endAt).div(divisor).mul(share) };
}
