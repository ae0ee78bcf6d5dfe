import type { LineKind } from '../../domain/invoice/changes.ts';
import type { Currency } from '../../domain/money/currency.ts';
import { dayAfter } from '../../domain/period/days.ts';
import { nextDailyScan } from '../../domain/period/runs.ts';
import type { Filter } from '../../domain/rating/filter.ts';
import { DurabillError } from '../../errors/error.ts';
import type { InvoiceBill } from '../../store/bill-parts.ts';
import { type CalendarOwner, readCalendarOwner, readWaitingGroups } from '../../store/calendar-facts.ts';
import { type HeardOf, readLastHeard } from '../../store/customer-usage-freshness.ts';
import { type Database, prepared, type Sql } from '../../store/database.ts';
import { type DraftInReview, readDraftsInReview } from '../../store/expected-bill-facts.ts';
import { type InvoiceKey, type InvoiceLine, readLines, readMachineTime } from '../../store/invoice-facts.ts';
import { type BillablePeriod, periodsByInvoice } from '../../store/periods.ts';
import { type BillablePrice, readPlanVersions } from '../../store/plans.ts';
import { aggregateRolledUsage, readTailByMark } from '../../store/rolled-quantities.ts';
import { listSubscriptions } from '../../store/subscription-views.ts';
import { readTimelines, type StoredTimeline } from '../../store/subscriptions.ts';
import type { AggregateUsage } from '../../store/usage-quantities.ts';
import { invoiceIdOf } from '../ids.ts';
import { laterOf } from '../instant.ts';
import { planPendingBill, type SubscriptionToPlan } from '../plan-bills.ts';
import { type BillToRate, type RatedBill, rateAndCompose } from '../rate-bills.ts';
import { noCustomer } from '../store-billing-profile.ts';
import { type BillChange, type Comparison, compareBills, lineKindOf } from './compare-bills.ts';
import { findOpenBills, type OpenBill } from './open-bills.ts';

/** Above these nobody reads the page any more. */
export const mostSubscriptions = 500;
const mostDrafts = 200;

export type ExpectedLine = InvoiceLine & {
  kind: LineKind;
  periodStartAt: Date | null;
  periodEndAt: Date | null;
  /** What of the meter's usage it is of, by properties and their values: all of it if there are none. */
  filter: Filter;
};

/** A bill as it would be if it were made now. Minor units. */
export type ExpectedBill = OpenBill & {
  lines: ExpectedLine[];
  bill: InvoiceBill;
  change: BillChange | null;
};
/** A bill of which it cannot be said what it will be, and why. */
export type FailedBill = OpenBill & { failure: DurabillError };

/** A draft, and what it will be over if nothing more comes in. */
export type ReviewedDraft = DraftInReview & { expectedMinor: bigint | null; issuedAt: Date; dueOn: string };

export type ExpectedBills = {
  customerId: string;
  currency: string;
  zone: string;
  /** Business time on the customer's clock, until which usage is counted. */
  asOf: Date;
  /** Machine time at which it was read: all that had come in by then is in it. */
  readAt: Date;
  bills: (ExpectedBill | FailedBill)[];
  inReview: ReviewedDraft[];
  heard: HeardOf[];
};

export type Expecting = {
  comparison: Comparison | null;
  /** What would be billed instead, for a what-if. */
  supposed?: {
    /** Takes the place of the plan versions of periods that are open. */
    periodsOf(sql: Sql, bills: readonly OpenBill[], owner: CalendarOwner): Promise<OpenBill[]>;
    usageOf(aggregate: AggregateUsage): AggregateUsage;
  };
};

/**
 * What a customer will be billed of all that has begun, as it stands at this instant of the customer's clock: computed by
 * the functions that make drafts, with what waits for a bill, discounts, taxes and credits. Drafts in review come first:
 * they take up what waits, and credits, before the bills that are made after them. Nothing is written.
 * @throws DurabillError not-found; request-invalid for a customer of more than 500 subscriptions
 */
