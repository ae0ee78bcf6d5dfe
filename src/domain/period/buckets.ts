import { cycleAt } from './cycle.ts';
import { calendarMonths } from './interval.ts';
import { localTimeAt, nextDayAt, startOfDayAt } from './local-time.ts';

export const bucketSizes = ['hour', 'day', 'month'] as const;
export type BucketSize = (typeof bucketSizes)[number];

const hourMs = 3_600_000;

/**
 * Where the local hours, days or months of a zone begin that [from, to) is cut by: `from`, and each begin inside of it. A day
 * on which clocks change has 23 or 25 hours; an hour that the clock shows twice is two. `zone` has been through `parseZone`.
 * @returns undefined where there are more than `most`
 */
export function bucketsBetween(
  from: Date,
  to: Date,
  { size, zone, most }: { size: BucketSize; zone: string; most: number },
): Date[] | undefined {
  const starts: Date[] = [];
  for (let at = from; at < to; at = nextAfter(at, size, zone)) {
    if (starts.length === most) return undefined;
    starts.push(at);
  }
  return starts;
}

/** The first begin of a bucket after the instant. */
function nextAfter(at: Date, size: BucketSize, zone: string): Date {
  if (size === 'month') return cycleAt(at, calendarMonths, zone).endAt;
  if (size === 'day') return nextDayAt(startOfDayAt(at, zone), zone);
  const { minute, second, millisecond } = localTimeAt(at, zone);
  return new Date(at.getTime() + hourMs - ((minute * 60 + second) * 1_000 + millisecond));
}
