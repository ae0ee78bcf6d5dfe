import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRequestWindow } from '../../src/billing/request-window.ts';

describe('the window of requests', () => {
  /** Sends one after the other on a clock of its own, each after a pause. @returns when each was let out, in ms */
  async function sent(pausesMs: readonly number[], most = 25): Promise<number[]> {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const window = createRequestWindow(most, { nowMs: () => now, sleep });
    const times: number[] = [];
    for (const pauseMs of pausesMs) {
      now += pauseMs;
      await window('create');
      times.push(now);
    }
    return times;
  }

  it('lets no more out in any second, however the process stalls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(200), { minLength: 30, maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        async (pauses, most) => {
          const times = await sent(pauses, most);
          for (const [index, at] of times.entries()) {
            const next = times[index + most];
            assert.ok(next === undefined || next - at >= 1_000, `${most + 1} requests within ${next! - at} ms`);
          }
        },
      ),
    );
  });

  it('holds up nothing that keeps the pace', async () => {
    // 24.5 a second: 25 intervals are 1,020 ms, a little more than the window.
    const pauses = Array.from({ length: 200 }, () => 1_000 / 24.5);
    const times = await sent(pauses);
    let at = 0;
    for (const [index, pause] of pauses.entries()) {
      at += pause;
      assert.ok(Math.abs(times[index]! - at) < 1, `the request ${index} waited`);
    }
  });

  it('counts each operation by itself', async () => {
    const slept: number[] = [];
    const window = createRequestWindow(1, { nowMs: () => 0, sleep: async (ms) => void slept.push(ms) });
    await window('create');
    await window('finalize');
    assert.deepEqual(slept, []);
  });
});
