import type { Logger } from '../../telemetry/log.ts';

/** What a process says on its standard output when it does its work, for whoever started it. */
export const readyMessage = 'ready';

/** From the first signal to the end, in all: below the 30 s after which container runtimes kill. */
export const graceMs = 25_000;

/** npm passes on a Ctrl-C that the terminal has already sent to all: what comes this close is one key press. */
const onePressMs = 1_000;

/** What is closed at the end, one after the other, by the words in which it is told when it does not close. */
export type StopSteps = Record<string, () => Promise<unknown>>;

export type Life = {
  /** Whether a signal has asked this process to end. */
  stopping(): boolean;
  /**
   * Runs until SIGTERM or SIGINT, or until `running` ends by itself, then takes the steps and exits: with 0 when all
   * was closed after a signal, else with 1, and the log says why. A second signal ends it at once.
   */
  run(steps: StopSteps, running?: Promise<unknown>): Promise<never>;
};

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Hears signals from now on. Before `run` nothing is under way, so that a signal just ends the process. */
export function beginLife(log: Logger): Life {
  let open: string[] | undefined;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let stop = () => process.exit(0);

  const hear = (signal: string) => {
    const nowMs = performance.now();
    if (nowMs - heardAtMs < onePressMs) return;
    heardAtMs = nowMs;
    if (open === undefined) {
      open = [];
      log.info({ signal }, 'stopping');
      return stop();
    }
    log.warn({ signal, open }, 'ended at once by a second signal');
    process.exit(1);
  };
  for (const signal of signals) process.on(signal, hear);

  const close = async (steps: StopSteps): Promise<number> => {
    open = Object.keys(steps);
    setTimeout(() => {
      log.error({ open, graceMs }, 'not everything could be closed within the grace time');
      process.exit(1);
    }, graceMs).unref();
    let code = 0;
    for (const [name, step] of Object.entries(steps)) {
      // What does not close must not keep the rest from closing.
      await step().catch((error: unknown) => {
        log.error({ err: error, step: name }, 'failed while stopping');
        code = 1;
      });
      open = open.filter((other) => other !== name);
    }
    return code;
  };

  return {
    stopping: () => open !== undefined,
    async run(steps, running = new Promise<never>(() => {})) {
      const signalled = new Promise<'signal'>((resolve) => {
        stop = () => resolve('signal') as never;
      });
      log.info(readyMessage);
      const failed = await Promise.race([
        signalled.then(() => false),
        running.then(
          // After a signal it ends because it was asked to.
          () => open ?? log.error('ended by itself'),
          (error: unknown) => log.error({ err: error }, 'failed'),
        ),
      ]);
      const code = await close(steps);
      // Some libraries leave timers behind; what had to end has ended.
      process.exit(failed === false ? code : 1);
    },
  };
}
