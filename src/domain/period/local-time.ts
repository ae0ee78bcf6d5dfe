import { Temporal } from 'temporal-polyfill';

/** What the clocks of the zone show at the instant. `zone` has been through `parseZone`, here and below. */
export function localTimeAt(at: Date, zone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDateTime();
}

/**
 * The instant at which the zone's clocks show this date and time. If they show it twice, the first; if they skip it,
 * as much later as they skip (02:30 becomes 03:30, and 30 December 2011 in Apia the same time of the 31st): what
 * calendars do by RFC 5545, and Temporal calls `compatible`.
 */
export function instantOf(local: Temporal.PlainDateTime, zone: string): Date {
  return new Date(local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** The first instant of the day: if midnight is skipped, the end of the gap; if it is twice, the first. */
export function startOfDay(date: Temporal.PlainDate, zone: string): Date {
  return new Date(date.toZonedDateTime(zone).epochMilliseconds);
}

/**
 * The first instant of the day that the instant is in. Where clocks go back across midnight (St John's, 1 November
 * 2009, from 00:01 to 23:01), the old day's date returns for an hour; the new day began at its first midnight and is
 * not left again (decision 11), so that days follow each other without overlap.
 */
export function startOfDayAt(at: Date, zone: string): Date {
  const ms = at.getTime();
  const name = `${Math.floor(ms / hourMs)} ${zone}`;
  const before = known.get(name);
  if (before !== undefined && before.startMs <= ms && ms < before.endMs) return new Date(before.startMs);
  const date = localTimeAt(at, zone).toPlainDate();
  const next = startOfDay(date.add({ days: 1 }), zone);
  if (next <= at) return next;
  const start = startOfDay(date, zone);
  if (known.size >= mostKnown) known.clear();
  known.set(name, { startMs: start.getTime(), endMs: next.getTime() });
  return start;
}

/**
 * Days that were computed before, by an hour in which somebody asked: ten thousand changes of seats in a month ask for
 * the same thirty days, and each answer of a zone's rules takes a tenth of a millisecond.
 */
const known = new Map<string, { startMs: number; endMs: number }>();
const mostKnown = 10_000;
const hourMs = 3_600_000;

/** The first instant of the day after the one that the instant is in. */
export function nextDayAt(at: Date, zone: string): Date {
  return startOfDay(localTimeAt(startOfDayAt(at, zone), zone).toPlainDate().add({ days: 1 }), zone);
}
