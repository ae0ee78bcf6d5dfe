import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Tries again until it works, since everything that is called here is killed now and then. What must not be tried again
 * is thrown as a Hopeless.
 * @throws Hopeless, or the last failure once `signal` is aborted
 */
export async function untilDone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 1_500)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Hopeless || signal.aborted) throw error;
      await sleep(pauseMs);
    }
  }
}

/** A failure that trying again does not change. */
export class Hopeless extends Error {
  override readonly name = 'Hopeless';
}

/** Waits; the end of the wait is early when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // An abort is no failure here: whoever waits looks at the signal.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
