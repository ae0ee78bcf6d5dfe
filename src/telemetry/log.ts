import { type Logger, pino } from 'pino';

export type { Logger };

/** Structured log lines on standard output, one JSON object each, with the process that wrote them. */
export function createLog(process: string, level = 'info'): Logger {
  return pino({
    name: process,
    level,
    base: { process, pid: globalThis.process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