export async function expectBills(
  database: Database,
  customerId: string,
  expecting: Expecting,
): Promise<ExpectedBills> {
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await readTailByMark(sql);
    return await expectBillsOf(prepared(sql), customerId, expecting);
  });
}

async function expectBillsOf(
  sql: Sql,
  customerId: string,
  { comparison, supposed }: Expecting,
): Promise<ExpectedBills> {
  const owner = await readCalendarOwner(sql, customerId);
  if (owner === undefined) throw noCustomer(customerId);
  const { now, zone, currency } = owner;
  const readAt = await readMachineTime(sql);
  const found = await findOpenBills(sql, owner, await subscriptionsOf(sql, customerId));
  const drafts = await readDraftsInReview(sql, customerId, mostDrafts);
  const all = [...found, ...(await billsOfItems(sql, owner, found, drafts))];
  const open = supposed === undefined ? all : await supposed.periodsOf(sql, all, owner);
  const joined = new Set(open.flatMap(({ joins }) => joins ?? []));
  const apart = drafts.filter(({ id }) => !joined.has(id));
  const rated = await rateAll(sql, customerId, apart, open, now, supposed?.usageOf(aggregateRolledUsage));

  const prices = await pricesOf(sql, open);
  const expected = open.map((bill) => withLines(bill, rated.get(bill.invoiceId) as RatedBill, prices));
  const sound = expected.flatMap((bill) => ('failure' in bill ? [] : [bill]));
  const changes = comparison === null ? undefined : await compareBills(sql, sound, { now, zone, comparison });
  const bills = expected
    .filter((bill) => 'failure' in bill || bill.periods.length > 0 || bill.lines.length > 0)
    .map((bill) => ('failure' in bill ? bill : { ...bill, change: changes?.get(bill.invoiceId) ?? null }));
  return {
    ...{ customerId, currency, zone, asOf: now, readAt, bills },
    inReview: apart.map((draft) => reviewed(draft, rated.get(draft.id), owner)),
    heard: await readLastHeard(sql, customerId, eventTypesOf(prices), now),
  };
}

async function subscriptionsOf(sql: Sql, customerId: string): Promise<SubscriptionToPlan[]> {
  const views = await listSubscriptions(sql, { customerId }, { after: undefined, limit: mostSubscriptions + 1 });
  if (views.length > mostSubscriptions) {
    const reason = `The customer has more subscriptions than ${mostSubscriptions}.`;
    throw new DurabillError('request-invalid', { field: 'id', reason, mend: 'Ask for the bill of each subscription.' });
  }
  const timelines = await readTimelines(
    sql,
    views.map(({ id }) => id),
  );
  return views.map(({ id, billingGroup }) => ({ id, billingGroup, timeline: timelines.get(id) as StoredTimeline }));
}

/** Bills of what waits and finds no other: the monthly run makes them. */
async function billsOfItems(
  sql: Sql,
  owner: CalendarOwner,
  open: readonly OpenBill[],
  drafts: readonly DraftInReview[],
): Promise<OpenBill[]> {
  const hasBill = (group: string) =>
    open.some(({ key }) => key.billingGroup === group) ||
    drafts.some(({ billingGroup, purpose }) => billingGroup === group && !purpose.startsWith('one-off:'));
  const groups = (await readWaitingGroups(sql, owner.customerId)).filter((group) => !hasBill(group));
  return groups.map((group) => {
    const { periodStartAt, periodEndAt, generatedAt, issuedAt, dueOn } = planPendingBill(owner, group);
    const { customerId, currency } = owner;
    const purpose = `one-off:pending ${generatedAt.toISOString()}`;
    const key: InvoiceKey = { customerId, currency, billingGroup: group, periodStartAt, periodEndAt, purpose };
    return { key, invoiceId: invoiceIdOf(key, 1), joins: null, periods: [], generatedAt, issuedAt, dueOn };
  });
}

