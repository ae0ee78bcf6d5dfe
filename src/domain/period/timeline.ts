import { DurabillError } from '../../errors/error.ts';
import { type Cadence, type Interval, stepOf } from './interval.ts';

/** From `from` on the subscription has this plan, until the next phase begins. `planVersionId` is only passed on. */
export type Phase = {
  readonly from: Date;
  readonly planVersionId: string;
  readonly interval: Interval;
  readonly intervalCount?: number;
  /** An anniversary without an instant is that of the trial's end, or of the start where there was no trial. */
  readonly anchor: { readonly kind: 'calendar' } | { readonly kind: 'anniversary'; readonly at?: Date | null };
  /** Whether the plan has prices that are billed when a cycle begins. */
  readonly billsAhead?: boolean;
};

/** [from, to), or from `from` on until somebody resumes. Of pauses that overlap, time is paused in any of them. */
export type Pause = { readonly from: Date; readonly to: Date | null };

/**
 * All that decides which periods a subscription has. Phases are in the order of `from`, the first of them begins by
 * the time that billing does; a later phase that begins at the same instant as another takes its place. The trial, if
 * there is one, is [startsAt, trialEndsAt). `zone` has been through `parseZone`.
 */
export type Timeline = {
  readonly zone: string;
  readonly startsAt: Date;
  readonly endsAt?: Date | null;
  readonly trialEndsAt?: Date | null;
  readonly pauses: readonly Pause[];
  readonly phases: readonly Phase[];
};

/** From when on a subscription is billed: the end of its trial, or its start. */
export function billedFrom({ startsAt, trialEndsAt }: Timeline): Date {
  return trialEndsAt != null && trialEndsAt > startsAt ? trialEndsAt : startsAt;
}

/** The first instant at or after `from` that is billed, outside of trial and pauses; null if there is none any more. */
export function nextBilled(timeline: Timeline, from: Date): Date | null {
  let at = from < billedFrom(timeline) ? billedFrom(timeline) : from;
  // Each round leaves a pause behind for good, so there are at most as many as pauses.
  for (let pause = pauseAt(timeline, at); pause !== undefined; pause = pauseAt(timeline, at)) {
    if (pause.to === null) return null;
    at = pause.to;
  }
  return timeline.endsAt != null && timeline.endsAt <= at ? null : at;
}

/** The first pause that the instant is in. */
export function pauseAt({ pauses }: Timeline, at: Date): Pause | undefined {
  return pauses.find(({ from, to }) => from <= at && (to === null || at < to));
}

/** The phase that is in force at the instant; the first one also before it begins. */
export function phaseAt({ phases }: Timeline, at: Date): Phase {
  return phases.findLast(({ from }) => from <= at) ?? phases[0]!;
}

/** The cadence of a phase, with the anchor that an anniversary has where none is given. */
export function cadenceOf(timeline: Timeline, { interval, intervalCount, anchor }: Phase): Cadence {
  return {
    interval,
    ...(intervalCount !== undefined && { intervalCount }),
    anchor:
      anchor.kind === 'calendar'
        ? { kind: 'calendar' }
        : { kind: 'anniversary', at: anchor.at ?? billedFrom(timeline) },
  };
}

/** The first instant after `at` at which a period is cut, whatever its cycle: a pause, another phase, the end. */
export function nextCut({ pauses, phases, endsAt }: Timeline, at: Date): Date | undefined {
  // A pause that ended as it began paused nothing.
  const paused = pauses.filter(({ from, to }) => to === null || from < to).map(({ from }) => from);
  const cuts = [...paused, ...phases.map(({ from }) => from), ...(endsAt == null ? [] : [endsAt])];
  return cuts.filter((cut) => cut > at).reduce<Date | undefined>((first, cut) => earlier(first, cut), undefined);
}

function earlier(first: Date | undefined, other: Date): Date {
  return first === undefined || other < first ? other : first;
}

/**
 * Refuses a timeline from which periods would be laid out wrongly, or silently not at all.
 * @throws DurabillError timeline-invalid or interval-invalid, with the field at fault
 */
export function checkTimeline(timeline: Timeline): void {
  const { startsAt, endsAt, trialEndsAt, pauses, phases } = timeline;
  mustBeInstant(startsAt, 'startsAt');
  if (endsAt != null) mustBeInstant(endsAt, 'endsAt');
  if (trialEndsAt != null) mustBeInstant(trialEndsAt, 'trialEndsAt');
  for (const [index, { from, to }] of pauses.entries()) {
    mustBeInstant(from, `pauses[${index}].from`);
    if (to === null) continue;
    mustBeInstant(to, `pauses[${index}].to`);
    if (to < from) throw invalid(`The pause ends at ${to.toISOString()}, before it begins.`, `pauses[${index}].to`);
  }
  if (phases.length === 0) throw invalid('A subscription has at least one phase.', 'phases');
  for (const [index, phase] of phases.entries()) checkPhase(timeline, phase, index);
}

function checkPhase(timeline: Timeline, phase: Phase, index: number): void {
  const field = `phases[${index}]`;
  stepOf(phase, field);
  mustBeInstant(phase.from, `${field}.from`);
  if (phase.anchor.kind === 'anniversary' && phase.anchor.at != null) {
    mustBeInstant(phase.anchor.at, `${field}.anchor.at`);
  }
  const before = timeline.phases[index - 1];
  if (before === undefined && phase.from > billedFrom(timeline)) {
    throw invalid(`Billing begins at ${billedFrom(timeline).toISOString()}, before the first phase.`, `${field}.from`);
  }
  if (before !== undefined && phase.from < before.from) {
    throw invalid('Phases stand in the order in which they begin.', `${field}.from`);
  }
}

/** Comparisons with an invalid date are false, so that periods would just be missing. */
function mustBeInstant(at: Date, field: string): void {
  if (Number.isNaN(at.getTime())) throw invalid('This is not an instant.', field);
}

function invalid(reason: string, field: string): DurabillError {
  return new DurabillError('timeline-invalid', { reason, field });
}
