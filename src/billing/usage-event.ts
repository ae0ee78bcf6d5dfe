import { hash } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { type EventProperties, readProperties } from './event-properties.ts';
import { firstInstant, instantForm, isoOf, parseInstant } from './instant.ts';
import { kindOf, readText, type TextRule } from './text.ts';

/** What a sender writes. */
export type UsageEvent = {
  /** Unique for its source; sending it again is safe. */
  id: string;
  /** Who numbers the ids; `api` unless said otherwise. */
  source?: string;
  /** The customer's external id, or ours. */
  customer: string;
  type: string;
  /** RFC 3339 with Z or an offset; cut to milliseconds. */
  occurredAt: string;
  properties?: EventProperties;
};

export type ReadEvent = {
  id: string;
  source: string;
  customer: string;
  type: string;
  occurredAt: Date;
  /** The same in the form of `toISOString`. */
  occurredAtIso: string;
  properties: EventProperties;
  /** The same as canonical JSON. */
  propertiesJson: string;
};

const fields = new Set(['id', 'source', 'customer', 'type', 'occurredAt', 'properties']);
const rule = (field: string, name: string): TextRule => ({ code: 'event-invalid', field, name, maxLength: 255 });
const rules = {
  id: rule('id', 'The id of the event'),
  source: rule('source', 'The source'),
  customer: rule('customer', 'The customer'),
  type: rule('type', 'The type'),
  occurredAt: rule('occurredAt', 'The time of the event'),
};

/**
 * Reads one event as it was sent; plain code rather than a schema, because it runs for every event and its sentences
 * are for people.
 * @throws DurabillError event-invalid, event-too-early
 */
export function readEvent(raw: unknown): ReadEvent {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new DurabillError('event-invalid', { reason: `The event must be an object, not ${kindOf(raw)}.` });
  }
  for (const field of Object.keys(raw)) if (!fields.has(field)) throw unknownField(field);
  const event = raw as { [field in keyof UsageEvent]?: unknown };
  const id = readText(event.id, rules.id);
  const source = event.source === undefined ? 'api' : readText(event.source, rules.source);
  const customer = readText(event.customer, rules.customer);
  const type = readText(event.type, rules.type);
  const occurredAtText = readText(event.occurredAt, rules.occurredAt);
  const occurredAt = readOccurredAt(occurredAtText);
  const occurredAtIso = isoOf(occurredAt, occurredAtText);
  const properties = event.properties === undefined ? {} : event.properties;
  const propertiesJson = readProperties(properties);
  return {
    id,
    source,
    customer,
    type,
    occurredAt,
    occurredAtIso,
    properties: properties as EventProperties,
    propertiesJson,
  };
}

function readOccurredAt(text: string): Date {
  const occurredAt = parseInstant(text);
  if (occurredAt === undefined) {
    const reason = `"${text.slice(0, 40)}" is not an instant.`;
    throw new DurabillError('event-invalid', { field: 'occurredAt', reason, ...instantForm });
  }
  if (occurredAt < firstInstant) {
    const reason = `The event is dated ${occurredAt.toISOString()}; events from ${firstInstant.toISOString()} on are taken.`;
    throw new DurabillError('event-too-early', { field: 'occurredAt', reason });
  }
  return occurredAt;
}

function unknownField(field: string): DurabillError {
  return new DurabillError('event-invalid', {
    field: field.slice(0, 100),
    reason: `An event has no field "${field.slice(0, 100)}".`,
    mend: `An event has ${[...fields].join(', ')}. Check the spelling, or move the field into properties.`,
  });
}

/**
 * SHA-256, in hex, of the canonical JSON (RFC 8785): the same for the same content, however its keys were ordered, its numbers
 * written, its instant offset or its customer named.
 */
export function contentHash(
  event: Pick<ReadEvent, 'type' | 'occurredAtIso' | 'propertiesJson'>,
  customerId: string,
): string {
  const { type, occurredAtIso, propertiesJson } = event;
  // Written in the order of the keys; an id of ours and an instant have nothing to escape.
  const content = `{"customerId":"${customerId}","occurredAt":"${occurredAtIso}","properties":${propertiesJson},"type":${JSON.stringify(type)}}`;
  return hash('sha256', content);
}
