import assert from 'node:assert/strict';
import { armsFor, kindOf, kinds, unhitOf } from '../../bench/chaos/crash-plan.ts';
import { randomOf } from '../../bench/chaos/random.ts';
import { type CrashPoint, crashPoints } from '../../src/crash-points.ts';

const wanted: readonly CrashPoint[] = crashPoints;
const pointsIn = (arms: string) =>
  arms
    .split(',')
    .filter(Boolean)
    .map((arm) => arm.split(':')[0]!);

describe('The plan of crash points', () => {
  it('arms each kind of process with points of its own that nobody has died at, and comes to all of them', () => {
    for (const kind of kinds) {
      const random = randomOf(1, kind);
      const hits = new Map<string, number>();
      const hitsOf = (point: string) => hits.get(point) ?? 0;
      const ofKind = wanted.filter((point) => kindOf(point) === kind);
      for (let start = 1; start <= ofKind.length; start += 1) {
        const armed = pointsIn(armsFor(kind, { wanted, hitsOf, random }));
        assert.ok(armed.length > 0, `start ${start} of ${kind} is armed`);
        for (const point of armed) assert.equal(hitsOf(point), 0, `${point} is armed again too early`);
        for (const point of armed) assert.equal(kindOf(point as CrashPoint), kind);
        hits.set(armed[0]!, 1);
      }
      assert.deepEqual(unhitOf(ofKind, hitsOf), []);
    }
  });

  it('goes on with those that were hit least, and not at every start', () => {
    const random = randomOf(1, 'later');
    const hitsOf = (point: string) => (point === 'bridge.slots-claimed' ? 1 : 2);
    const arms = Array.from({ length: 40 }, () => pointsIn(armsFor('bridge', { wanted, hitsOf, random })));
    assert.deepEqual(new Set(arms.flat()), new Set(['bridge.slots-claimed']));
    assert.ok(
      arms.some((armed) => armed.length === 0),
      'some starts are not armed',
    );
  });

  it('arms nothing where no point is wanted', () => {
    assert.equal(armsFor('api', { wanted: [], hitsOf: () => 0, random: randomOf(1, 'none') }), '');
  });

  it('draws the same from the same seed', () => {
    const draw = (seed: number) => armsFor('worker', { wanted, hitsOf: () => 0, random: randomOf(seed, 'same') });
    assert.equal(draw(7), draw(7));
    assert.notEqual(draw(7), draw(8));
  });
});
