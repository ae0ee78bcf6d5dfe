import { type Exact, one, ratio, sumOf, zero } from '../../money/exact.ts';
import { type ProrationMode, proration } from '../../period/proration.ts';
import type { Span } from '../usage.ts';

/**
 * The parts of a cycle that spans of a period are, counted as the plan says. Those of spans without a gap add up to what
 * the period itself is, so that a change within a period is no reason to pay a day twice:
 * - by the day, the day of a change belongs to what it changes to; the last day of the period is counted if it counts there;
 * - where nothing is shared (`none`) the period is a whole, and spans are parts of it by the time that passed.
 */
export function sharesWithin(
  period: { startAt: Date; endAt: Date; cycleStartAt: Date; cycleEndAt: Date },
  mode: ProrationMode,
  zone: string,
): (startAt: Date, endAt: Date) => Exact {
  return (startAt, endAt) => {
    if (mode === 'none') {
      const [part, whole] = [endAt.getTime() - startAt.getTime(), period.endAt.getTime() - period.startAt.getTime()];
      return ratio(BigInt(part), BigInt(whole));
    }
    const isLast = endAt.getTime() === period.endAt.getTime();
    const counting = mode === 'day_counting_end' && !isLast ? 'day' : mode;
    const { numerator, denominator } = proration({ ...period, startAt, endAt }, counting, zone);
    return ratio(numerator, denominator);
  };
}

/**
 * Spans as parts of their period in the place of its cycle, for a price that is not prorated: in proportion to what they
 * were, or where none of them has a day, to the time that passed.
 */
export function ofWholePeriod(spans: readonly Span[]): Span[] {
  const shares = spans.map(({ share }) => share);
  const times = spans.map(({ startAt, endAt }) => ratio(BigInt(endAt.getTime() - startAt.getTime()), 1n));
  // A quantity that stands all the time may come without instants: it is the whole.
  const weights = [shares, times].find((list) => sumOf(list).gt(zero)) ?? spans.map(() => one);
  const whole = sumOf(weights);
  return spans.map((span, index) => ({ ...span, share: (weights[index] as Exact).div(whole) }));
}
