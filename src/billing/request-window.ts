import { setTimeout as realSleep } from 'node:timers/promises';

/** A second, and what the way to the target may take off the time between two requests. */
const windowMs = 1_010;

/** As many as an even pace has in a window. */
const mostOf = (perSecond: number) => Math.floor((perSecond * windowMs) / 1_000) + 1;

export type RequestWindow = (operation: string) => Promise<void>;

/** The windows of a pace, for an operation and for all together: what keeps the pace is never held up. */
export function windowOf({ perOperation, total }: { perOperation: number; total: number }): RequestWindow {
  const [ofAll, ofOne] = [createRequestWindow(mostOf(total)), createRequestWindow(mostOf(perOperation))];
  return async (operation) => {
    await ofAll('all');
    await ofOne(operation);
  };
}

/**
 * Lets no more requests of an operation out of this process than `most` in any second. Turns are spread evenly, but what holds
 * the process up, a busy core or a collection of garbage, makes several of them due in the same moment; and the target counts
 * when they come, not when their turns were.
 */
export function createRequestWindow(
  most: number,
  { nowMs = () => performance.now(), sleep = realSleep as (ms: number) => Promise<unknown> } = {},
): RequestWindow {
  const rings = new Map<string, { sentMs: number[]; oldest: number }>();
  return async (operation) => {
    const ring = rings.get(operation) ?? { sentMs: [], oldest: 0 };
    rings.set(operation, ring);
    for (;;) {
      const now = nowMs();
      const freeMs = (ring.sentMs[ring.oldest] ?? Number.NEGATIVE_INFINITY) + windowMs;
      if (now >= freeMs) {
        ring.sentMs[ring.oldest] = now;
        ring.oldest = (ring.oldest + 1) % most;
        return;
      }
      await sleep(freeMs - now);
    }
  };
}
