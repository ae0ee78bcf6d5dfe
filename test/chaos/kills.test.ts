import assert from 'node:assert/strict';
import { openKillLog } from '../../bench/chaos/kills.ts';

describe('The log of kills', () => {
  let nowMs = 0;
  const open = () =>
    openKillLog(
      () => {},
      () => nowMs,
    );
  beforeEach(() => {
    nowMs = 0;
  });

  it('counts kills by kind, hits by point, and the time to recover', () => {
    const kills = open();
    kills.note('worker-1', 'run.opened');
    nowMs = 2_000;
    kills.note('worker-2');
    nowMs = 5_000;
    kills.recovered('worker-1');
    kills.note('postgres');
    assert.equal(kills.hitsOf('run.opened'), 1);
    assert.deepEqual(kills.summary(), {
      kills: 3,
      killsByTarget: { worker: 2, postgres: 1 },
      recovered: 1,
      longestRecoverySeconds: 5,
    });
  });

  it('counts the time of a place that is killed again before it serves from each of its kills', () => {
    const kills = open();
    kills.note('api-1');
    nowMs = 3_000;
    kills.note('api-1');
    nowMs = 4_000;
    kills.recovered('api-1');
    assert.deepEqual(
      kills.all.map(({ recoveredAfterSeconds }) => recoveredAfterSeconds),
      [4, 1],
    );
  });

  it('knows who is away, or was a moment ago', () => {
    const kills = open();
    assert.equal(kills.wasAway(['temporal'], 10), false);
    kills.note('temporal');
    assert.equal(kills.wasAway(['postgres'], 10), false);
    nowMs = 60_000;
    assert.equal(kills.wasAway(['postgres', 'temporal'], 10), true);
    kills.recovered('temporal');
    nowMs = 65_000;
    assert.equal(kills.wasAway(['temporal'], 10), true);
    nowMs = 75_000;
    assert.equal(kills.wasAway(['temporal'], 10), false);
  });
});
