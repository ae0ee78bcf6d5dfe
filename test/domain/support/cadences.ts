import { type Cadence, type Interval, intervals } from '../../../src/domain/period/interval.ts';
import type { ClockOracle } from './clock-oracle.ts';

const minuteMs = 60_000;

/** Midnight, which some zones skip or have twice; the half hour at which most change clocks; the last before midnight. */
const times = [0, 150 * minuteMs, 1_410 * minuteMs];

/** Whether an anchor lies before or in the middle of what is walked, so that cycles are counted backwards too. */
const anchorYears = [2024, 2028];

/**
 * Every cadence that the sweep walks in a zone: the calendar's with 1, 2 and 5 intervals; anniversaries on every day of
 * a month by months, quarters and half-years, on every date of a leap year by years, on every weekday by weeks.
 */
export function* everyCadence(clock: ClockOracle): Generator<Cadence> {
  for (const interval of intervals) {
    for (const intervalCount of [1, 2, 5]) yield { interval, intervalCount, anchor: { kind: 'calendar' } };
  }
  for (const msOfDay of times) {
    for (let day = 1; day <= 31; day++) {
      const year = anchorYears[day % 2]!;
      for (const interval of ['month', 'quarter', 'half_year'] as const) {
        yield anniversary(clock, interval, { year, month: 1, day, msOfDay });
      }
    }
    for (let day = 1; day <= 7; day++) yield anniversary(clock, 'week', { year: 2028, month: 3, day, msOfDay });
  }
  for (const day of [29, 30, 31]) {
    yield { ...anniversary(clock, 'month', { year: 2024, month: 8, day, msOfDay: 0 }), intervalCount: 2 };
    yield { ...anniversary(clock, 'month', { year: 2024, month: 8, day, msOfDay: 0 }), intervalCount: 5 };
  }
  for (let day = 0; day < 366; day++) {
    const date = new Date(Date.UTC(2024, 0, 1 + day));
    const msOfDay = times[day % times.length]!;
    const year = anchorYears[day % 2]!;
    yield anniversary(clock, 'year', { year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), msOfDay });
  }
}

export function anniversary(
  clock: ClockOracle,
  interval: Interval,
  wall: { year: number; month: number; day: number; msOfDay: number },
): Cadence {
  return { interval, anchor: { kind: 'anniversary', at: new Date(clock.instantOf(wall)) } };
}
