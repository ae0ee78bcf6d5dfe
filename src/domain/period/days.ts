import { Temporal } from 'temporal-polyfill';
import { instantOf, localTimeAt, startOfDay } from './local-time.ts';

/**
 * The instant at which the clocks of the zone show the same time so many days later: a day on which they change is a
 * day like any other. `zone` has been through `parseZone`.
 */
export function daysAfter(at: Date, days: number, zone: string): Date {
  if (days === 0) return new Date(at.getTime());
  return instantOf(localTimeAt(at, zone).add(Temporal.Duration.from({ days })), zone);
}

/** A day of a calendar, as `2013-02-16`, and its first instant in the zone. */
export type Day = { on: string; startAt: Date };

/** The day so many days after the one that the zone's clocks show at the instant. */
export function dayAfter(at: Date, days: number, zone: string): Day {
  const date = localTimeAt(at, zone).toPlainDate().add({ days });
  return { on: date.toString(), startAt: startOfDay(date, zone) };
}

/** The day of this name, `2013-02-16`. */
export function dayOn(on: string, zone: string): Day {
  return { on, startAt: startOfDay(Temporal.PlainDate.from(on), zone) };
}
