import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the condition holds; fails after the limit. */
export async function untilTrue(condition: () => Promise<boolean>, limitMs: number): Promise<void> {
  const until = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`still not so after ${limitMs} ms`);
    await sleep(100);
  }
}
