import { type EventOutcome, maxEventsPerCall } from '../billing/record-usage.ts';
import { kindOf } from '../billing/text.ts';
import { DurabillError } from '../errors/error.ts';

/** Where a field of the event at `index` stands in what the sender wrote. */
export type FieldPath = (index: number, field: string) => string;

type Answered = { id: string; status: 'accepted' | 'duplicate' };

/**
 * What became of a single event.
 * @throws DurabillError with the code of the refusal
 */
export function singleAnswer(outcome: EventOutcome | undefined, fieldOf: (field: string) => string): Answered {
  if (outcome === undefined) throw new Error('The event was not answered.');
  if (!('error' in outcome)) return { id: outcome.id, status: outcome.status };
  const { code, field, reason, mend } = outcome.error;
  throw new DurabillError(code, { field: field === null ? 'body' : fieldOf(field), reason, mend });
}

/** What became of each event of a batch, and how many came to what. */
export function batchAnswer(outcomes: readonly EventOutcome[], pathOf: FieldPath) {
  return {
    outcomes: outcomes.map((outcome) => ('error' in outcome ? withPath(outcome, pathOf) : outcome)),
    counts: countsOf(outcomes),
  };
}

export function countsOf(outcomes: readonly EventOutcome[]) {
  const counts = { accepted: 0, duplicate: 0, conflict: 0, rejected: 0 };
  for (const { status } of outcomes) counts[status] += 1;
  return counts;
}

function withPath(outcome: Extract<EventOutcome, { error: unknown }>, pathOf: FieldPath): EventOutcome {
  const { index, error } = outcome;
  return { ...outcome, error: { ...error, field: pathOf(index, error.field ?? '') } };
}

/** The path of `field` inside of `parent`; the parent itself where the event as a whole is at fault. */
export function inside(parent: string, field: string): string {
  return field === '' ? parent : `${parent}.${field}`;
}

/**
 * The events of `{ "events": [...] }`.
 * @throws DurabillError request-invalid, request-too-large
 */
export function readBatch(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const reason = `The body must be an object with a list of events, not ${kindOf(body)}.`;
    throw new DurabillError('request-invalid', { field: 'body', reason, mend: 'Send {"events": [...]}.' });
  }
  const unknown = Object.keys(body).find((key) => key !== 'events');
  if (unknown !== undefined) {
    const field = unknown.slice(0, 100);
    throw new DurabillError('request-invalid', { field, reason: `There is no field "${field}" here.` });
  }
  return readList((body as { events?: unknown }).events, 'events');
}

/** @throws DurabillError request-invalid, request-too-large */
export function readList(events: unknown, field: string): unknown[] {
  if (!Array.isArray(events)) {
    throw new DurabillError('request-invalid', { field, reason: `"${field}" must be a list, not ${kindOf(events)}.` });
  }
  if (events.length === 0) throw new DurabillError('request-invalid', { field, reason: 'The list has no events.' });
  if (events.length > maxEventsPerCall) {
    const reason = `${events.length} events were sent at once; at most ${maxEventsPerCall} are taken.`;
    throw new DurabillError('request-too-large', { field, reason });
  }
  return events;
}
