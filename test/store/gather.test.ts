import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { gather } from '../../src/store/gather.ts';

/** A run that ends when it is told to, and what it was given each time. */
function held() {
  const runs: { items: string[]; end(): void; fail(error: Error): void }[] = [];
  const run = (items: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      runs.push({ items, end: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
    });
  return { run, runs, given: () => runs.map(({ items }) => items.join()) };
}

describe('gather', () => {
  it('runs the first at once, and together what comes meanwhile, each with its own answer', async () => {
    const { run, runs, given } = held();
    const call = gather(run, { max: 10 });
    const answers = Promise.all(['a', 'b', 'c'].map(call));
    assert.deepEqual(given(), ['a']);
    runs[0]!.end();
    await setImmediate();
    assert.deepEqual(given(), ['a', 'b,c']);
    runs[1]!.end();
    assert.deepEqual(await answers, ['A', 'B', 'C']);
  });

  it('takes no more than fits, in the order of the calls, and what is too large alone', async () => {
    const { run, runs, given } = held();
    const call = gather(run, { max: 4, sizeOf: (item) => item.length });
    const answers = Promise.all(['a', 'bb', 'cc', 'd', 'eeeeee', 'f'].map(call));
    for (let index = 0; index < 5; index += 1) {
      runs[index]!.end();
      await setImmediate();
    }
    assert.deepEqual(given(), ['a', 'bb,cc', 'd', 'eeeeee', 'f']);
    assert.deepEqual(await answers, ['A', 'BB', 'CC', 'D', 'EEEEEE', 'F']);
  });

  it('has so many runs under way at once, and no more', async () => {
    const { run, runs, given } = held();
    const call = gather(run, { max: 10, atOnce: 2 });
    const answers = Promise.all(['a', 'b', 'c', 'd'].map(call));
    assert.deepEqual(given(), ['a', 'b']);
    runs[1]!.end();
    await setImmediate();
    assert.deepEqual(given(), ['a', 'b', 'c,d']);
    runs[0]!.end();
    runs[2]!.end();
    assert.deepEqual(await answers, ['A', 'B', 'C', 'D']);
  });

  it('runs each alone after a failure, so that only the guilty one fails', async () => {
    const call = gather(
      async (items: string[]) => {
        if (items.includes('bad')) throw new Error(`failed: ${items.join()}`);
        return items;
      },
      { max: 10 },
    );
    const answers = await Promise.allSettled(['first', 'good', 'bad', 'fine'].map(call));
    assert.deepEqual(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message)),
      ['first', 'good', 'failed: bad', 'fine'],
    );
    assert.equal(await call('later'), 'later', 'and goes on');
  });

  it('tells all of a failure that concerns all, without trying each', async () => {
    const { run, runs, given } = held();
    const call = gather(run, { max: 10, concernsAll: () => true });
    const answers = Promise.allSettled(['a', 'b', 'c'].map(call));
    runs[0]!.end();
    await setImmediate();
    runs[1]!.fail(new Error('away'));
    assert.deepEqual(
      (await answers).map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    assert.deepEqual(given(), ['a', 'b,c']);
  });

  it('gives a run up that takes too long, all of its items, and goes on with what waits', async () => {
    const runs: number[][] = [];
    const ask = gather(
      (items: number[]) => {
        runs.push(items);
        // The first one is swallowed, as by a connection that is gone without a word.
        return runs.length === 1 ? new Promise<number[]>(() => {}) : Promise.resolve(items);
      },
      { max: 10, limit: { ms: 20, error: () => new Error('no answer') } },
    );
    const lost = ask(1);
    const next = [ask(2), ask(3)];
    await assert.rejects(lost, /no answer/);
    assert.deepEqual(await Promise.all(next), [2, 3]);
    assert.deepEqual(runs, [[1], [2, 3]]);
  });
});
