import { answerParked } from './answers.ts';
import { makeWave, makeWaves, type Wave } from './business.ts';
import type { Context } from './context.ts';
import { repeatMessages } from './messages.ts';
import { pause } from './patience.ts';
import { randomOf } from './random.ts';
import { trickle } from './usage.ts';
import { runWave } from './waves.ts';

/** Customers of a wave: some pages of every run, and yet a wave begins every few seconds. */
const waveSize = 40;
const leastWaves = 4;
/** When the planned ones are done before the time is over. */
const leastUnderWay = 3;
const fillSize = 12;
const fillEveryMs = 2_000;
/** The part of the time in which waves begin; the rest is for what is under way. */
const spread = { short: 0.3, long: 0.75 };
/** A run of fewer minutes has its waves early, so that each has been through every step in the end. */
const longMinutes = 5;

export type Work = {
  /** Whether all waves are through. */
  isOver(): boolean;
  /** After giving up: lets the person who answers go home, and waits for all others. @returns how many messages were repeated */
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

  let underWay = 0;
  const bill = async (wave: Wave) => {
    underWay += 1;
    await runWave(context, wave).catch(fail(wave.clock));
    underWay -= 1;
  };
  const planned = waves.map(async (wave, index) => {
    await pause(index * everyMs, context.giveUp);
    await bill(wave);
  });
  /** Small waves as long as the faults go on, so that nobody is ever without work. */
  const fillUp = async () => {
    await pause((waves.length - 1) * everyMs, faultsOver);
    const further: Promise<void>[] = [];
    for (let number = count + 1; !faultsOver.aborted; ) {
      await pause(fillEveryMs, faultsOver);
      if (faultsOver.aborted || underWay >= leastUnderWay) continue;
      further.push(bill(makeWave(randomOf(context.seed, `wave ${number}`), number, fillSize)));
      number += 1;
    }
    await Promise.all(further);
  };
  const billing = Promise.all([...planned, fillUp()]);
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
      await Promise.all([answers, billing]);
      return isOver ? await messages : 0;
    },
  };
}
