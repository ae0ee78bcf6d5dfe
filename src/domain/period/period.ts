import { Temporal } from 'temporal-polyfill';
import { DurabillError } from '../../errors/error.ts';

export { parseZone } from './zone.ts';

/**
 * What one invoice bills: [startAt, endAt), a part or the whole of the calendar cycle [cycleStartAt, cycleEndAt) in
 * the customer's zone. All are UTC instants to the millisecond, computed once and then stored, so that a later change
 * of zone rules or libraries never moves a period that exists. From `billableAt` on it may be billed.
 */
export type Period = { startAt: Date; endAt: Date; cycleStartAt: Date; cycleEndAt: Date; billableAt: Date };

/** The most periods that one call of `periodsUntil` lays out: a hundred years of months. */
export const maxPeriods = 1200;

/**
 * The period from `startsAt` to the end of its month in the zone; the whole month if `startsAt` is its first instant.
 * `zone` has been through `parseZone`.
 */
export function firstPeriod(startsAt: Date, zone: string): Period {
  const { month, cycleStartAt, cycleEndAt } = cycleOf(startsAt, zone);
  return { startAt: startsAt, endAt: cycleEndAt, cycleStartAt, cycleEndAt, billableAt: billableAtOf(month) };
}

/**
 * The period that starts where `after` ends. After a period that was cut short it is the rest of that month, and in
 * another zone than before the rest of the month there, so that no instant is left out or billed twice.
 */
export function nextPeriod(after: Period, zone: string): Period {
  return firstPeriod(after.endAt, zone);
}

/**
 * Every period with startAt <= until that follows `last`, or from `startsAt` on if there is none yet.
 * @throws DurabillError period-span-too-long if there are more than 1,200
 */
export function periodsUntil(last: Period | undefined, startsAt: Date, zone: string, until: Date): Period[] {
  const periods: Period[] = [];
  let startAt = last?.endAt ?? startsAt;
  while (startAt <= until) {
    if (periods.length === maxPeriods) {
      throw new DurabillError('period-span-too-long', {
        reason: `There are more than ${maxPeriods} months from ${startsAt.toISOString()} to ${until.toISOString()}.`,
      });
    }
    const period = firstPeriod(startAt, zone);
    periods.push(period);
    startAt = period.endAt;
  }
  return periods;
}

/**
 * The share of its cycle that the period covers, in whole seconds over whole seconds: 1,296,000 / 2,678,400 for 15 of
 * 31 days. Both ends are cut to the second before they are subtracted, so that the shares of a cycle's parts add up to
 * the whole wherever it was cut. Seconds are elapsed time: a day on which clocks change has 23 or 25 hours of them.
 */
export function proration(p: Period): { numerator: bigint; denominator: bigint } {
  return {
    numerator: epochSeconds(p.endAt) - epochSeconds(p.startAt),
    denominator: epochSeconds(p.cycleEndAt) - epochSeconds(p.cycleStartAt),
  };
}

function epochSeconds(at: Date): bigint {
  return BigInt(Math.floor(at.getTime() / 1000));
}

type Cycle = { month: Temporal.PlainYearMonth; cycleStartAt: Date; cycleEndAt: Date };

/**
 * Cycles that were computed before, by zone and UTC month. A run asks for the same few months of the same few zones a
 * hundred thousand times, and each answer of a zone's rules takes a millisecond.
 */
const known = new Map<string, Cycle>();
const mostKnown = 10_000;

/** The cycle that the instant is in. Those of a zone follow each other without gap, so it is in one only. */
function cycleOf(at: Date, zone: string): Cycle {
  const name = `${at.getUTCFullYear()} ${at.getUTCMonth()} ${zone}`;
  const before = known.get(name);
  if (before !== undefined && before.cycleStartAt <= at && at < before.cycleEndAt) return before;
  const cycle = computeCycle(at, zone);
  if (known.size >= mostKnown) known.clear();
  known.set(name, cycle);
  return cycle;
}

function computeCycle(at: Date, zone: string): Cycle {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
  const cycle = cycleIn(local.toPlainDate().toPlainYearMonth(), zone);
  // Where clocks go back across the midnight that begins a month (St John's, 1 November 2009, from 00:01 to 23:01), the
  // old month's date returns for an hour. The new month began at its first midnight and is not left again.
  return cycle.cycleEndAt <= at ? cycleIn(cycle.month.add({ months: 1 }), zone) : cycle;
}

function cycleIn(month: Temporal.PlainYearMonth, zone: string): Cycle {
  return { month, cycleStartAt: startOf(month, zone), cycleEndAt: startOf(month.add({ months: 1 }), zone) };
}

/** The first instant of the month's first day: if midnight is skipped, the end of the gap; if it is twice, the first. */
function startOf(month: Temporal.PlainYearMonth, zone: string): Date {
  return new Date(month.toPlainDate({ day: 1 }).toZonedDateTime(zone).epochMilliseconds);
}

/** Day 1 of the next month, 13:00 UTC: by then the month has ended in every zone on earth (UTC-12 ends at 12:00). */
function billableAtOf(month: Temporal.PlainYearMonth): Date {
  // Temporal counts months from 1 and Date from 0, so this month's number is the next one's index.
  return monthlyRunIn(month.year, month.month);
}

/** Day 1, 13:00 UTC, of the month with this index (0 is January, 12 the next January). */
function monthlyRunIn(year: number, monthIndex: number): Date {
  return new Date(Date.UTC(year, monthIndex, 1, 13));
}

/** Whether monthly invoicing runs at this instant: day 1, 13:00 UTC. */
export function isMonthlyRunInstant(at: Date): boolean {
  return at.getTime() === monthlyRunIn(at.getUTCFullYear(), at.getUTCMonth()).getTime();
}

/** The first monthly run (day 1, 13:00 UTC) strictly after the instant. */
export function nextMonthlyRun(after: Date): Date {
  const inThisMonth = monthlyRunIn(after.getUTCFullYear(), after.getUTCMonth());
  return inThisMonth > after ? inThisMonth : monthlyRunIn(after.getUTCFullYear(), after.getUTCMonth() + 1);
}

/** The first daily due scan (15:00 UTC) at or after the instant. */
export function nextDailyScan(atOrAfter: Date): Date {
  const [year, month, day] = [atOrAfter.getUTCFullYear(), atOrAfter.getUTCMonth(), atOrAfter.getUTCDate()];
  const onThisDay = new Date(Date.UTC(year, month, day, 15));
  return onThisDay >= atOrAfter ? onThisDay : new Date(Date.UTC(year, month, day + 1, 15));
}
