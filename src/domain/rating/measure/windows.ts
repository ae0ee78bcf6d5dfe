import type { Exact } from '../../money/exact.ts';
import { most, sumOf } from '../../money/exact.ts';
import type { OffsetSpan } from '../../period/offsets.ts';
import type { Meter } from '../meter.ts';
import { average } from './aggregate.ts';

export const windowMs = { hour: 3_600_000, day: 86_400_000 } as const;

/**
 * The hour or day of the local clock that an instant is in. An hour that the clock shows twice is two of them; a day is
 * one, of 23 or 25 hours where clocks change.
 */
export function windowOf(atMs: number, window: 'hour' | 'day', offsets: readonly OffsetSpan[]): string {
  const span = offsets.find(({ from, to }) => from.getTime() <= atMs && atMs < to.getTime()) as OffsetSpan;
  const place = Math.floor((atMs + span.offsetMs) / windowMs[window]);
  return window === 'hour' ? `${place} ${span.offsetMs}` : String(place);
}

/** Windows in which nothing was measured have no value: they are no zero in an average. */
export function foldWindows(values: readonly Exact[], over: NonNullable<Meter['over']>): Exact {
  return { sum: () => sumOf(values), max: () => values.reduce(most), average: () => average(values) }[over]();
}
