import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Sql } from '../store/database.ts';
import { insertSubscription, versionToSubscribe } from '../store/subscriptions.ts';
import { subscriptionIdOf } from './ids.ts';

export type SubscriptionOrder = {
  customerId: string;
  /** The customer's currency; the plan has to have the same. */
  currency: string;
  plan: string;
  startsAt: Date;
  /** Subscriptions of one group share an invoice; '' is the group of those that name none. */
  billingGroup: string;
};

/**
 * Subscribes a customer to the latest version of a plan, in the caller's transaction. Only the subscription is stored:
 * its periods are laid out by the billing runs.
 * @throws DurabillError plan-unknown, currency-mismatch
 */
export async function subscribe(sql: Sql, order: SubscriptionOrder, actor: string): Promise<void> {
  const { customerId, plan, startsAt, billingGroup } = order;
  const version = await versionToSubscribe(sql, plan);
  if (version === undefined) {
    const reason = `There is no plan "${plan.slice(0, 100)}".`;
    throw new DurabillError('plan-unknown', { field: 'subscription.plan', reason });
  }
  if (version.currency !== order.currency) {
    throw new DurabillError('currency-mismatch', {
      field: 'subscription.plan',
      reason: `The plan "${plan}" is in ${version.currency}, the customer pays in ${order.currency}.`,
      mend: 'Choose a plan in the currency of the customer; nothing is converted silently.',
    });
  }
  const id = subscriptionIdOf(customerId, plan, billingGroup, startsAt);
  await insertSubscription(sql, { id, customerId, planVersionId: version.id, billingGroup, startsAt });
  const detail = { customerId, planVersionId: version.id, startsAt: startsAt.toISOString() };
  await appendAudit(sql, [{ subjectKind: 'subscription', subjectId: id, actor, action: 'created', detail }]);
}
