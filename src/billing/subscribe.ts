import { daysAfter } from '../domain/period/days.ts';
import { layOut } from '../domain/period/lay-out.ts';
import type { Phase, Timeline } from '../domain/period/timeline.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Sql } from '../store/database.ts';
import type { OfferedVersion } from '../store/plans.ts';
import { hasSubscription, insertSubscription } from '../store/subscriptions.ts';
import { readUsageMarks } from '../store/usage-removal-marks.ts';
import { subscriptionIdOf } from './ids.ts';
import { offeredVersion, phaseOf } from './offered-plan.ts';

export type SubscriptionOrder = {
  customerId: string;
  /** What the customer pays in; the plan has to have amounts in it. */
  currency: string;
  /** The customer's, whose days a trial has and whose months a calendar has. */
  zone: string;
  plan: string;
  /** The latest one unless said otherwise. */
  planVersion?: number;
  /** May be long ago: then it is billed for all the time since. */
  startsAt: Date;
  /** Business time, up to which the periods are laid out in thought. */
  now: Date;
  /** Days from the start that cost nothing; those of the plan unless said otherwise. */
  trialDays?: number;
  /** Where cycles begin; as the plan says, unless said otherwise. */
  anchor?: Phase['anchor'];
  /** Subscriptions of one group share an invoice; '' is the group of those that name none. */
  billingGroup: string;
};

/**
 * Subscribes a customer to a plan, in the caller's transaction. Only the subscription is stored: its periods are laid
 * out by the billing runs. The id is that of customer, plan, group and start: asked again it changes nothing.
 * @param at where the order stands in the request, for refusals
 * @returns the id, and whether it is new
 * @throws DurabillError plan-unknown, currency-mismatch, period-span-too-long, usage-removed
 */
export async function subscribe(
  sql: Sql,
  order: SubscriptionOrder,
  actor: string,
  at = 'subscription.',
): Promise<{ id: string; created: boolean }> {
  const { customerId, startsAt, billingGroup } = order;
  const version = await offeredVersion(sql, order, at);
  const timeline = timelineOf(order, version);
  // What cannot be laid out now could not be by a run either, and would stop it for everybody.
  layOut(timeline, { until: order.now });
  const id = subscriptionIdOf(customerId, version.plan, billingGroup, startsAt);
  await requireUsageSince(sql, id, order, at);
  const created = await insertSubscription(sql, { id, customerId, billingGroup, timeline });
  if (!created) return { id, created };
  const detail = {
    customerId,
    planVersionId: version.id,
    startsAt: startsAt.toISOString(),
    ...(timeline.trialEndsAt && { trialEndsAt: timeline.trialEndsAt.toISOString() }),
  };
  await appendAudit(sql, [{ subjectKind: 'subscription', subjectId: id, actor, action: 'created', detail }]);
  return { id, created };
}

/** What is gone could not be billed; one that is there already was subscribed before. */
async function requireUsageSince(sql: Sql, id: string, order: SubscriptionOrder, at: string): Promise<void> {
  const { customerId, startsAt } = order;
  const closedUntil = (await readUsageMarks(sql, [customerId])).get(customerId)?.closedUntil;
  if (closedUntil === undefined || startsAt >= closedUntil || (await hasSubscription(sql, id))) return;
  throw new DurabillError('usage-removed', {
    field: `${at}startsAt`,
    reason: `It would bill use since ${startsAt.toISOString()}; the customer's raw usage from before ${closedUntil.toISOString()} was removed by the policy of retention.`,
    mend: 'Let it begin later, and bill what is owed for the time before by an item: POST /v1/customers/{id}/pending-items.',
  });
}

function timelineOf({ zone, startsAt, trialDays, anchor }: SubscriptionOrder, version: OfferedVersion): Timeline {
  const days = trialDays ?? version.terms.trialDays ?? 0;
  return {
    zone,
    startsAt,
    trialEndsAt: days === 0 ? null : daysAfter(startsAt, days, zone),
    pauses: [],
    phases: [phaseOf(version, startsAt, anchor ?? { kind: version.terms.anchor ?? 'calendar' })],
  };
}
