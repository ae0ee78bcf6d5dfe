import { setTimeout as realSleep } from 'node:timers/promises';

/** A little more than is used up, so that the target's pace and not this one decides. */
const aboveTarget = 1.05;
/** Those that wait go together at each multiple of this, so that one claim asks for those that come after them. */
const tickMs = 250;

/**
 * Spreads the starts of this bridge evenly. A sync goes no faster than the target takes its requests: hundreds that start at
 * once would only wait there, and keep the first ones from ending meanwhile. What waits here is still RabbitMQ's.
 * @param perSecond requests of one operation that the target takes
 */
export function createStartPace(
  perSecond: number,
  { nowMs = () => performance.now(), sleep = realSleep as (ms: number) => Promise<unknown> } = {},
): () => Promise<void> {
  const intervalMs = 1_000 / (perSecond * aboveTarget);
  let nextMs = 0;
  return async () => {
    const now = nowMs();
    const turn = Math.max(now, nextMs);
    nextMs = turn + intervalMs;
    if (turn > now) await sleep(Math.ceil(turn / tickMs) * tickMs - now);
  };
}