/** All bills in one go, since they share the customer's credits: drafts first, then each run's. */
async function rateAll(
  sql: Sql,
  customerId: string,
  drafts: readonly DraftInReview[],
  open: readonly OpenBill[],
  now: Date,
  aggregate: AggregateUsage = aggregateRolledUsage,
): Promise<Map<string, RatedBill>> {
  const ids = drafts.map(({ id }) => id);
  const [periods, stored] = [await periodsByInvoice(sql, ids), await readLines(sql, ids)];
  const ofUsage = drafts.filter(({ id }) => periods.has(id));
  const runs = [...new Set(open.map(({ generatedAt }) => generatedAt.getTime()))].sort((a, b) => a - b);
  const toRate: BillToRate[] = [
    ...ofUsage.map(({ id, currency, billingGroup, lifecycle }) => ({
      ...{ invoiceId: id, customerId, currency, billingGroup, isHeld: lifecycle === 'held' },
      periods: periods.get(id) ?? [],
    })),
    ...open.map(({ invoiceId, key, periods: ofBill, generatedAt }) => ({
      ...{ invoiceId, customerId, currency: key.currency, billingGroup: key.billingGroup },
      periods: ofBill,
      turn: 1 + runs.indexOf(generatedAt.getTime()),
    })),
  ];
  const fixed = drafts
    .filter(({ id }) => !periods.has(id))
    .map(({ id, currency, lifecycle }) => ({
      ...{ invoiceId: id, customerId, currency: currency as Currency, isHeld: lifecycle === 'held' },
      lines: stored.get(id) ?? [],
      periods: [],
    }));
  return await rateAndCompose(sql, toRate, { aggregate, purpose: 'preview', until: now }, fixed);
}

function withLines(
  open: OpenBill,
  rated: RatedBill,
  prices: ReadonlyMap<string, BillablePrice>,
): (ExpectedBill & { change: null }) | FailedBill {
  if ('failure' in rated) return { ...open, failure: rated.failure };
  const byId = new Map(open.periods.map((period): [string, BillablePeriod] => [period.id, period]));
  const lines = rated.lines.map((line) => {
    const period = byId.get(line.periodId ?? '');
    const { startAt: periodStartAt = null, endAt: periodEndAt = null } = period ?? {};
    const filter = filterOf(prices.get(line.priceId ?? ''), line.group);
    return { ...line, kind: lineKindOf(line, period?.kind), periodStartAt, periodEndAt, filter };
  });
  return { ...open, lines, bill: rated.bill, change: null };
}

function reviewed(draft: DraftInReview, rated: RatedBill | undefined, { now, zone }: CalendarOwner): ReviewedDraft {
  const issuedAt = nextDailyScan(laterOf(draft.dueAt, now));
  const { on: dueOn } = dayAfter(issuedAt, draft.paymentTermsDays, zone);
  const expectedMinor = rated === undefined || 'failure' in rated ? null : rated.bill.totalMinor;
  return { ...draft, expectedMinor, issuedAt, dueOn };
}

/** The prices of these bills, by id. */
async function pricesOf(sql: Sql, bills: readonly OpenBill[]): Promise<Map<string, BillablePrice>> {
  const versionIds = bills.flatMap(({ periods }) => periods.map(({ planVersionId }) => planVersionId));
  const versions = await readPlanVersions(sql, [...new Set(versionIds)]);
  return new Map([...versions.values()].flatMap(({ prices }) => prices.map((price) => [price.id, price] as const)));
}

function filterOf(stored: BillablePrice | undefined, group: readonly string[] | null): Filter {
  if (stored === undefined) return {};
  const { filter = {}, groupBy = [] } = stored.price;
  const values = group ?? [];
  return { ...filter, ...Object.fromEntries(values.map((value, index) => [groupBy[index] as string, [value]])) };
}

/** The types of events that these prices read. */
function eventTypesOf(prices: ReadonlyMap<string, BillablePrice>): string[] {
  return [...new Set([...prices.values()].flatMap(({ meter }) => meter?.eventType ?? []))].sort();
}
