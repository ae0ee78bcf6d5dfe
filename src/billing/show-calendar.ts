import { type CalendarEntry, type CalendarInvoice, calendarOf, type PlannedBill } from '../domain/invoice/calendar.ts';
import type { Currency } from '../domain/money/currency.ts';
import { formatMoney } from '../domain/money/money.ts';
import { dayAfter, dayOn } from '../domain/period/days.ts';
import { nextRenewal } from '../domain/period/lay-out.ts';
import { nextDailyScan, nextMonthlyRun } from '../domain/period/runs.ts';
import { DurabillError } from '../errors/error.ts';
import {
  type CalendarOwner,
  readCalendarInvoices,
  readCalendarOwner,
  readCalendarSteps,
  readEndingGrants,
  readWaitingGroups,
  type StoredCalendarInvoice,
} from '../store/calendar-facts.ts';
import type { Database } from '../store/database.ts';
import { listSubscriptions } from '../store/subscription-views.ts';
import { readTimelines, type StoredTimeline } from '../store/subscriptions.ts';
import { laterOf, readInstant } from './instant.ts';
import { planBills, planPendingBill } from './plan-bills.ts';
import { noCustomer } from './store-billing-profile.ts';

export { calendarKinds } from '../domain/invoice/calendar.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** A window that is not said, and the longest that is. */
const usualDays = 92;
const mostDays = 400;
/** Above these nobody reads it any more. */
const mostEntries = 2_000;
const mostSubscriptions = 500;

export type Calendar = { customerId: string; now: Date; from: Date; to: Date; entries: CalendarEntry[] };

/**
 * What happens to a customer's bills in a time: what has happened, and what will if nothing changes, by the customer's
 * clock. Nothing is written, and no amount of what is to come is guessed.
 * @throws DurabillError not-found, request-invalid, period-span-too-long
 */
export async function showCalendar(
  database: Database,
  order: { customerId: string; from?: string; to?: string },
): Promise<Calendar> {
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const owner = await readCalendarOwner(sql, order.customerId);
    if (owner === undefined) throw noCustomer(order.customerId);
    const window = windowOf(order, owner.now);
    const { customerId, zone, now } = owner;

    const views = await listSubscriptions(sql, { customerId }, { after: undefined, limit: mostSubscriptions + 1 });
    if (views.length > mostSubscriptions) throw tooMuch(`subscriptions than ${mostSubscriptions}`);
    const timelines = await readTimelines(
      sql,
      views.map(({ id }) => id),
    );
    const subscriptions = views.map(({ id, billingGroup }) => {
      const timeline = timelines.get(id) as StoredTimeline;
      return { id, billingGroup, timeline };
    });
    const stored = await readCalendarInvoices(sql, { customerId, ...window, limit: mostEntries + 1 });
    if (stored.length > mostEntries) throw tooMuch(`invoices than ${mostEntries}`);
    const planned = await planBills(sql, owner, subscriptions, window.to);
    const pending = pendingBills(await readWaitingGroups(sql, customerId), owner, planned, stored);
    const steps = await readCalendarSteps(sql, { customerId, ...window, limit: mostEntries + 1 });
    const grants = await readEndingGrants(sql, { customerId, ...window });

    const entries = calendarOf(
      {
        now,
        zone,
        subscriptions: subscriptions.map(({ timeline, ...one }) => ({ ...one, ...marksOf(timeline, window) })),
        planned: [...planned, ...pending],
        invoices: stored.map((invoice) => invoiceOf(invoice, owner)),
        steps,
        isCharged: owner.isCharged,
        credits: grants.map(({ wallet, balanceMinor, currency, endsAt }) => ({
          ...{ wallet, endsAt },
          left: formatMoney({ amountMinor: balanceMinor, currency: currency as Currency }),
        })),
      },
      window,
    );
    if (entries.length > mostEntries) throw tooMuch(`entries than ${mostEntries}`);
    return { customerId, now, ...window, entries };
  });
}

function windowOf(order: { from?: string; to?: string }, now: Date): { from: Date; to: Date } {
  const from = order.from === undefined ? now : readInstant(order.from, 'from');
  const to = order.to === undefined ? new Date(from.getTime() + usualDays * dayMs) : readInstant(order.to, 'to');
  if (to <= from) {
    throw new DurabillError('request-invalid', { field: 'to', reason: 'The time ends before it begins.' });
  }
  if (to.getTime() - from.getTime() > mostDays * dayMs) {
    throw new DurabillError('request-invalid', { field: 'to', reason: `It is longer than ${mostDays} days.` });
  }
  return { from, to };
}

function tooMuch(what: string): DurabillError {
  return new DurabillError('request-invalid', {
    field: 'to',
    reason: `There are more ${what}.`,
    mend: 'Ask for a shorter time.',
  });
}

function marksOf(timeline: StoredTimeline, { from, to }: { from: Date; to: Date }) {
  const { startsAt, trialEndsAt = null, endsAt = null, phases, pauses } = timeline;
  const renewals: Date[] = [];
  let at = nextRenewal(timeline, laterOf(new Date(from.getTime() - 1), startsAt));
  while (at !== null && at < to && renewals.length <= mostEntries) {
    renewals.push(at);
    at = nextRenewal(timeline, at);
  }
  return { startsAt, trialEndsAt, endsAt, phases, pauses, renewals };
}

/** Items join a draft of their group, or its next bill; only those that find none by the monthly run get their own. */
function pendingBills(
  groups: readonly string[],
  owner: CalendarOwner,
  planned: readonly PlannedBill[],
  invoices: readonly StoredCalendarInvoice[],
): PlannedBill[] {
  const runAt = nextMonthlyRun(owner.now);
  const hasBill = (group: string) =>
    planned.some(({ billingGroup, generatedAt }) => billingGroup === group && generatedAt <= runAt) ||
    invoices.some(({ billingGroup, lifecycle, purpose }) => {
      const isDraft = lifecycle === 'draft' || lifecycle === 'held';
      return billingGroup === group && isDraft && !purpose.startsWith('one-off:');
    });
  return groups.filter((group) => !hasBill(group)).map((group) => planPendingBill(owner, group));
}

function invoiceOf(invoice: StoredCalendarInvoice, { zone, now }: CalendarOwner): CalendarInvoice {
  const { totalMinor, currency, payment, lifecycle, dueAt, paymentTermsDays, ...facts } = invoice;
  const isDraft = lifecycle === 'draft' || lifecycle === 'held';
  const issuedAt = isDraft ? nextDailyScan(laterOf(dueAt, now)) : facts.issuedAt;
  const day =
    isDraft && issuedAt !== null
      ? dayAfter(issuedAt, paymentTermsDays, zone)
      : facts.paymentDueOn && dayOn(facts.paymentDueOn, zone);
  return {
    ...facts,
    lifecycle,
    issuedAt,
    total: formatMoney({ amountMinor: totalMinor, currency: currency as Currency }),
    isPaid: payment === 'paid' || payment === 'uncollectible',
    paymentDueOn: day ? day.on : null,
    paymentDueAt: day ? day.startAt : null,
  };
}
