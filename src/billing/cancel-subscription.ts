import { nextRenewal } from '../domain/period/lay-out.ts';
import type { Database } from '../store/database.ts';
import { changeSubscription, type Decision, type Standing } from './change-subscription.ts';
import { laterOf } from './instant.ts';
import { readRequestId, readWhen, refusal, type SubscriptionRequestInput } from './subscription-orders.ts';

export const cancelWords = ['now', 'period_end', 'never'] as const;
export type CancelWord = (typeof cancelWords)[number];

export type CancelInput = SubscriptionRequestInput & {
  /**
   * `now`: the part of the cycle that was used is billed. `period_end`: the cycle, or the trial, is lived through.
   * `never`: an end that is still to come is taken back.
   */
  when?: CancelWord;
  /** RFC 3339, in place of a word. */
  at?: string;
};

/**
 * Ends a subscription. One that ends then, or sooner, stays as it is.
 * @throws DurabillError not-found, request-invalid, conflict, subscription-refused
 */
export async function cancelSubscription(
  database: Database,
  input: CancelInput,
  actor: string,
): Promise<{ id: string; changed: boolean }> {
  const when = readWhen(input, cancelWords);
  const order = { subscriptionId: input.id, content: { kind: 'cancel', ...when }, ...readRequestId(input.requestId) };
  return await changeSubscription(database, order, actor, (standing) => decide(standing, when));
}

function decide(standing: Standing, when: { when: CancelWord } | { at: Date }): Decision | undefined {
  const { now, timeline } = standing;
  const endsAt = timeline.endsAt ?? null;
  const wanted = endOf(standing, when);
  if (wanted === null ? endsAt === null : endsAt !== null && endsAt <= wanted) return undefined;
  if (wanted === null && endsAt !== null && endsAt <= now) {
    throw refusal('when', `It ended at ${endsAt.toISOString()}.`, 'Subscribe anew.');
  }
  return {
    action: wanted === null ? 'end taken back' : 'cancelled',
    detail: { endsAt: wanted, before: endsAt },
    timeline: { ...timeline, endsAt: wanted },
    // What is billed otherwise lies between the two ends.
    from: (wanted ?? endsAt) as Date,
    field: 'at' in when ? 'at' : 'when',
  };
}

function endOf({ now, timeline }: Standing, when: { when: CancelWord } | { at: Date }): Date | null {
  if ('at' in when || when.when === 'now') {
    // One that has not begun ends as it begins, and is never billed.
    return laterOf('at' in when ? when.at : now, timeline.startsAt);
  }
  return when.when === 'never' ? null : nextRenewal({ ...timeline, endsAt: null }, now);
}
