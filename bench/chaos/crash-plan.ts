import { type CrashPoint, crashPoints } from '../../src/crash-points.ts';
import type { Random } from './random.ts';

export const kinds = ['api', 'worker', 'bridge'] as const;
export type Kind = (typeof kinds)[number];

/** So many points that are left hold nothing up. */
const few = 4;

/** Passed a few times in each wave: a high count would never be reached before the process dies of something else. */
const rare: ReadonlySet<string> = new Set([
  'sync.backed-off',
  'sync.parked',
  'sync.decision-stored',
  'usage.rolled-up',
  'events.page-swept',
  'events.looked',
]);

/** The kind of process that passes a point. */
export function kindOf(point: CrashPoint): Kind {
  if (point.startsWith('api.')) return 'api';
  return point.startsWith('bridge.') ? 'bridge' : 'worker';
}

/**
 * What DURABILL_CRASH_AT says for a process that is about to start: about half of the wanted points of its kind that
 * nobody has died at yet, the last few all; once there are none left, one that was hit least, for every second start.
 */
export function armsFor(
  kind: Kind,
  plan: { wanted: readonly CrashPoint[]; hitsOf(point: string): number; random: Random },
): string {
  const { wanted, hitsOf, random } = plan;
  const ofKind = wanted.filter((point) => kindOf(point) === kind);
  const unhit = ofKind.filter((point) => hitsOf(point) === 0);
  if (unhit.length > 0) {
    const arms = someOf(unhit, random).map((point) => armOf(point, random));
    return arms.join(',');
  }
  if (ofKind.length === 0 || random.next() < 0.5) return '';
  const least = Math.min(...ofKind.map(hitsOf));
  return armOf(random.pick(ofKind.filter((point) => hitsOf(point) === least)), random);
}

/** Not all of them: a run that died at each of its steps in turn would take its minutes before anything is synced. */
function someOf(points: readonly CrashPoint[], random: Random): readonly CrashPoint[] {
  if (points.length <= few) return points;
  const some = points.filter(() => random.next() < 0.5);
  return some.length > 0 ? some : [random.pick(points)];
}

function armOf(point: CrashPoint, random: Random): string {
  const isRare = rare.has(point) || /^(?:run|clock)\.|^api\.run/.test(point);
  return `${point}:${isRare ? random.pick([1, 1, 1, 2]) : random.whole(1, 12)}`;
}

/** Points that have to be hit and were not. */
export function unhitOf(wanted: readonly CrashPoint[], hitsOf: (point: string) => number): CrashPoint[] {
  return crashPoints.filter((point) => wanted.includes(point) && hitsOf(point) === 0);
}
