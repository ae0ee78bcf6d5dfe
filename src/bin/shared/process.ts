import { once } from 'node:events';
import type { Logger } from '../../telemetry/log.ts';

/** What a process says on its standard output when it does its work, for whoever started it. */
export const readyMessage = 'ready';

/**
 * Runs until SIGTERM or SIGINT, or until `running` ends by itself, then stops in order and exits: with 0 after a signal,
 * with 1 after a failure, which is logged.
 */
export async function runUntilStopped(
  log: Logger,
  running: Promise<unknown>,
  stop: () => Promise<void>,
): Promise<void> {
  log.info(readyMessage);
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]).then(() => 'signal' as const);
  let code = 0;
  try {
    if ((await Promise.race([stopped, running])) !== 'signal') throw new Error('it ended by itself');
    log.info('stopping');
    await stop();
  } catch (error) {
    log.error({ err: error }, 'failed');
    code = 1;
  }
  // Some libraries leave timers behind; what had to end has ended.
  process.exit(code);
}
