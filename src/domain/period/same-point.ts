import { Temporal } from 'temporal-polyfill';
import { instantOf, localTimeAt } from './local-time.ts';

/**
 * The instant in an earlier period at which as many local days and as much time of the day had passed as in the period
 * that goes on: on the 10th at noon the 10th at noon, whatever clocks do meanwhile; its end where it is shorter.
 */
export function samePointOf(
  { from, now }: { from: Date; now: Date },
  { periodStartAt, periodEndAt }: { periodStartAt: Date; periodEndAt: Date },
  zone: string,
): Date {
  const [begun, here] = [localTimeAt(from, zone), localTimeAt(now, zone)];
  const days = begun.toPlainDate().until(here.toPlainDate(), { largestUnit: 'days' }).days;
  const time = begun.toPlainTime().until(here.toPlainTime(), { largestUnit: 'nanoseconds' });
  const then = localTimeAt(periodStartAt, zone).add(Temporal.Duration.from({ days })).add(time);
  const at = instantOf(then, zone);
  if (at < periodStartAt) return periodStartAt;
  return at < periodEndAt ? at : periodEndAt;
}
