import { Temporal } from 'temporal-polyfill';
import { type Cadence, type Step, stepOf } from './interval.ts';
import { instantOf, localTimeAt, startOfDay } from './local-time.ts';

/**
 * [startAt, endAt), two UTC instants to the millisecond. `index` counts cycles from the one that begins at the anchor
 * (0; those before it are negative), for the calendar from the one that begins at its origin.
 */
export type Cycle = { readonly index: number; readonly startAt: Date; readonly endAt: Date };

/**
 * Where the calendar's cycles of several intervals are counted from: "every 2 months" begins in January, March, May …,
 * "every 2 years" with the even years, and "every 2 weeks" with every other Monday from 3 January 2000 on. It is one
 * origin for all, so that subscriptions of the same cadence are billed together.
 */
const origins = { weeks: new Date(Date.UTC(2000, 0, 3)), months: new Date(Date.UTC(2000, 0, 1)) };
export const originYear = 2000;

/**
 * Cycles that were computed before. A run asks for the same few months of the same few zones a hundred thousand times,
 * and each answer of a zone's rules takes a tenth of a millisecond.
 */
const known = new Map<string, Cycle>();
const mostKnown = 10_000;

/**
 * The cycle that the instant is in. Those of a zone and cadence follow each other without gap or overlap, before the
 * anchor as after it, so it is in one only.
 * @throws DurabillError interval-invalid
 */
export function cycleAt(at: Date, cadence: Cadence, zone: string): Cycle {
  const step = stepOf(cadence);
  const near = countInUtc(at, cadence, step);
  const { anchor } = cadence;
  const name = `${near} ${step.count} ${step.unit} ${anchor.kind === 'calendar' ? '' : anchor.at.getTime()} ${zone}`;
  const before = known.get(name);
  if (before !== undefined && before.startAt <= at && at < before.endAt) return before;
  const cycle = computeCycle(at, near, boundariesOf(cadence, step, zone));
  if (known.size >= mostKnown) known.clear();
  known.set(name, cycle);
  return cycle;
}

/** Boundaries rise with their index by at least six days, so that the steps, one or two of them, come to an end. */
function computeCycle(at: Date, near: number, boundary: (index: number) => Date): Cycle {
  let index = near;
  let startAt = boundary(index);
  let endAt = boundary(index + 1);
  while (startAt > at) {
    index -= 1;
    [startAt, endAt] = [boundary(index), startAt];
  }
  while (endAt <= at) {
    index += 1;
    [startAt, endAt] = [endAt, boundary(index + 1)];
  }
  return { index, startAt, endAt };
}

/** The instant at which the cycle of an index begins. */
function boundariesOf(cadence: Cadence, step: Step, zone: string): (index: number) => Date {
  const { anchor } = cadence;
  if (anchor.kind === 'calendar') {
    const origin = localTimeAt(origins[step.unit], 'UTC').toPlainDate();
    return (index) => startOfDay(origin.add(durationOf(step, index)), zone);
  }
  // Always from the anchor itself and never from the cycle before, which would leave a 31st on the 28th for ever.
  const local = localTimeAt(anchor.at, zone);
  return (index) => {
    // The anchor's own time may be the second of two that the clocks show alike, and stays what it is.
    if (index === 0) return new Date(anchor.at.getTime());
    return instantOf(local.add(durationOf(step, index)), zone);
  };
}

/** Added to a date it clamps to the last day of a shorter month, the default of Temporal's arithmetic. */
function durationOf({ unit, count }: Step, cycles: number): Temporal.Duration {
  return Temporal.Duration.from({ [unit]: count * cycles });
}

/** How many whole cycles lie between the anchor and the instant if both are read in UTC: right, or one beside it. */
function countInUtc(at: Date, { anchor }: Cadence, { unit, count }: Step): number {
  const from = anchor.kind === 'calendar' ? origins[unit] : anchor.at;
  if (unit === 'weeks') return Math.floor((at.getTime() - from.getTime()) / (7 * 86_400_000 * count));
  const months = (at.getUTCFullYear() - from.getUTCFullYear()) * 12 + at.getUTCMonth() - from.getUTCMonth();
  return Math.floor((msIntoMonth(at) < msIntoMonth(from) ? months - 1 : months) / count);
}

function msIntoMonth(at: Date): number {
  return at.getTime() - Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
}
