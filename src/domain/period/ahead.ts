import { isBilledMonthly } from './interval.ts';
import type { LaidPeriod } from './lay-out.ts';
import { monthlyRunAfter } from './period.ts';
import { cadenceOf, phaseAt, type Timeline } from './timeline.ts';

/**
 * Time that is billed before it is lived through, or given back because it is not. `advance`: what a plan bills when a
 * cycle begins. `credit`: the part of such a bill that the timeline has no room for any more.
 */
export type AheadPeriod = LaidPeriod & { kind: 'advance' | 'credit' };

const hourMs = 3_600_000;

/**
 * What is to be billed ahead and given back, so that what was paid ahead of each plan becomes the time that the timeline
 * has of it: nothing else is looked at, so that a change and its reversal end where they began.
 *
 * @param laid periods in their order; those of plans that bill nothing ahead are passed over
 * @param after the end of the period before them, from which on they were laid out; undefined if there is none
 * @param billed what was billed ahead and given back so far, of any plan and time
 */
export function layAhead(
  timeline: Timeline,
  laid: readonly LaidPeriod[],
  after: Date | undefined,
  billed: readonly AheadPeriod[],
): AheadPeriod[] {
  const paid = paidOf(billed);
  const wanted = laid.filter(({ startAt }) => phaseAt(timeline, startAt).billsAhead === true);
  const advances = wanted.flatMap((period) => {
    const before = laid.findLast(({ startAt }) => startAt < period.startAt)?.endAt ?? after;
    return without(period, paid).map((part): AheadPeriod => {
      const goesOn = before?.getTime() === part.startAt.getTime();
      return { ...part, kind: 'advance', billableAt: billableAtOf(timeline, part, goesOn) };
    });
  });
  const credits = paid
    .filter(({ endAt }) => after === undefined || after < endAt)
    .map((part) => (after !== undefined && part.startAt < after ? { ...part, startAt: after } : part))
    .flatMap((part) => without(part, wanted))
    .map((part): AheadPeriod => ({ ...part, kind: 'credit', billableAt: new Date(part.startAt.getTime() + hourMs) }));
  return [...advances, ...credits];
}

/** What is still paid: the advances without what was given back of them. */
function paidOf(billed: readonly AheadPeriod[]): AheadPeriod[] {
  const credits = billed.filter(({ kind }) => kind === 'credit');
  return billed.filter(({ kind }) => kind === 'advance').flatMap((advance) => without(advance, credits));
}

/** The parts of a period that are in none of the others of the same plan. */
function without<Part extends LaidPeriod>(period: Part, others: readonly LaidPeriod[]): Part[] {
  return others.reduce<Part[]>(
    (parts, other) =>
      other.planVersionId === period.planVersionId ? parts.flatMap((part) => cut(part, other)) : parts,
    [period],
  );
}

function cut<Part extends LaidPeriod>(part: Part, other: LaidPeriod): Part[] {
  if (other.endAt <= part.startAt || part.endAt <= other.startAt) return [part];
  return [
    ...(part.startAt < other.startAt ? [{ ...part, endAt: other.startAt }] : []),
    ...(other.endAt < part.endAt ? [{ ...part, startAt: other.endAt }] : []),
  ];
}

/**
 * With what the cycle before is billed for: a calendar month by the monthly run, which is hours after it began. Whatever
 * does not go on from a cycle before is billed an hour after it begins, as the hour's run comes to it.
 */
function billableAtOf(timeline: Timeline, part: LaidPeriod, goesOn: boolean): Date {
  const cadence = cadenceOf(timeline, phaseAt(timeline, part.startAt));
  const isRenewal = goesOn && part.startAt.getTime() === part.cycleStartAt.getTime();
  if (isRenewal && isBilledMonthly(cadence)) return monthlyRunAfter(part.startAt, timeline.zone);
  return new Date(part.startAt.getTime() + hourMs);
}
