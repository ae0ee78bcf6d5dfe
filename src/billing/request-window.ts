import { setTimeout as realSleep } from 'node:timers/promises';

/** A second, and what the way to the target may take off the time between two requests. */
const windowMs = 1_020;

export type RequestWindow = (operation: string) => Promise<void>;

/** The window of a pace: evenly spread requests are never more. */
export const windowOf = ({ perOperation }: { perOperation: number }) =>
  createRequestWindow(Math.floor(perOperation) + 1);

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
