import { daysAfter } from '../domain/period/days.ts';
import type { Phase } from '../domain/period/timeline.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database, Sql } from '../store/database.ts';
import { findRequest, recordRequest } from '../store/subscription-requests.ts';
import { lockPayer, type Payer, readBeginnings } from '../store/subscription-views.ts';
import { readTimelines } from '../store/subscriptions.ts';
import { reusedRequestId } from './change-subscription.ts';
import { subscribe } from './subscribe.ts';
import { type AnchorInput, readAnchor, readOptionalInstant, readRequestId } from './subscription-orders.ts';
import { readText } from './text.ts';

export type NewSubscriptionInput = AnchorInput & {
  /** External id or id of the customer. */
  customer: string;
  plan: string;
  /** The latest one unless said otherwise. */
  planVersion?: number;
  /** RFC 3339; now on the customer's clock unless said otherwise. It may be long ago. */
  startsAt?: string;
  /** Those of the plan unless said otherwise. */
  trialDays?: number;
  billingGroup?: string;
  /** Needed where no start is named: with neither a repetition would be a second subscription. */
  requestId?: string;
};

/**
 * Subscribes a customer to a plan. Asked again under the same request id, or with the same customer, plan, group and
 * start, it answers the subscription that is there.
 * @throws DurabillError not-found, request-invalid, conflict, plan-unknown, currency-mismatch, period-span-too-long
 */
export async function createSubscription(
  database: Database,
  input: NewSubscriptionInput,
  actor: string,
): Promise<{ id: string; created: boolean }> {
  const { plan, planVersion, trialDays } = input;
  const startsAt = readOptionalInstant(input.startsAt, 'startsAt');
  const { requestId } = readRequestId(input.requestId);
  const group = { code: 'request-invalid', field: 'billingGroup', name: 'The billing group', maxLength: 100 } as const;
  const billingGroup = input.billingGroup ? readText(input.billingGroup, group) : '';
  if (startsAt === undefined && requestId === undefined) {
    throw new DurabillError('request-invalid', {
      field: 'requestId',
      reason: 'Neither a start nor an id of the request is named, so that a repetition would subscribe twice.',
      mend: 'Name "startsAt", or send the same "requestId" again when an answer was lost.',
    });
  }
  const asked = {
    plan,
    billingGroup,
    ...readAnchor(input),
    ...(planVersion !== undefined && { planVersion }),
    ...(trialDays !== undefined && { trialDays }),
  };
  const content = { kind: 'subscribe', ...asked, startsAt: startsAt ?? null };
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, input.customer);
    if (payer === undefined) {
      throw new DurabillError('not-found', {
        field: 'customer',
        reason: `There is no customer "${input.customer.slice(0, 255)}".`,
      });
    }
    const earlier = requestId && (await findRequest(sql, { customerId: payer.customerId, requestId, content }));
    if (earlier) return answerEarlier(earlier, requestId);
    const made = await subscribe(sql, { ...payer, ...asked, startsAt: startsAt ?? payer.now }, actor, '');
    if (!made.created) await requireSame(sql, payer, made.id, asked);
    if (requestId !== undefined) await remember(sql, payer, { requestId, subscriptionId: made.id, content });
    return made;
  });
}

/** What the request leaves open does not contradict what is stored. */
async function requireSame(
  sql: Sql,
  { customerId, zone }: Payer,
  id: string,
  asked: { planVersion?: number; trialDays?: number; anchor?: Phase['anchor'] },
): Promise<void> {
  const stored = (await readBeginnings(sql, customerId)).find((one) => one.id === id);
  if (stored === undefined) throw new Error(`subscription ${id} was stored and then not found`);
  const { planVersion, trialDays, anchor } = asked;
  if (planVersion !== undefined && planVersion !== stored.planVersion) throw differs('planVersion');
  if (anchor !== undefined) {
    const first = (await readTimelines(sql, [id])).get(id)?.phases[0]?.anchor;
    if (first?.kind !== anchor.kind) throw differs('anchor');
    if (atOf(anchor) !== undefined && atOf(first) !== atOf(anchor)) throw differs('anchorAt');
  }
  if (trialDays === undefined) return;
  const trialEndsAt = trialDays === 0 ? null : daysAfter(stored.startsAt, trialDays, zone);
  if (trialEndsAt?.getTime() !== stored.trialEndsAt?.getTime()) throw differs('trialDays');
}

function atOf(anchor: Phase['anchor']): number | undefined {
  return anchor.kind === 'anniversary' ? anchor.at?.getTime() : undefined;
}

function differs(field: string): DurabillError {
  return new DurabillError('conflict', {
    field,
    reason: `The subscription of this customer, plan, group and start is there, with another value of ${field}.`,
    mend: 'Change it by POST /v1/subscriptions/{id}/change, or let another one begin at another instant.',
  });
}

function answerEarlier(
  { subscriptionId, isSame }: { subscriptionId: string; isSame: boolean },
  requestId: string,
): { id: string; created: boolean } {
  if (!isSame) throw reusedRequestId(requestId);
  return { id: subscriptionId, created: false };
}

async function remember(
  sql: Sql,
  { customerId }: Payer,
  request: { requestId: string; subscriptionId: string; content: Record<string, unknown> },
): Promise<void> {
  const earlier = await recordRequest(sql, { customerId, ...request });
  if (earlier !== undefined) throw reusedRequestId(request.requestId);
}
