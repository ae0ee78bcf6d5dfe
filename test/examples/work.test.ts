import assert from 'node:assert/strict';
import { inFlight } from '../../examples/airports/in-flight.ts';
import { perSecond, timeStages } from '../../examples/airports/work.ts';

describe('the stages of a run, timed from outside', () => {
  const none = { generated: 0, issued: 0, published: 0, synced: 0 };

  it('counts what moved since the first look, not what was there before', () => {
    const times = timeStages({ ...none, generated: 10 });
    times.tell({ ...none, generated: 10 });
    times.tell({ ...none, generated: 25, issued: 3 });
    times.tell({ ...none, generated: 25, issued: 8 });
    assert.deepEqual([times.work.generated.count, times.work.issued.count], [15, 8]);
    assert.deepEqual(times.work.published, { count: 0, seconds: 0 });
    assert.ok(times.work.generated.seconds > 0, 'times.work.generated.seconds > 0');
  });

  it('gives syncing the time of publishing too, for it begins with the first message', () => {
    const times = timeStages(none);
    times.tell({ ...none, published: 4 });
    assert.deepEqual(times.work.synced, { count: 0, seconds: times.work.published.seconds });
    times.tell({ ...none, published: 4, synced: 4 });
    assert.equal(times.work.synced.count, 4);
    assert.ok(times.work.synced.seconds > times.work.published.seconds, 'synced took longer');
  });

  it('has no rate of nothing', () => {
    assert.equal(perSecond({ count: 0, seconds: 0 }), 0);
    assert.equal(perSecond({ count: 30, seconds: 4 }), 7.5);
  });
});

describe('work in flight', () => {
  it('does each item once, never more at a time than allowed', async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await inFlight([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      done.push(item);
    });
    assert.deepEqual(
      done.sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(most, 3);
  });

  it('begins nothing more after a failure, and passes it on', async () => {
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      await new Promise(setImmediate);
      if (item === 2) throw new Error('the second failed');
    };
    await assert.rejects(inFlight([1, 2, 3, 4, 5, 6, 7, 8], 2, work), /the second failed/);
    assert.ok(begun.length < 8, `begun: ${begun.join()}`);
  });
});
