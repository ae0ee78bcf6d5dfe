import { Temporal } from 'temporal-polyfill';
import { DurabillError } from '../../errors/error.ts';
import { shown } from '../../errors/shown.ts';

/** Names such as America/New_York, Etc/GMT+5, UTC. Keeps out offsets, dates and annotations, which Temporal takes. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/**
 * Reads the name of a zone of the IANA database and answers it in its usual upper and lower case. A fixed offset such
 * as +05:00 is refused: it knows no summer time, so it is hardly ever what is meant.
 * @throws DurabillError zone-unknown
 */
export function parseZone(zone: string, field?: string): string {
  if (typeof zone === 'string' && zone.length <= 64 && zoneName.test(zone)) {
    try {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new DurabillError('zone-unknown', {
    ...(field && { field }),
    reason: `"${shown(zone, 64)}" is not a time zone of the IANA database.`,
  });
}
