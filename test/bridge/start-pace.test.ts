import assert from 'node:assert/strict';
import { createStartPace } from '../../src/bridge/start-pace.ts';

describe('the pace of starts', () => {
  /** When each of so many that ask at once may start, in ms. */
  async function starts(count: number, perSecond: number): Promise<number[]> {
    const pace = createStartPace(perSecond, {
      nowMs: () => 10_000,
      sleep: async (ms) => void waits.push(ms),
    });
    const waits: number[] = [];
    for (let start = 0; start < count; start += 1) {
      const before = waits.length;
      await pace();
      if (waits.length === before) waits.push(0);
    }
    return waits;
  }

  it('begins at once, and then lets a twentieth more begin than the target takes, some together at each quarter second', async () => {
    // 20 a second and a twentieth more are 21: one each 47.6 ms, so by 250 ms five more, by 500 ms ten, by 750 ms fifteen.
    const at = await starts(20, 20);
    const until = (ms: number) => at.filter((start) => start <= ms).length;
    assert.deepEqual([until(0), until(250), until(500), until(750)], [1, 6, 11, 16]);
    assert.ok(at.every((start) => start % 250 === 0));
  });

  it('owes nothing for the time in which nothing began', async () => {
    let now = 0;
    const waits: number[] = [];
    const pace = createStartPace(20, { nowMs: () => now, sleep: async (ms) => void waits.push(ms) });
    await pace();
    now = 60_000;
    await pace();
    assert.deepEqual(waits, []);
    await pace();
    assert.deepEqual(waits, [250]);
  });

  it('waits no longer than it is told to', async () => {
    // The second one's turn is in a quarter of an hour.
    const pace = createStartPace(0.001);
    await pace();
    await pace(AbortSignal.abort());
  });

  it('has ticks that let no more than eight go together, however fast the target is', async () => {
    const at = await starts(40, 1_000);
    const together = new Map<number, number>();
    for (const ms of at) together.set(ms, (together.get(ms) ?? 0) + 1);
    assert.ok(Math.max(...together.values()) <= 9, `${Math.max(...together.values())} at once`);
  });
});
