import { answerParked } from './answers.ts';
import { makeWaves, type Wave } from './business.ts';
import type { Context } from './context.ts';
import { repeatMessages } from './messages.ts';
import { pause } from './patience.ts';
import { randomOf } from './random.ts';
import { trickle } from './usage.ts';
import { runWave } from './waves.ts';

/** Customers of a wave: some pages of every run, and yet a wave begins every few seconds. */
const waveSize = 40;
const leastWaves = 4;
/** The part of the time in which waves begin; the rest is for what is under way. */
const spread = { short: 0.3, long: 0.75 };
/** A run of fewer minutes has its waves early, so that each has been through every step in the end. */
const longMinutes = 5;

export type Work = {
  /** Whether all waves are through. */
  isOver(): boolean;
  /** Lets the person who answers go home. @returns how many messages were repeated */
  end(): Promise<number>;
};

/** Waves one after the other, usage in between, repeated messages, and somebody who answers what is parked. */
export function startWork(
  context: Context,
  { invoices, minutes }: { invoices: number; minutes: number },
  faultsOver: AbortSignal,
): Work {
  const count = Math.max(leastWaves, Math.min(Math.ceil(invoices / waveSize), Math.ceil(4 * minutes)));
  const share = minutes < longMinutes ? spread.short : spread.long;
  const everyMs = (60_000 * minutes * share) / count;
  const waves = makeWaves(randomOf(context.seed, 'business'), invoices, count);
  const over = new AbortController();
  const fail = (who: string) => (error: Error) => {
    context.sent.surprises.push(`${who}: ${error.message}`);
    context.say(`${who} has failed: ${error.message}`);
  };

  const billing = Promise.all(
    waves.map(async (wave: Wave, index) => {
      await pause(index * everyMs, context.giveUp);
      await runWave(context, wave).catch(fail(wave.clock));
    }),
  );
  const usage = trickle(context, faultsOver).catch(fail('the later usage'));
  const messages = (context.faults.has('messages') ? repeatMessages(context, faultsOver) : Promise.resolve(0)).catch(
    (error: Error) => {
      fail('the repeated messages')(error);
      return 0;
    },
  );
  const answers = answerParked(context, over.signal).catch(fail('the answers'));

  let isOver = false;
  void Promise.all([billing, usage, messages]).then(() => {
    isOver = true;
  });
  return {
    isOver: () => isOver,
    async end() {
      over.abort();
      await answers;
      return isOver ? await messages : 0;
    },
  };
}
