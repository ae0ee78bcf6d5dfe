import { DurabillError } from '../errors/error.ts';
import type { Sql } from '../store/database.ts';
import { storeEvents } from '../store/stripe-events.ts';
import type { ReadDelivery, RemoteEvent } from '../targets/events.ts';

export type { ReadDelivery };

/**
 * Stores an event that a webhook brought, once: one statement, so that Stripe has its answer at once. What is to be
 * done about it is done later and durably.
 * @returns the account whose events are to be taken up, and whether this one is new and has to be
 * @throws DurabillError unavailable while the database is bound to no account, so that it is sent again
 */
export async function receiveStripeEvent(
  sql: Sql,
  event: RemoteEvent,
): Promise<{ accountId: string; isNew: boolean; isDue: boolean }> {
  const stored = await storeEvents(sql, 'webhook', [{ ...event, isHandled: event.use !== null }]);
  if (stored === undefined) {
    throw new DurabillError('unavailable', {
      reason: 'The database is bound to no Stripe account yet, so nothing of Stripe can be known here.',
      mend: 'A worker binds it within a minute of its start; the event will come again.',
    });
  }
  return { accountId: stored.accountId, isNew: stored.stored > 0, isDue: stored.due > 0 };
}
