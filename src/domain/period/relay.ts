import { type LaidPeriod, layOut } from './lay-out.ts';
import type { Timeline } from './timeline.ts';

/** What has to become of open periods: those not named stay as they are. */
export type Relaid<Open extends LaidPeriod> = {
  /** Begin at an instant at which no period begins any more. */
  gone: Open[];
  /** Begin where they began, and end, are billed or are priced otherwise. */
  changed: { from: Open; to: LaidPeriod }[];
  added: LaidPeriod[];
};

/**
 * What a change of the timeline does to the open periods of a subscription (not settled by an invoice).
 *
 * It lays out anew from `settledUntil`, the end of the last settled period (undefined if none is), and compares by
 * start, which is what periods are keyed by. No rule says which change touches which period: the timeline alone
 * decides, so that a change and its reversal end where they began, and a fault in one kind of change cannot leave
 * periods that the next extension would not have made. Settled periods never change; what a change means for time
 * that is settled is a correction of its invoice. An open period before `settledUntil` (one that is parked, while later
 * ones were billed) is left as it is too.
 *
 * It reaches as far as `until` or as the open periods do, whichever is later, so that none is dropped for being early.
 */
export function relay<Open extends LaidPeriod>(
  open: readonly Open[],
  settledUntil: Date | undefined,
  timeline: Timeline,
  until: Date,
): Relaid<Open> {
  const movable = open.filter(({ startAt }) => settledUntil === undefined || startAt >= settledUntil);
  const reach = new Date(Math.max(until.getTime(), ...movable.map(({ startAt }) => startAt.getTime())));
  const laid = layOut(timeline, { after: settledUntil, until: reach });
  const byStart = new Map(laid.map((period) => [period.startAt.getTime(), period]));
  const before = new Set(movable.map(({ startAt }) => startAt.getTime()));
  return {
    gone: movable.filter(({ startAt }) => !byStart.has(startAt.getTime())),
    changed: movable.flatMap((from) => {
      const to = byStart.get(from.startAt.getTime());
      return to === undefined || isSame(from, to) ? [] : [{ from, to }];
    }),
    added: laid.filter(({ startAt }) => !before.has(startAt.getTime())),
  };
}

function isSame(a: LaidPeriod, b: LaidPeriod): boolean {
  const instants = ['endAt', 'cycleStartAt', 'cycleEndAt', 'billableAt'] as const;
  return a.planVersionId === b.planVersionId && instants.every((name) => a[name].getTime() === b[name].getTime());
}
