import { localDateTime } from './zones.ts';

const dayMs = 86_400_000;

/** From `from` on, until the next one, the zone's clocks are `offsetMs` ahead of UTC. */
type Stretch = { from: number; to: number; offsetMs: number };

/** A local date and time of day, with the month counted from 1: what a wall shows, wherever the wall is. */
export type Wall = { year: number; month: number; day: number; msOfDay: number };

/**
 * A zone's clocks by Intl.DateTimeFormat and plain arithmetic with Date.UTC, from 2008 to 2042: a second way to answer
 * what the code under test asks Temporal.
 */
export type ClockOracle = {
  wallAt(at: number): Wall;
  /** The first instant with this wall time; if it is skipped, as much later as clocks were put forward. */
  instantOf(wall: Wall): number;
  /** The first instant of the date, or of the next one that there is. */
  startOfDate(year: number, month: number, day: number): number;
  /** How many days that there were have begun between the two. */
  daysBetween(from: number, to: number): number;
  isStartOfDay(at: number): boolean;
};

const oracles = new Map<string, ClockOracle>();

export function clockOracle(zone: string): ClockOracle {
  const known = oracles.get(zone);
  if (known !== undefined) return known;
  const oracle = makeOracle(stretchesOf(zone));
  oracles.set(zone, oracle);
  return oracle;
}

function makeOracle(stretches: readonly Stretch[]): ClockOracle {
  const offsetAt = (at: number) => stretches.find(({ from, to }) => from <= at && at < to)!.offsetMs;
  const startOfDate = (year: number, month: number, day: number) => {
    const midnight = Date.UTC(year, month - 1, day);
    for (const { from, to, offsetMs } of stretches) {
      const first = Math.max(from, midnight - offsetMs);
      if (first < to) return first;
    }
    throw new Error('the last stretch has no end');
  };
  const dayStarts = [...startsOfDays(startOfDate)];
  const daysBegunBy = (at: number) => lowerBound(dayStarts, at + 1);
  return {
    wallAt(at) {
      const local = at + offsetAt(at);
      const date = new Date(local);
      return {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        msOfDay: ((local % dayMs) + dayMs) % dayMs,
      };
    },
    instantOf(wall) {
      const local = Date.UTC(wall.year, wall.month - 1, wall.day) + wall.msOfDay;
      for (const { from, to, offsetMs } of stretches) {
        const at = local - offsetMs;
        // In the stretch it is shown; just past its end, and before the next one's beginning, it is skipped.
        if (from <= at && at < to) return at;
        if (at >= to && local - offsetAt(to) < to) return at;
      }
      throw new Error(`${new Date(local).toISOString()} is beyond the oracle`);
    },
    startOfDate,
    daysBetween: (from, to) => daysBegunBy(to) - daysBegunBy(from),
    isStartOfDay: (at) => dayStarts[daysBegunBy(at) - 1] === at,
  };
}

function* startsOfDays(startOfDate: (year: number, month: number, day: number) => number): Generator<number> {
  let last = Number.NEGATIVE_INFINITY;
  for (let at = Date.UTC(2009, 0, 1); at < Date.UTC(2040, 0, 1); at += dayMs) {
    const date = new Date(at);
    const start = startOfDate(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
    if (start > last) yield start;
    last = start;
  }
}

/** How many of the ascending numbers are less than the bound. */
function lowerBound(ascending: readonly number[], bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Asks the zone's offset every day, and halves a day on which it changed down to the second. */
function stretchesOf(zone: string): Stretch[] {
  const offsetAt = (at: number) =>
    Date.parse(`${localDateTime(new Date(at), zone).replace(' ', 'T')}:00Z`) - minute(at);
  const [begin, end] = [Date.UTC(2008, 0, 1), Date.UTC(2042, 0, 1)];
  const stretches: Stretch[] = [];
  let open = { from: Number.NEGATIVE_INFINITY, offsetMs: offsetAt(begin) };
  for (let at = begin; at < end; at += dayMs) {
    const next = at + dayMs;
    const offsetMs = offsetAt(next);
    if (offsetMs === open.offsetMs) continue;
    const change = firstWith((second) => offsetAt(second) !== open.offsetMs, at, next);
    stretches.push({ ...open, to: change });
    open = { from: change, offsetMs };
  }
  return [...stretches, { ...open, to: Number.POSITIVE_INFINITY }];
}

/** The clock shows minutes. */
function minute(at: number): number {
  return Math.floor(at / 60_000) * 60_000;
}

function firstWith(holds: (second: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
