import assert from 'node:assert/strict';
import { gather } from '../../src/bridge/gather.ts';

describe('gather', () => {
  /** Runs that end when the test says so; `runs` are the items of each. */
  function held() {
    const runs: { items: readonly number[]; end(): void; fail(error: Error): void }[] = [];
    const run = (items: readonly number[]) =>
      new Promise<string[]>((resolve, reject) => {
        runs.push({ items, end: () => resolve(items.map((item) => `answer ${item}`)), fail: reject });
      });
    return { runs, run };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('runs a single call at once, and gathers what comes meanwhile into the next run', async () => {
    const { runs, run } = held();
    const ask = gather(run, 10);
    const first = ask(1);
    await turn();
    const others = [2, 3, 4].map(ask);
    await turn();
    assert.deepEqual(
      runs.map(({ items }) => items),
      [[1]],
    );
    runs[0]!.end();
    assert.equal(await first, 'answer 1');
    await turn();
    assert.deepEqual(
      runs.map(({ items }) => items),
      [[1], [2, 3, 4]],
    );
    runs[1]!.end();
    assert.deepEqual(await Promise.all(others), ['answer 2', 'answer 3', 'answer 4']);
    // It is at rest again, and begins anew.
    const last = ask(5);
    await turn();
    runs[2]!.end();
    assert.equal(await last, 'answer 5');
  });

  it('takes what is asked in one moment together, up to its limit', async () => {
    const { runs, run } = held();
    const ask = gather(run, 2);
    const all = [1, 2, 3].map(ask);
    await turn();
    runs[0]!.end();
    await turn();
    runs[1]!.end();
    assert.deepEqual(await Promise.all(all), ['answer 1', 'answer 2', 'answer 3']);
    assert.deepEqual(
      runs.map(({ items }) => items),
      [[1, 2], [3]],
    );
  });

  it('fails every call of a run that fails, and no other', async () => {
    const { runs, run } = held();
    const ask = gather(run, 2);
    const all = Promise.allSettled([1, 2, 3].map(ask));
    await turn();
    runs[0]!.fail(new Error('no'));
    await turn();
    runs[1]!.end();
    assert.deepEqual(
      (await all).map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    );
  });
});
