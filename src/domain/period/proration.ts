import { startOfDayAt } from './local-time.ts';
import type { Period } from './period.ts';

/**
 * How the share of its cycle is counted that a period covers.
 * - `second`: elapsed seconds over elapsed seconds, as Stripe does.
 * - `day`: local days over local days; the day on which the period ends does not count, as Kill Bill has it.
 * - `day_counting_end`: the day on which it ends counts too, unless it ends at that day's first instant; Lago's counting.
 * - `none`: always the whole.
 */
export const prorationModes = ['second', 'day', 'day_counting_end', 'none'] as const;
export type ProrationMode = (typeof prorationModes)[number];

/** A share of a cycle, not reduced: 1,296,000 / 2,678,400 for 15 of 31 days by the second, 15 / 31 by the day. */
export type Share = { numerator: bigint; denominator: bigint };

type Span = Pick<Period, 'startAt' | 'endAt' | 'cycleStartAt' | 'cycleEndAt'>;

/**
 * The share of its cycle that the period covers, in seconds if no mode is given. `zone` is the customer's, whose days
 * are counted.
 *
 * By `second` and by `day` the shares of a cycle's parts add up to the whole wherever it was cut. With
 * `day_counting_end` a day on which one part ends and another begins counts in both, which is what it is for; a whole
 * cycle is still the whole. By the day a part of some hours may have no day, and costs nothing then.
 */
export function proration(p: Span, mode?: 'second' | 'none'): Share;
export function proration(p: Span, mode: ProrationMode, zone: string): Share;
export function proration(p: Span, mode: ProrationMode = 'second', zone = 'UTC'): Share {
  if (mode === 'none') return { numerator: 1n, denominator: 1n };
  const count = counting(mode, zone);
  return { numerator: count(p.startAt, p.endAt), denominator: count(p.cycleStartAt, p.cycleEndAt) };
}

function counting(mode: 'second' | 'day' | 'day_counting_end', zone: string): (from: Date, to: Date) => bigint {
  switch (mode) {
    case 'second':
      return seconds;
    case 'day':
      return (from, to) => days(startOfDayAt(from, zone), startOfDayAt(to, zone));
    case 'day_counting_end':
      return (from, to) => {
        const lastDay = startOfDayAt(to, zone);
        return days(startOfDayAt(from, zone), lastDay) + (lastDay < to ? 1n : 0n);
      };
  }
}

/**
 * Both ends are cut to the second before they are subtracted, so that parts add up. Seconds are elapsed time: a day on
 * which clocks change has 23 or 25 hours of them.
 */
function seconds(from: Date, to: Date): bigint {
  return epochSeconds(to) - epochSeconds(from);
}

function epochSeconds(at: Date): bigint {
  return BigInt(Math.floor(at.getTime() / 1000));
}

/**
 * How many days lie between the first instants of two days: elapsed time in whole days, to the nearest, since changes of
 * clocks between them make up some hours. A day that the zone skipped took no time and is not counted (Samoa's December
 * 2011 has 30).
 */
function days(from: Date, to: Date): bigint {
  return BigInt(Math.round((to.getTime() - from.getTime()) / 86_400_000));
}
