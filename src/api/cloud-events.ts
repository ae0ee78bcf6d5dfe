import { kindOf } from '../billing/text.ts';
import { DurabillError } from '../errors/error.ts';

export const cloudEventType = 'application/cloudevents+json';
export const cloudEventBatchType = 'application/cloudevents-batch+json';

/**
 * Reads a CloudEvent 1.0 in JSON as a usage event: subject is the customer, time is occurredAt, data the properties.
 * Extension attributes (lower-case names, such as traceparent) belong to the transport and are not stored.
 * @throws DurabillError event-invalid
 */
export function fromCloudEvent(raw: unknown): unknown {
  const refuse = (reason: string, field?: string) =>
    new DurabillError('event-invalid', { ...(field && { field }), reason });
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw refuse(`The event must be an object, not ${kindOf(raw)}.`);
  }
  const { specversion, id, source, type, subject, time, datacontenttype, data, data_base64 } = raw as {
    [attribute: string]: unknown;
  };
  if (specversion !== '1.0') throw refuse('Only CloudEvents of the version "1.0" are taken.', 'specversion');
  if (source === undefined) throw refuse('The source is missing.', 'source');
  if (data_base64 !== undefined) throw refuse('Only data in JSON is taken.', 'data_base64');
  if (datacontenttype !== undefined && !/^application\/(.+\+)?json(;|$)/i.test(String(datacontenttype))) {
    throw refuse('Only data in JSON is taken.', 'datacontenttype');
  }
  return { id, source, customer: subject, type, occurredAt: time, properties: data };
}

const attributes: Record<string, string> = { customer: 'subject', occurredAt: 'time', properties: 'data' };

/** The path of a usage event's field as the sender of a CloudEvent wrote it: `properties.miles` is `data.miles`. */
export function attributePath(field: string): string {
  return field.replace(/^\w+/, (name) => attributes[name] ?? name);
}
