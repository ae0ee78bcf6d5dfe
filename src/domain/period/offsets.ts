import { Temporal } from 'temporal-polyfill';

/** A part of time in which the clocks of a zone stand by `offsetMs` from UTC: [from, to). */
export type OffsetSpan = { from: Date; to: Date; offsetMs: number };

/** The parts of [startAt, endAt) between two changes of the zone's clocks, in their order and without a gap. */
export function offsetsBetween(startAt: Date, endAt: Date, zone: string): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let local: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(
    startAt.getTime(),
  ).toZonedDateTimeISO(zone);
  let from = startAt;
  while (local !== null && from < endAt) {
    const offsetMs = local.offsetNanoseconds / 1e6;
    local = local.getTimeZoneTransition('next');
    const to = local === null || local.epochMilliseconds > endAt.getTime() ? endAt : new Date(local.epochMilliseconds);
    spans.push({ from, to, offsetMs });
    from = to;
  }
  return spans;
}
