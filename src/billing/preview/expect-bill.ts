import { parseCurrency } from '../../domain/money/currency.ts';
import { ratio } from '../../domain/money/exact.ts';
import { proration } from '../../domain/period/proration.ts';
import { DurabillError } from '../../errors/error.ts';
import type { Database, Sql } from '../../store/database.ts';
import { readPlanVersions } from '../../store/plans.ts';
import { aggregateRolledUsage } from '../../store/rolled-quantities.ts';
import { findSubscription, type SubscriptionView } from '../../store/subscription-views.ts';
import { readTimelines, type StoredTimeline } from '../../store/subscriptions.ts';
import { unknownSubscription } from '../change-subscription.ts';
import { openPeriods } from '../expected/open-bills.ts';
import { type RatedBill, rateAndCompose } from '../rate-bills.ts';
import type { PreviewedInvoice } from './preview-invoice.ts';
import { previewedBill } from './previewed-bill.ts';
import { spanOf } from './read-period.ts';

/** A bill that is not made yet, as it stands at this instant of the customer's clock. */
export type ExpectedBill = PreviewedInvoice & { subscription: string; customer: string; asOf: Date };

/**
 * What a subscription would be billed next, with its usage so far: all of it that no invoice has billed and that has begun
 * by now, and what is billed ahead with it. Computed as a draft is, and nothing is written.
 * @throws DurabillError not-found, and what keeps the period from being billed
 */
export async function expectBill(database: Database, subscriptionId: string): Promise<ExpectedBill> {
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const view = await findSubscription(sql, subscriptionId);
    if (view === undefined) {
      const { message: reason } = unknownSubscription(subscriptionId.slice(0, 60));
      throw new DurabillError('not-found', { field: 'subscription', reason });
    }
    return await expectBillOf(sql, view);
  });
}

async function expectBillOf(sql: Sql, view: SubscriptionView): Promise<ExpectedBill> {
  const { id, now } = view;
  const timeline = (await readTimelines(sql, [id])).get(id) as StoredTimeline;
  const { customerId, currency: inCurrency, billingGroup } = view;
  const owner = { customerId, currency: inCurrency, zone: timeline.zone, now };
  const periods = await openPeriods(sql, owner, [{ id, billingGroup, timeline }]);
  const rating = { aggregate: aggregateRolledUsage, purpose: 'preview', until: now } as const;
  const toRate = { invoiceId: id, customerId, currency: inCurrency, billingGroup, periods };
  const rated = (await rateAndCompose(sql, [toRate], rating)).get(id) as RatedBill;
  if ('failure' in rated) throw rated.failure;
  const versions = await readPlanVersions(sql, [...new Set(periods.map(({ planVersionId }) => planVersionId))]);
  const models = new Map(
    [...versions.values()].flatMap(({ prices }) => prices.map(({ id: priceId, price }) => [priceId, price.model])),
  );
  const current = periods.findLast(({ kind }) => kind === 'arrears');
  const mode = versions.get(current?.planVersionId ?? '')?.terms.proration ?? 'second';
  const share = current === undefined ? { numerator: 1n, denominator: 1n } : proration(current, mode, timeline.zone);
  const lowest = ratio(share.numerator, share.denominator);
  const currency = parseCurrency(view.currency);
  return {
    subscription: id,
    customer: view.customer,
    asOf: now,
    currency,
    zone: timeline.zone,
    proration: mode,
    period: current === undefined ? null : spanOf(current),
    share: { numerator: String(lowest.n), denominator: String(lowest.d) },
    ...previewedBill(
      rated.lines.map(({ priceId, priceKey, group, quantity, billableQuantity, ...line }) => ({
        priceKey,
        model: (priceId === null ? undefined : models.get(priceId)) ?? null,
        description: line.description,
        ...(group !== null && { group }),
        quantity: quantity ?? '0',
        billableQuantity: billableQuantity ?? '0',
        exactAmount: line.exactAmount,
        amountMinor: line.amountMinor,
        eventCount: line.eventCount,
        skippedCount: line.skippedCount,
        working: line.working,
      })),
      rated.composed,
      currency,
    ),
  };
}
