import type { Cadence } from '../../../src/domain/period/interval.ts';
import type { ClockOracle, Wall } from './clock-oracle.ts';

const dayMs = 86_400_000;

/**
 * The instants at which cycles begin, from 2010 to 2040, by counting on a wall calendar: a second computation beside
 * the one under test, which asks Temporal.
 */
export function boundariesByWall(cadence: Cadence, clock: ClockOracle): number[] {
  const { interval, intervalCount = 1, anchor } = cadence;
  const first: Wall =
    anchor.kind === 'anniversary'
      ? clock.wallAt(anchor.at.getTime())
      : { year: 2000, month: 1, day: interval === 'week' ? 3 : 1, msOfDay: 0 };
  const boundaries: number[] = [];
  for (let index = -1800; ; index++) {
    const wall = interval === 'week' ? plusDays(first, 7 * intervalCount * index) : plusMonths(first, cadence, index);
    if (wall.year < 2010) continue;
    if (wall.year > 2040) return boundaries;
    if (anchor.kind === 'calendar') boundaries.push(clock.startOfDate(wall.year, wall.month, wall.day));
    else boundaries.push(index === 0 ? anchor.at.getTime() : clock.instantOf(wall));
  }
}

function plusDays(wall: Wall, days: number): Wall {
  const date = new Date(Date.UTC(wall.year, wall.month - 1, wall.day) + days * dayMs);
  return { ...wall, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

const monthsIn = { week: Number.NaN, month: 1, quarter: 3, half_year: 6, year: 12 };
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function plusMonths(wall: Wall, { interval, intervalCount = 1 }: Cadence, cycles: number): Wall {
  const months = wall.year * 12 + wall.month - 1 + monthsIn[interval] * intervalCount * cycles;
  const [year, monthIndex] = [Math.floor(months / 12), ((months % 12) + 12) % 12];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = monthIndex === 1 && isLeap ? 29 : lengths[monthIndex]!;
  return { ...wall, year, month: monthIndex + 1, day: Math.min(wall.day, last) };
}
