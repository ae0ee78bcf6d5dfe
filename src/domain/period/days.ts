import { Temporal } from 'temporal-polyfill';
import { instantOf, localTimeAt } from './local-time.ts';

/**
 * The instant at which the clocks of the zone show the same time so many days later: a day on which they change is a
 * day like any other. `zone` has been through `parseZone`.
 */
export function daysAfter(at: Date, days: number, zone: string): Date {
  if (days === 0) return new Date(at.getTime());
  return instantOf(localTimeAt(at, zone).add(Temporal.Duration.from({ days })), zone);
}
