import { DurabillError } from '../../errors/error.ts';

/** How long a cycle is. A quarter is three months and a half-year six, so that their days clamp as those of months do. */
export const intervals = ['week', 'month', 'quarter', 'half_year', 'year'] as const;
export type Interval = (typeof intervals)[number];

/** The most intervals in one cycle: two years of months. */
export const maxIntervalCount = 24;

/**
 * Where cycles begin. `calendar`: with the Mondays, months, quarters, half-years and years of the customer's zone.
 * `anniversary`: at the wall-clock date and time that the zone shows at the instant `at`, and every interval before
 * and after it.
 */
export type Anchor = { readonly kind: 'calendar' } | { readonly kind: 'anniversary'; readonly at: Date };

/** `intervalCount` intervals a cycle (1 to 24, 1 if not given): "every 2 months" is month and 2. */
export type Cadence = { readonly interval: Interval; readonly intervalCount?: number; readonly anchor: Anchor };

export const calendarMonths: Cadence = { interval: 'month', anchor: { kind: 'calendar' } };

/** One cycle's length as it is added to a date. */
export type Step = { readonly unit: 'weeks' | 'months'; readonly count: number };

const steps: Record<Interval, Step> = {
  week: { unit: 'weeks', count: 1 },
  month: { unit: 'months', count: 1 },
  quarter: { unit: 'months', count: 3 },
  half_year: { unit: 'months', count: 6 },
  year: { unit: 'months', count: 12 },
};

/**
 * The length of a cycle in weeks or months.
 * @throws DurabillError interval-invalid if the interval is none of the five, or its count not a whole number 1 to 24
 */
export function stepOf(cadence: Pick<Cadence, 'interval' | 'intervalCount'>, field?: string): Step {
  const { interval, intervalCount = 1 } = cadence;
  if (!intervals.includes(interval)) {
    throw invalid(`"${String(interval)}" is none of ${intervals.join(', ')}.`, field && `${field}.interval`);
  }
  if (!Number.isInteger(intervalCount) || intervalCount < 1 || intervalCount > maxIntervalCount) {
    throw invalid(
      `The count of intervals is ${intervalCount}; it is a whole number from 1 to ${maxIntervalCount}.`,
      field && `${field}.intervalCount`,
    );
  }
  return { unit: steps[interval].unit, count: steps[interval].count * intervalCount };
}

/** Calendar months, one at a time, are billed by the monthly run; every other cadence by the hourly one. */
export function isBilledMonthly({ interval, intervalCount = 1, anchor }: Cadence): boolean {
  return anchor.kind === 'calendar' && interval === 'month' && intervalCount === 1;
}

function invalid(reason: string, field: string | undefined): DurabillError {
  return new DurabillError('interval-invalid', { reason, ...(field && { field }) });
}
