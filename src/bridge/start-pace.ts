import { setTimeout as sleepUnless } from 'node:timers/promises';

/** A little more than is used up, so that the target's pace and not this one decides. */
const aboveTarget = 1.05;
/**
 * After a pause so many begin at once, as many as one worker sends: two seconds of the target's pace. With fewer there are turns
 * at first that nobody is there to take, and a turn that is gone is not given again.
 */
export const startsAtOnce = 48;
/** Those that wait go together, so many at most and each quarter second, so that one claim asks for those that come after them. */
const together = { starts: 8, everyMs: 250 };

/**
 * Spreads the starts of this bridge evenly. A sync goes no faster than the target takes its requests: hundreds that start at
 * once would only wait there, and keep the first ones from ending meanwhile. What waits here is still RabbitMQ's.
 * @param perSecond requests of one operation that the target takes
 * @returns resolves when the next one may begin, or when it is told to wait no longer
 */
export function createStartPace(
  perSecond: number,
  { nowMs = () => performance.now(), sleep = waitFor } = {},
): (noLonger?: AbortSignal) => Promise<void> {
  const intervalMs = 1_000 / (perSecond * aboveTarget);
  const tickMs = Math.min(together.everyMs, together.starts * intervalMs);
  const savedMs = (startsAtOnce - 0.5) * intervalMs;
  let nextMs = Number.NEGATIVE_INFINITY;
  return async (noLonger) => {
    const now = nowMs();
    const turn = Math.max(now - savedMs, nextMs);
    nextMs = turn + intervalMs;
    if (turn > now) await sleep(Math.ceil(turn / tickMs) * tickMs - now, noLonger);
  };
}

async function waitFor(ms: number, noLonger?: AbortSignal): Promise<void> {
  await sleepUnless(ms, undefined, { signal: noLonger }).catch(() => undefined);
}
