import type { Reader } from '../../domain/rating/reader.ts';
import { isDurabillError } from '../../errors/error.ts';
import { type EventProperties, readProperties } from '../event-properties.ts';
import { readInstant } from '../instant.ts';
import { within } from './within.ts';

/** An event as it would be recorded; the order of those at the same instant is that of the request. */
export type PreviewEvent = { type: string; occurredAt: Date; properties: EventProperties; source: string; id: string };

export const maxPreviewEvents = 10_000;

/** @throws DurabillError event-invalid, with the path of what is at fault in the request */
function checkProperties(properties: EventProperties, at: string): void {
  try {
    readProperties(properties);
  } catch (error) {
    throw isDurabillError(error) ? within(error, at) : error;
  }
}

/** @throws DurabillError of the reader, event-invalid */
export function readEvents(read: Reader, input: unknown, field: string): PreviewEvent[] {
  return read.list(input ?? [], field, { least: 0, most: maxPreviewEvents }).map((event, index) => {
    const at = `${field}[${index}]`;
    const entries = read.record(event, at, ['type', 'occurredAt', 'properties']);
    const properties = (entries['properties'] ?? {}) as EventProperties;
    checkProperties(properties, at);
    return {
      type: read.text(entries['type'], `${at}.type`),
      occurredAt: readInstant(
        read.text(entries['occurredAt'], `${at}.occurredAt`),
        `${at}.occurredAt`,
        'preview-invalid',
      ),
      properties,
      source: 'preview',
      id: String(index).padStart(6, '0'),
    };
  });
}
