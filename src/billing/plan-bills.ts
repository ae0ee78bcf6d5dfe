import type { PlannedBill } from '../domain/invoice/calendar.ts';
import { cycleAt } from '../domain/period/cycle.ts';
import { dayAfter } from '../domain/period/days.ts';
import { calendarMonths } from '../domain/period/interval.ts';
import { layOut } from '../domain/period/lay-out.ts';
import { isMonthlyRunInstant, nextDailyScan, nextHourlyRun, nextMonthlyRun } from '../domain/period/runs.ts';
import type { CalendarOwner } from '../store/calendar-facts.ts';
import type { Sql } from '../store/database.ts';
import { type BillablePeriod, readAhead, readOpenOf } from '../store/periods.ts';
import type { StoredTimeline } from '../store/subscriptions.ts';
import { aheadOfNext } from './ahead-periods.ts';
import { billsOf } from './bills.ts';
import { periodIdOf } from './ids.ts';
import { laterOf } from './instant.ts';

/** As long as a draft is looked at before it is issued. */
const reviewMs = 24 * 60 * 60 * 1_000;

export type SubscriptionToPlan = { id: string; billingGroup: string; timeline: StoredTimeline };

/**
 * The bills that a customer will get of what is not billed yet, if nothing changes: laid out, put together and timed by
 * the functions by which the runs do it.
 * @param until periods that begin later are not laid out
 */
export async function planBills(
  sql: Sql,
  owner: CalendarOwner,
  subscriptions: readonly SubscriptionToPlan[],
  until: Date,
): Promise<PlannedBill[]> {
  const ids = subscriptions.map(({ id }) => id);
  const open = await readOpenOf(sql, ids);
  const ahead = await readAhead(sql, ids);
  const periods = subscriptions.flatMap(({ id, billingGroup, timeline }): BillablePeriod[] => {
    const { open: stored = [], lastEndAt: after } = open.get(id) ?? {};
    const laid = layOut(timeline, { after, until });
    const next = aheadOfNext({ subscriptionId: id, timeline, laid, after, ahead: ahead.get(id) ?? [] });
    const { customerId, currency, zone } = owner;
    const of = { subscriptionId: id, customerId, currency, zone, billingGroup };
    const fresh = { ...of, isParked: false, isLaterPart: false, settledBy: null };
    return [
      ...stored,
      ...laid.map((one) => ({ ...one, ...fresh, id: periodIdOf(id, one.startAt), kind: 'arrears' as const })),
      ...next.map((one) => ({ ...one, ...fresh })),
    ];
  });
  return runsOf(periods, owner.now).flatMap(([runAt, ofRun]) =>
    billsOf(ofRun).map(({ key, periods: billed }) => ({
      billingGroup: key.billingGroup,
      subscriptionIds: [...new Set(billed.map(({ subscriptionId }) => subscriptionId))],
      periodStartAt: key.periodStartAt,
      periodEndAt: key.periodEndAt,
      ...timesOf(runAt, owner),
    })),
  );
}

/** The bill that the monthly run makes of items for which there is no other. */
export function planPendingBill(owner: CalendarOwner, billingGroup: string): PlannedBill {
  const runAt = nextMonthlyRun(owner.now);
  const thisMonth = cycleAt(runAt, calendarMonths, owner.zone);
  const month = cycleAt(new Date(thisMonth.startAt.getTime() - 1), calendarMonths, owner.zone);
  const span = { periodStartAt: month.startAt, periodEndAt: month.endAt };
  return { billingGroup, subscriptionIds: [], ...span, ...timesOf(runAt, owner) };
}

/** Periods by the run that bills them, the runs in the order of their first periods. One whose monthly run has passed it by waits for the next. */
export function runsOf(periods: readonly BillablePeriod[], now: Date): [Date, BillablePeriod[]][] {
  const runs = new Map<number, BillablePeriod[]>();
  for (const period of periods) {
    const { billableAt } = period;
    const isPast = billableAt <= now;
    const runAt =
      isPast && isMonthlyRunInstant(billableAt) ? nextMonthlyRun(now) : nextHourlyRun(laterOf(billableAt, now));
    runs.set(runAt.getTime(), [...(runs.get(runAt.getTime()) ?? []), period]);
  }
  return [...runs].map(([ms, ofRun]) => [new Date(ms), ofRun]);
}

/** When a bill that a run writes is issued and to be paid. */
export function timesOf(generatedAt: Date, { zone, paymentTermsDays }: CalendarOwner) {
  const issuedAt = nextDailyScan(new Date(generatedAt.getTime() + reviewMs));
  const { on: dueOn, startAt: dueAt } = dayAfter(issuedAt, paymentTermsDays, zone);
  return { generatedAt, issuedAt, dueOn, dueAt };
}
