import type { Database } from '../store/database.ts';
import { changeSubscription, type Decision, type Standing } from './change-subscription.ts';
import { readOptionalInstant, readRequestId, refusal, type SubscriptionRequestInput } from './subscription-orders.ts';

export type ResumeInput = SubscriptionRequestInput & {
  /** RFC 3339; now on the customer's clock unless said otherwise. */
  at?: string;
};

/**
 * Ends the pause that a subscription is in. What is left of its cycle is billed from then on, by its share. At the
 * instant at which a pause begins it takes the whole pause back. One that goes on already stays as it is.
 * @throws DurabillError not-found, request-invalid, conflict, subscription-refused
 */
export async function resumeSubscription(
  database: Database,
  input: ResumeInput,
  actor: string,
): Promise<{ id: string; changed: boolean }> {
  const at = readOptionalInstant(input.at, 'at');
  const content = { kind: 'resume', at: at ?? null };
  const order = { subscriptionId: input.id, content, ...readRequestId(input.requestId) };
  return await changeSubscription(database, order, actor, (standing) => decide(standing, at));
}

function decide({ now, timeline }: Standing, asked: Date | undefined): Decision | undefined {
  const at = asked ?? now;
  const pause = timeline.pauses.find(({ from, to }) => from <= at && (to === null || at < to));
  if (pause === undefined) {
    const isSo = asked === undefined || timeline.pauses.some(({ to }) => to?.getTime() === at.getTime());
    if (isSo) return undefined;
    throw refusal('at', `It is not paused at ${at.toISOString()}.`, 'Read its pauses, and name an instant in one.');
  }
  const others = timeline.pauses.filter((one) => one !== pause);
  const pauses = at > pause.from ? [...others, { from: pause.from, to: at }] : others;
  pauses.sort((a, b) => a.from.getTime() - b.from.getTime());
  const detail = { at, pausedFrom: pause.from };
  return { action: 'resumed', detail, timeline: { ...timeline, pauses }, from: at, field: 'at' };
}
