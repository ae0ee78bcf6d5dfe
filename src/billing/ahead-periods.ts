import { type AheadPeriod, layAhead } from '../domain/period/ahead.ts';
import type { LaidPeriod } from '../domain/period/lay-out.ts';
import type { Timeline } from '../domain/period/timeline.ts';
import type { StoredAhead } from '../store/periods.ts';
import { aheadPeriodIdOf } from './ids.ts';

/** The last periods of a subscription that were laid out, and all that was ever to be billed ahead of it. */
export type LaidAhead = {
  subscriptionId: string;
  timeline: Timeline;
  laid: readonly LaidPeriod[];
  /** The end of the period before them. */
  after: Date | undefined;
  ahead: readonly StoredAhead[];
};

export type IdentifiedAhead = AheadPeriod & { id: string };

/** What is to be billed ahead of periods that have just been laid out, after those that there are. */
export function aheadOfNext({ subscriptionId, timeline, laid, after, ahead }: LaidAhead): IdentifiedAhead[] {
  const advances = layAhead(timeline, laid, after, ahead).filter(({ kind }) => kind === 'advance');
  return identified(subscriptionId, advances, ahead);
}

/** What becomes of the open ones when a timeline has changed; what is settled stays. */
export function relayAhead({ subscriptionId, timeline, laid, after, ahead }: LaidAhead): {
  gone: StoredAhead[];
  changed: IdentifiedAhead[];
  added: IdentifiedAhead[];
} {
  const settled = ahead.filter(({ settledBy }) => settledBy !== null);
  const open = new Map(ahead.filter(({ settledBy }) => settledBy === null).map((period) => [period.id, period]));
  const wanted = identified(subscriptionId, layAhead(timeline, laid, after, settled), settled);
  const isWanted = new Set(wanted.map(({ id }) => id));
  return {
    gone: [...open.values()].filter(({ id }) => !isWanted.has(id)),
    changed: wanted.filter((period) => isOther(open.get(period.id), period)),
    added: wanted.filter(({ id }) => !open.has(id)),
  };
}

function identified(
  subscriptionId: string,
  periods: readonly AheadPeriod[],
  before: readonly StoredAhead[],
): IdentifiedAhead[] {
  return periods.map((period) => {
    const place = before.filter((one) => isAlike(one, period)).length;
    return { ...period, id: aheadPeriodIdOf(subscriptionId, period, place) };
  });
}

function isAlike(one: AheadPeriod, other: AheadPeriod): boolean {
  return (
    one.kind === other.kind &&
    one.planVersionId === other.planVersionId &&
    one.startAt.getTime() === other.startAt.getTime()
  );
}

function isOther(stored: StoredAhead | undefined, wanted: IdentifiedAhead): boolean {
  const instants = ['endAt', 'cycleStartAt', 'cycleEndAt', 'billableAt'] as const;
  return stored !== undefined && instants.some((name) => stored[name].getTime() !== wanted[name].getTime());
}
