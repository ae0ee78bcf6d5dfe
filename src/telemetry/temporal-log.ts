import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from './log.ts';

/** Temporal's log lines, from warnings up, among ours. */
export function temporalLog(log: Logger): TemporalLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    // Some queues are of activities only, on purpose.
    if (message.startsWith('No workflows registered')) log.debug(meta ?? {}, message);
    else if (level === 'WARN') log.warn(meta ?? {}, message);
    else log.error(meta ?? {}, message);
  });
}
