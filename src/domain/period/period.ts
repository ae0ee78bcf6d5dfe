import { DurabillError } from '../../errors/error.ts';
import { type Cycle, cycleAt, originYear } from './cycle.ts';
import { type Cadence, calendarMonths, isBilledMonthly } from './interval.ts';
import { monthlyRunIn } from './runs.ts';

export { proration } from './proration.ts';
export { isMonthlyRunInstant, nextDailyScan, nextHourlyRun, nextMonthlyRun } from './runs.ts';
export { parseZone } from './zone.ts';

/**
 * What one invoice bills: [startAt, endAt), a part or the whole of the cycle [cycleStartAt, cycleEndAt) in the
 * customer's zone. All are UTC instants to the millisecond, computed once and then stored, so that a later change of
 * zone rules or libraries never moves a period that exists. From `billableAt` on it may be billed.
 */
export type Period = { startAt: Date; endAt: Date; cycleStartAt: Date; cycleEndAt: Date; billableAt: Date };

/** The most periods that one call lays out: a hundred years of months, or 23 of weeks. */
export const maxPeriods = 1200;

/**
 * The period from `startsAt` to the end of its cycle, or to `cutAt` if that comes before; the whole cycle if `startsAt`
 * is its first instant. `zone` has been through `parseZone`.
 */
export function periodFrom(startsAt: Date, cadence: Cadence, zone: string, cutAt?: Date): Period {
  const cycle = cycleAt(startsAt, cadence, zone);
  const endAt = cutAt !== undefined && cutAt < cycle.endAt ? cutAt : cycle.endAt;
  return {
    startAt: startsAt,
    endAt,
    cycleStartAt: cycle.startAt,
    cycleEndAt: cycle.endAt,
    billableAt: billableAtOf(cadence, cycle, endAt),
  };
}

/** The monthly run that bills the calendar month before the one that the instant is in. */
export function monthlyRunAfter(startAt: Date, zone: string): Date {
  return monthlyRunIn(originYear, cycleAt(startAt, calendarMonths, zone).index);
}

/** The period from `startsAt` to the end of its calendar month. */
export function firstPeriod(startsAt: Date, zone: string): Period {
  return periodFrom(startsAt, calendarMonths, zone);
}

/**
 * The period that starts where `after` ends, by calendar months. After a period that was cut short it is the rest of
 * that month, and in another zone than before the rest of the month there, so that no instant is left out or billed
 * twice.
 */
export function nextPeriod(after: Period, zone: string): Period {
  return firstPeriod(after.endAt, zone);
}

/**
 * Every calendar month's period with startAt <= until that follows `last`, or from `startsAt` on if there is none yet.
 * @throws DurabillError period-span-too-long if there are more than 1,200
 */
export function periodsUntil(last: Period | undefined, startsAt: Date, zone: string, until: Date): Period[] {
  const periods: Period[] = [];
  let startAt = last?.endAt ?? startsAt;
  while (startAt <= until) {
    if (periods.length === maxPeriods) throw spanTooLong(startsAt, until);
    const period = firstPeriod(startAt, zone);
    periods.push(period);
    startAt = period.endAt;
  }
  return periods;
}

export function spanTooLong(from: Date, until: Date): DurabillError {
  return new DurabillError('period-span-too-long', {
    reason: `There are more than ${maxPeriods} periods from ${from.toISOString()} to ${until.toISOString()}.`,
  });
}

/**
 * A calendar month, cut short or not: day 1 of the next month, 13:00 UTC, when it has ended in every zone on earth
 * (UTC-12 ends at 12:00), so that one run bills all customers. Any other: an hour after its end.
 */
function billableAtOf(cadence: Cadence, cycle: Cycle, endAt: Date): Date {
  if (isBilledMonthly(cadence)) return monthlyRunIn(originYear, cycle.index + 1);
  return new Date(endAt.getTime() + 3_600_000);
}
