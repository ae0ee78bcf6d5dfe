import { DurabillError } from '../../errors/error.ts';
import type { Sql } from '../../store/database.ts';
import { findStored, type NewUsageEvent } from '../../store/usage-events.ts';
import type { EventOutcome } from '../record-usage.ts';

/** An event of a time whose usage was removed, with its place in the call. */
export type RemovedEvent = Pick<NewUsageEvent, 'source' | 'eventId' | 'contentHash' | 'occurredAt'> & {
  index: number;
  closedUntil: Date;
};

/**
 * Answers events that come too late to be stored: one whose key is there is a duplicate or a conflict, as it was before the
 * removal, so that a sender who repeats itself hears the same; a new one is rejected, since nothing would bill it any more.
 */
export async function answerRemoved(sql: Sql, events: readonly RemovedEvent[]): Promise<EventOutcome[]> {
  if (events.length === 0) return [];
  const stored = await findStored(sql, events);
  return events.map(({ index, eventId: id, source, occurredAt, closedUntil }, position) => {
    const { isKnown, isSame } = stored[position]!;
    if (isSame) return { index, id, status: 'duplicate' };
    const error = isKnown ? otherContent(id, source) : removed(occurredAt, closedUntil);
    const fault = { code: error.code, field: error.field ?? null, reason: error.message, mend: error.mend };
    return { index, id, status: isKnown ? 'conflict' : 'rejected', error: fault };
  });
}

/** A key that is there with other content. */
export function otherContent(id: string, source: string): DurabillError {
  const reason = `The event "${id}" of the source "${source}" is already stored with other content.`;
  return new DurabillError('event-conflict', { field: 'id', reason });
}

function removed(occurredAt: Date, closedUntil: Date): DurabillError {
  return new DurabillError('usage-removed', {
    field: 'occurredAt',
    reason: `The event is dated ${occurredAt.toISOString()}; the customer's usage from before ${closedUntil.toISOString()} was removed by the policy of retention, and none is taken any more.`,
    mend: 'Bill what is owed for it by an item: POST /v1/customers/{id}/pending-items.',
  });
}
