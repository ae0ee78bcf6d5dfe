import type { Reader } from '../../domain/rating/reader.ts';
import { type EventProperties, readProperties } from '../event-properties.ts';
import { readInstant } from '../instant.ts';

/** An event as it would be recorded; the order of those at the same instant is that of the request. */
export type PreviewEvent = { type: string; occurredAt: Date; properties: EventProperties; source: string; id: string };

export const maxPreviewEvents = 10_000;

/** @throws DurabillError of the reader, event-invalid */
export function readEvents(read: Reader, input: unknown, field: string): PreviewEvent[] {
  return read.list(input ?? [], field, { least: 0, most: maxPreviewEvents }).map((event, index) => {
    const at = `${field}[${index}]`;
    const entries = read.record(event, at, ['type', 'occurredAt', 'properties']);
    const properties = (entries['properties'] ?? {}) as EventProperties;
    readProperties(properties);
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
