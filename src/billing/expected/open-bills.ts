import { layOut } from '../../domain/period/lay-out.ts';
import type { CalendarOwner } from '../../store/calendar-facts.ts';
import type { Sql } from '../../store/database.ts';
import { type InvoiceKey, readKeyStates } from '../../store/invoice-facts.ts';
import {
  type BillablePeriod,
  type CyclePart,
  periodsByInvoice,
  readAhead,
  readOpenOf,
  readPartsOf,
  type StoredAhead,
} from '../../store/periods.ts';
import { aheadOfNext } from '../ahead-periods.ts';
import { billsOf, byStart } from '../bills.ts';
import { isOpen, withoutClosedStarts } from '../closed-starts.ts';
import { invoiceIdOf, periodIdOf } from '../ids.ts';
import { laterOf } from '../instant.ts';
import { runsOf, type SubscriptionToPlan, timesOf } from '../plan-bills.ts';

/** A bill that is not made yet and has begun by now. */
export type OpenBill = {
  key: InvoiceKey;
  /** What it will be called, so that what is chosen by it is chosen as it will be. */
  invoiceId: string;
  /** The draft of its key that it will be added to; null where it will be an invoice of its own. */
  joins: string | null;
  periods: BillablePeriod[];
  /** When the run writes it, the scan issues it, and by which day of the customer it is to be paid. */
  generatedAt: Date;
  issuedAt: Date;
  dueOn: string;
};

type Owner = Pick<CalendarOwner, 'customerId' | 'currency' | 'zone' | 'now'>;

/**
 * The bills of all that a customer has begun and no invoice has billed: laid out, put together and timed by the functions
 * by which the runs do it, in the order in which they will be made.
 */
export async function findOpenBills(
  sql: Sql,
  owner: CalendarOwner,
  subscriptions: readonly SubscriptionToPlan[],
): Promise<OpenBill[]> {
  const periods = await openPeriods(sql, owner, subscriptions);
  const runs = runsOf(periods, owner.now).sort(([one], [other]) => one.getTime() - other.getTime());
  const bills = runs.flatMap(([runAt, ofRun]) => billsOf(ofRun).map((bill) => ({ ...bill, runAt })));
  const states = await readKeyStates(
    sql,
    bills.map(({ key }) => key),
  );
  const present = await periodsByInvoice(
    sql,
    states.flatMap(({ live }) => (live === null ? [] : [live.id])),
  );
  const groups = bills.map(({ key, periods: added, runAt }, index) => {
    const state = states[index]!;
    const invoiceId = state.live?.id ?? invoiceIdOf(key, state.lastRevision + 1);
    const all = [...(present.get(invoiceId) ?? []), ...added].sort(byStart);
    return { key, invoiceId, state, added, all, runAt };
  });
  return withoutClosedStarts(groups).map(({ key, invoiceId, state, all, runAt, ...group }) => {
    const { generatedAt, issuedAt, dueOn } = timesOf(runAt, owner);
    const joins = state.live !== null && isOpen({ state }) ? invoiceId : null;
    // An invoice that is issued takes nothing up any more: the run will park what is new, which is shown by itself.
    const billed = state.live !== null && !isOpen({ state }) ? group.added : all;
    return { key, invoiceId, joins, periods: billed, generatedAt, issuedAt, dueOn };
  });
}

/** The periods of subscriptions of a customer that are open and have begun, and what is billed ahead together with them. */
export async function openPeriods(
  sql: Sql,
  owner: Owner,
  subscriptions: readonly SubscriptionToPlan[],
): Promise<BillablePeriod[]> {
  const ids = subscriptions.map(({ id }) => id);
  const [open, ahead, parts] = [await readOpenOf(sql, ids), await readAhead(sql, ids), await readPartsOf(sql, ids)];
  return subscriptions.flatMap(({ id, billingGroup, timeline }) => {
    const { open: stored = [], lastEndAt: after } = open.get(id) ?? {};
    const all = begunOf({ id, billingGroup, timeline }, { stored, after, ahead: ahead.get(id) ?? [] }, owner);
    const earlier = [...(parts.get(id) ?? []), ...all];
    return all.map((period) => ({ ...period, isLaterPart: earlier.some((one) => isEarlierPart(one, period)) }));
  });
}

type Laid = {
  stored: readonly BillablePeriod[];
  after: Date | undefined;
  ahead: readonly StoredAhead[];
};

/** The periods of a subscription that are open and have begun, laid out already or not, and what is billed with them. */
function begunOf(
  { id, billingGroup, timeline }: SubscriptionToPlan,
  { stored: open, after, ahead }: Laid,
  { customerId, currency, zone, now }: Owner,
): BillablePeriod[] {
  const of = { subscriptionId: id, customerId, currency, zone, billingGroup };
  const fresh = { ...of, isParked: false, isLaterPart: false, settledBy: null };
  const begun = (period: { startAt: Date }) => period.startAt <= now;
  const endOf = (periods: readonly { endAt: Date }[]) => periods.at(-1)?.endAt ?? now;
  const stored = open.filter(({ kind }) => kind === 'arrears').filter(begun);
  // As far as to the end of the period that goes on, so that what is billed ahead of the next one is known.
  const until = laterOf(endOf(stored), endOf(layOut(timeline, { after, until: now })));
  const laid = layOut(timeline, { after, until });
  const arrears: BillablePeriod[] = [
    ...stored,
    ...laid
      .filter(begun)
      .map((period) => ({ ...period, ...fresh, id: periodIdOf(id, period.startAt), kind: 'arrears' as const })),
  ];
  const next = aheadOfNext({ subscriptionId: id, timeline, laid, after, ahead }).map((one) => ({ ...one, ...fresh }));
  const billedAt = arrears.at(-1)?.billableAt ?? now;
  const together = [...open.filter(({ kind }) => kind !== 'arrears'), ...next];
  return [...arrears, ...together.filter(({ billableAt }) => billableAt <= billedAt)];
}

function isEarlierPart(one: CyclePart, other: CyclePart): boolean {
  return (
    one.kind === other.kind &&
    one.planVersionId === other.planVersionId &&
    +one.cycleStartAt === +other.cycleStartAt &&
    one.startAt < other.startAt
  );
}
