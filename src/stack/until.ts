import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;

/**
 * Asks again and again until the answer is yes; a question that throws counts as no.
 *
 * @returns whether the answer was yes within the time
 */
export async function until(
  question: () => boolean | Promise<boolean>,
  options: { timeoutMs: number; giveUp?: () => boolean },
): Promise<boolean> {
  const endsAt = performance.now() + options.timeoutMs;
  for (;;) {
    if (await answerOf(question)) return true;
    if (options.giveUp?.() || performance.now() >= endsAt) return false;
    await delay(pollMs);
  }
}

/** Every refusal counts as "not yet": a program that is coming up refuses in many ways, and the time limit judges. */
async function answerOf(question: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await question();
  } catch {
    return false;
  }
}
