import { cycleAt } from './cycle.ts';
import { maxPeriods, type Period, periodFrom, spanTooLong } from './period.ts';
import { billedFrom, cadenceOf, checkTimeline, nextBilled, nextCut, phaseAt, type Timeline } from './timeline.ts';

/** A period and the plan by which it is billed. */
export type LaidPeriod = Period & { planVersionId: string };

/**
 * The periods of a subscription with startAt <= until, in order: all of them, or those that follow `after`, the end of
 * the last period that there is. That one may have been cut; what follows is then the rest of its cycle.
 *
 * Nothing is laid out inside of trial and pauses, so that no usage of theirs can be billed. Periods are cut at the
 * trial's end, where a pause begins and ends, where a phase begins and at the subscription's end; each keeps the whole
 * cycle that it is a part of, for its proration. A start in the past makes more periods, nothing else.
 * @throws DurabillError timeline-invalid, interval-invalid, period-span-too-long (more than 1,200 periods)
 */
export function layOut(timeline: Timeline, reach: { after?: Date | undefined; until: Date }): LaidPeriod[] {
  checkTimeline(timeline);
  const { after = timeline.startsAt, until } = reach;
  const periods: LaidPeriod[] = [];
  let startAt = nextBilled(timeline, after);
  while (startAt !== null && startAt <= until) {
    if (periods.length === maxPeriods) throw spanTooLong(after, until);
    const phase = phaseAt(timeline, startAt);
    const period = periodFrom(startAt, cadenceOf(timeline, phase), timeline.zone, nextCut(timeline, startAt));
    periods.push({ ...period, planVersionId: phase.planVersionId });
    startAt = nextBilled(timeline, period.endAt);
  }
  return periods;
}

/**
 * When the subscription renews next, strictly after the instant: the end of its trial, or of the cycle it is in; null
 * if it ends by then. "At renewal" and "at period end" mean this instant. Phases that are known already are followed,
 * so that with a change of plan before it, it is the new plan's renewal; cycles go on in a pause.
 * @throws DurabillError timeline-invalid, interval-invalid
 */
export function nextRenewal(timeline: Timeline, after: Date): Date | null {
  checkTimeline(timeline);
  const renewal = renewalAfter(timeline, after);
  return timeline.endsAt != null && timeline.endsAt <= renewal ? null : renewal;
}

function renewalAfter(timeline: Timeline, after: Date): Date {
  const from = billedFrom(timeline);
  if (after >= from) return nextBoundary(timeline, after);
  const hasTrial = from > timeline.startsAt;
  return hasTrial ? from : nextBoundary(timeline, from);
}

function nextBoundary(timeline: Timeline, after: Date): Date {
  let at = after;
  // Each round goes on to a later phase, or answers.
  for (;;) {
    const cycle = cycleAt(at, cadenceOf(timeline, phaseAt(timeline, at)), timeline.zone);
    // The new phase may begin with one of its own cycles. One that began in the old phase's time was not lived through.
    if (at > after && cycle.startAt.getTime() === at.getTime()) return at;
    const change = timeline.phases.find(({ from }) => from > at)?.from;
    if (change === undefined || cycle.endAt <= change) return cycle.endAt;
    at = change;
  }
}
