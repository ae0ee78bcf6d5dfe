import type { Sql } from '../store/database.ts';
import { beginPause } from '../store/pauses.ts';
import type { UnknownRequest } from '../store/stripe-events.ts';

/**
 * A request is stored before it is sent, so the key of every request that Stripe has had from here is known here: an
 * event of one that is not says that this database is older than what it has sent, or that another Durabill bills in
 * the same account. Either way the next request could bill again what is billed already, so every write stops.
 * @returns how many of these events are of requests that are unknown here
 */
export async function noticeRestore(sql: Sql, unknown: readonly UnknownRequest[]): Promise<number> {
  const [first] = unknown;
  if (first === undefined) return 0;
  const { eventId, type, createdAt, idempotencyKey } = first;
  await beginPause(sql, {
    kind: 'restore',
    begunBy: 'stripe-events',
    reason:
      `Stripe tells of ${unknown.length === 1 ? 'a request' : `${unknown.length} requests`} of Durabill's that ` +
      `this database has never sent, such as that of ${type} of ${createdAt.toISOString()} (${eventId}, key ${idempotencyKey}). ` +
      'Either the database was restored from an older copy, or a second Durabill uses the same Stripe account. ' +
      'Stop any other copy; then let reconciliation adopt what Stripe has, which ends this pause.',
  });
  return unknown.length;
}
