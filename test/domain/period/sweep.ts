/**
 * `npm run test:periods`: every day from 2024 to 2032, in 40 zones, of every cadence and anchor, against cycles counted
 * on a wall calendar. It takes minutes, which is why `npm test` runs samples of it only (cycles.test.ts). It holds one
 * zone and cadence at a time, tells each zone as it is done, and ends with exit code 1 if anything differed.
 */
import { cycleAt } from '../../../src/domain/period/cycle.ts';
import type { Cadence } from '../../../src/domain/period/interval.ts';
import { layOut } from '../../../src/domain/period/lay-out.ts';
import { type ProrationMode, proration } from '../../../src/domain/period/proration.ts';
import { everyCadence } from '../support/cadences.ts';
import { type ClockOracle, clockOracle } from '../support/clock-oracle.ts';
import { boundariesByWall } from '../support/cycle-oracle.ts';
import { zones } from '../support/zones.ts';

const dayMs = 86_400_000;
const [firstDay, lastDay] = [Date.UTC(2024, 0, 1), Date.UTC(2032, 11, 31)];
const mostShown = 20;

let checks = 0;
let faults = 0;

function check(holds: boolean, what: () => string): void {
  checks += 1;
  if (holds) return;
  faults += 1;
  if (faults <= mostShown) console.error(`✗ ${what()}`);
}

const iso = (at: number) => new Date(at).toISOString();

/** Each day at another time of day, so that the hours at which clocks change come up too. */
function* everyDay(): Generator<number> {
  for (let day = firstDay, index = 0; day <= lastDay; day += dayMs, index++) yield day + ((index * 40_503_001) % dayMs);
}

function checkCycle(cadence: Cadence, zone: string, at: number, [startAt, endAt]: [number, number]): void {
  const cycle = cycleAt(new Date(at), cadence, zone);
  check(
    cycle.startAt.getTime() === startAt && cycle.endAt.getTime() === endAt && startAt <= at && at < endAt,
    () =>
      `${zone} ${JSON.stringify(cadence)} at ${iso(at)}: ${cycle.startAt.toISOString()} to ${cycle.endAt.toISOString()}, by the wall ${iso(startAt)} to ${iso(endAt)}`,
  );
}

/** Every day is in the cycle in which the wall calendar has it, and so are the first and last millisecond of each. */
function checkDays(cadence: Cadence, zone: string, boundaries: readonly number[]): void {
  let index = 0;
  for (const at of everyDay()) {
    while (boundaries[index + 1]! <= at) {
      index += 1;
      checkCycle(cadence, zone, boundaries[index]!, [boundaries[index]!, boundaries[index + 1]!]);
      checkCycle(cadence, zone, boundaries[index]! - 1, [boundaries[index - 1]!, boundaries[index]!]);
    }
    checkCycle(cadence, zone, at, [boundaries[index]!, boundaries[index + 1]!]);
  }
}

/** A subscription from the first day on has one period after the other, whole but for the first. */
function checkLayout(
  { interval, intervalCount = 1, anchor }: Cadence,
  zone: string,
  boundaries: readonly number[],
): void {
  const startsAt = new Date(firstDay);
  const phases = [{ from: startsAt, planVersionId: 'plan', interval, intervalCount, anchor }];
  const periods = layOut({ zone, startsAt, pauses: [], phases }, { until: new Date(lastDay) });
  const starts = [firstDay, ...boundaries.filter((at) => at > firstDay && at <= lastDay)];
  const ends = [...starts.slice(1), boundaries.find((at) => at > lastDay)];
  check(
    periods.length === starts.length &&
      periods.every((p, i) => p.startAt.getTime() === starts[i] && p.endAt.getTime() === ends[i]) &&
      periods.every((p) => p.billableAt >= p.endAt),
    () => `${zone} ${interval} ${intervalCount} ${JSON.stringify(anchor)}: periods do not follow the wall's`,
  );
}

/** Cut on every day, a calendar month's two parts are the whole, and have the days that the wall calendar counts. */
function checkShares(zone: string, clock: ClockOracle): void {
  for (const at of everyDay()) {
    const cut = new Date(at);
    const cycle = cycleAt(cut, { interval: 'month', anchor: { kind: 'calendar' } }, zone);
    const whole = { startAt: cycle.startAt, endAt: cycle.endAt, cycleStartAt: cycle.startAt, cycleEndAt: cycle.endAt };
    const [from, to] = [cycle.startAt.getTime(), cycle.endAt.getTime()];
    const seconds = (later: number, earlier: number) => BigInt(Math.floor(later / 1000) - Math.floor(earlier / 1000));
    const shares = (mode: ProrationMode) => [
      proration({ ...whole, endAt: cut }, mode, zone),
      proration({ ...whole, startAt: cut }, mode, zone),
    ];
    const same = (mode: ProrationMode, before: bigint, after: bigint, all: bigint) => {
      const [first, second] = shares(mode);
      check(
        first!.numerator === before &&
          second!.numerator === after &&
          before + after === all &&
          first!.denominator === all &&
          second!.denominator === all,
        () => `${zone} cut at ${iso(at)} by ${mode}: ${before} + ${after} of ${all} by the wall`,
      );
    };
    same('second', seconds(at, from), seconds(to, at), seconds(to, from));
    same(
      'day',
      BigInt(clock.daysBetween(from, at)),
      BigInt(clock.daysBetween(at, to)),
      BigInt(clock.daysBetween(from, to)),
    );
  }
}

const begun = performance.now();
for (const [index, zone] of zones.entries()) {
  const zoneBegun = performance.now();
  const clock = clockOracle(zone);
  let cadences = 0;
  for (const cadence of everyCadence(clock)) {
    const boundaries = boundariesByWall(cadence, clock);
    checkDays(cadence, zone, boundaries);
    checkLayout(cadence, zone, boundaries);
    cadences += 1;
  }
  checkShares(zone, clock);
  const seconds = ((performance.now() - zoneBegun) / 1000).toFixed(1);
  console.log(`${index + 1}/${zones.length} ${zone}: ${cadences} cadences, ${seconds} s`);
}
const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
console.log(`${checks.toLocaleString('en')} checks in ${minutes} min, ${faults.toLocaleString('en')} differ`);
if (faults > 0) process.exitCode = 1;
