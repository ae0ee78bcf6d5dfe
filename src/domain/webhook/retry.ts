const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Between the attempts: soon at first, since most failures are short, and in all a little less than three days. */
const waitsMs = [
  minuteMs / 12,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  20 * hourMs,
] as const;

/** How often a delivery is attempted before it fails. */
export const mostTries = waitsMs.length + 1;

/** From the first attempt on, nothing is tried later than this. */
export const longestMs = 72 * hourMs;

/** Of an endpoint from which nothing but failures came back for so long its owner is told. */
export const warnedAfterMs = 24 * hourMs;

/** An endpoint from which nothing but failures came back for so long is disabled. */
export const givenUpAfterMs = 5 * 24 * hourMs;

/**
 * How long a delivery waits that was not taken, after so many tries; less up to a tenth, so that what failed together does
 * not come back together.
 * @param random from 0 to 1
 * @returns undefined when it has been tried long enough
 */
export function deliveryWaitMs(tries: number, random: number): number | undefined {
  const wait = waitsMs[tries - 1];
  return wait === undefined ? undefined : Math.round(wait * (1 - random / 10));
}
