import assert from 'node:assert/strict';
import { createStartPace, startsAtOnce } from '../../src/bridge/start-pace.ts';

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

  it('begins 48 at once, and then lets a twentieth more begin than the target takes, some together at each quarter second', async () => {
    // 20 a second and a twentieth more are 21, one each 47.6 ms: the first of them after 23.8 ms, so that by 250 ms
    // floor((250 - 23.8) / 47.6) + 1 = 5 have begun, by 750 ms floor((750 - 23.8) / 47.6) + 1 = 16, by 1,000 ms 21.
    const at = await starts(70, 20);
    const until = (ms: number) => at.filter((start) => start <= ms).length;
    assert.deepEqual([until(0), until(250), until(750), until(1_000)], [48, 53, 64, 69]);
    assert.ok(at.every((start) => start % 250 === 0));
  });

  it('makes up for a time in which nothing began, but for no more than 48 of them', async () => {
    let now = 0;
    const waits: number[] = [];
    const pace = createStartPace(20, { nowMs: () => now, sleep: async (ms) => void waits.push(ms) });
    const begin = async (count: number) => {
      for (let start = 0; start < count; start += 1) await pace();
      return waits.splice(0).length;
    };
    assert.equal(await begin(48), 0);
    // The first after 23.8 ms, and one each 47.6 ms: floor((480 - 23.8) / 47.6) + 1 = 10.
    now = 480;
    assert.equal(await begin(10), 0);
    assert.equal(await begin(1), 1);
    now = 60_000;
    assert.equal(await begin(50), 2);
  });

  it('waits no longer than it is told to', async () => {
    // The second one's turn is in a quarter of an hour.
    const pace = createStartPace(0.001);
    for (let start = 0; start < startsAtOnce; start += 1) await pace();
    await pace(AbortSignal.abort());
  });

  it('has ticks that let no more than eight go together, however fast the target is', async () => {
    const at = await starts(startsAtOnce + 40, 1_000);
    const together = new Map<number, number>();
    for (const ms of at.slice(startsAtOnce)) together.set(ms, (together.get(ms) ?? 0) + 1);
    assert.ok(Math.max(...together.values()) <= 9, `${Math.max(...together.values())} at once`);
  });
});
