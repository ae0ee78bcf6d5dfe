import type { Pause } from '../domain/period/timeline.ts';
import type { Database } from '../store/database.ts';
import { changeSubscription, type Decision, type Standing } from './change-subscription.ts';
import {
  readOptionalInstant,
  readRequestId,
  refusal,
  requireLive,
  type SubscriptionRequestInput,
} from './subscription-orders.ts';

export type PauseInput = SubscriptionRequestInput & {
  /** RFC 3339; now on the customer's clock unless said otherwise. */
  at?: string;
  /** RFC 3339: when it goes on by itself; never unless said otherwise. */
  until?: string;
};

/**
 * Pauses a subscription: no time in the pause is billed, nor what was used in it. The time until then is billed by its
 * share of the cycle, when the cycle is. A subscription that is paused like this already stays as it is.
 * @throws DurabillError not-found, request-invalid, conflict, subscription-refused
 */
export async function pauseSubscription(
  database: Database,
  input: PauseInput,
  actor: string,
): Promise<{ id: string; changed: boolean }> {
  const asked = { at: readOptionalInstant(input.at, 'at'), until: readOptionalInstant(input.until, 'until') };
  const content = { kind: 'pause', at: asked.at ?? null, until: asked.until ?? null };
  const order = { subscriptionId: input.id, content, ...readRequestId(input.requestId) };
  return await changeSubscription(database, order, actor, (standing) => decide(standing, asked));
}

function decide(
  { now, timeline }: Standing,
  asked: { at: Date | undefined; until: Date | undefined },
): Decision | undefined {
  const wanted: Pause = { from: asked.at ?? now, to: asked.until ?? null };
  requireLive(timeline.endsAt, wanted.from, 'at');
  if (wanted.to !== null && wanted.to <= wanted.from) {
    throw refusal('until', 'The pause would end before it begins.', 'Choose a later instant, or leave it open.');
  }
  const other = timeline.pauses.find((pause) => overlap(pause, wanted));
  if (other !== undefined) {
    const isThere = other.from <= wanted.from && other.to?.getTime() === wanted.to?.getTime();
    // Only one that began when this one is to, or that was asked for without an instant, is the same.
    if (isThere && (asked.at === undefined || other.from.getTime() === wanted.from.getTime())) return undefined;
    throw refusal(
      'at',
      `It is paused from ${other.from.toISOString()} ${other.to === null ? 'on' : `to ${other.to.toISOString()}`}.`,
      'Resume it first: an instant at which the pause begins takes the whole pause back.',
    );
  }
  const pauses = [...timeline.pauses, wanted].sort((a, b) => a.from.getTime() - b.from.getTime());
  const detail = { from: wanted.from, to: wanted.to };
  return { action: 'paused', detail, timeline: { ...timeline, pauses }, from: wanted.from, field: 'at' };
}

function overlap(one: Pause, other: Pause): boolean {
  return (one.to === null || other.from < one.to) && (other.to === null || one.from < other.to);
}
