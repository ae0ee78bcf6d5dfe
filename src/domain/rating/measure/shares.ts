import { type Exact, most, one, ratio, sumOf, zero } from '../../money/exact.ts';
import { nextDayAt, startOfDayAt } from '../../period/local-time.ts';
import { type ProrationMode, proration } from '../../period/proration.ts';
import type { Span } from '../usage.ts';
import type { Level, SpanRule } from './spans.ts';

/**
 * The parts of a cycle that spans of a period are, counted as the plan says. Those of spans without a gap add up to what
 * the period itself is, so that a change within a period is no reason to pay a day twice:
 * - by the day, the day of a change belongs to what it changes to; where the day of an end counts, to the larger of them,
 *   so that what ends on a day, or came and went on it, pays that day;
 * - where nothing is shared (`none`) the period is a whole, and spans are parts of it by the time that passed.
 */
export function spanRuleOf(
  period: { startAt: Date; endAt: Date; cycleStartAt: Date; cycleEndAt: Date },
  mode: ProrationMode,
  zone: string,
): SpanRule {
  const shareOf = (startAt: Date, endAt: Date): Exact => {
    if (mode === 'none') {
      const [part, whole] = [endAt.getTime() - startAt.getTime(), period.endAt.getTime() - period.startAt.getTime()];
      return ratio(BigInt(part), BigInt(whole));
    }
    const isLast = endAt.getTime() === period.endAt.getTime();
    const counting = mode === 'day_counting_end' && !isLast ? 'day' : mode;
    const { numerator, denominator } = proration({ ...period, startAt, endAt }, counting, zone);
    return ratio(numerator, denominator);
  };
  return mode === 'day_counting_end' ? { shareOf, levelsOf: (levels) => mostOfDays(levels, zone) } : { shareOf };
}

/** The largest value of each day in which something changes, all day long, and what it ended with from the next day on. */
function mostOfDays(levels: readonly Level[], zone: string): Level[] {
  const days: Level[] = [];
  let standing = zero;
  for (let index = 0; index < levels.length; ) {
    const startsAt = startOfDayAt((levels[index] as Level).at, zone);
    const endsAt = nextDayAt(startsAt, zone);
    let largest: Exact | undefined;
    for (; index < levels.length && (levels[index] as Level).at < endsAt; index += 1) {
      const { at, value } = levels[index] as Level;
      // What stood before has nothing of a day at whose first instant it is replaced.
      if (largest === undefined) largest = at > startsAt ? standing : value;
      const isOverridden = levels[index + 1]?.at.getTime() === at.getTime();
      if (!isOverridden) largest = at > startsAt ? most(largest, value) : value;
      standing = value;
    }
    days.push({ at: startsAt, value: largest as Exact }, { at: endsAt, value: standing });
  }
  return days;
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
