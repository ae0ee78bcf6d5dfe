const minuteMs = 60_000;
const firstMs = minuteMs / 2;
const longestMs = 60 * minuteMs;
/** With the waits between them about three days. */
export const mostTries = 78;

/**
 * How long a mail waits that its server did not take, after so many tries: half a minute at first, twice as long each
 * time, up to an hour, less up to a tenth, so that mails which failed together do not come back together.
 * @param random from 0 to 1
 * @returns undefined when it has been tried long enough
 */
export function mailWaitMs(tries: number, random: number): number | undefined {
  if (tries >= mostTries) return undefined;
  const wait = Math.min(firstMs * 2 ** (tries - 1), longestMs);
  return Math.round(wait * (1 - random / 10));
}
