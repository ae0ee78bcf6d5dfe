import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DurabillError } from '../errors/error.ts';
import type { KeptChild } from './keeper-client.ts';
import { until } from './until.ts';

/** Port numbers of a part by their use. */
export type Ports = Record<string, number>;

export type PartPlan<P extends Ports> = {
  name: string;
  /** The first choice may be well-known ports; later ones must be others. */
  choosePorts(attempt: number): Promise<P>;
  /** Starts the processes; the last one is the part itself. */
  launch(ports: P): Promise<KeptChild>;
  /** Whether it serves; throwing counts as not yet. */
  isReady(ports: P): Promise<boolean>;
  readyTimeoutMs: number;
};

/** A running part. Tests kill and restart it; its death by `kill` is expected, any other is reported as lost. */
export type Part = {
  name: string;
  log: string;
  /** Sends the signal; resolves when the part has ended, at once for SIGSTOP and SIGCONT. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it still runs, then starts it on the same ports and data; resolves when it serves again. */
  restart(): Promise<void>;
};

export type StartedPart<P extends Ports> = { part: Part; ports: P };

/** A port may be taken between choosing and listening; more often than this, something else is wrong. */
const startAttempts = 3;
/** After SIGKILL, PostgreSQL refuses to start until its last child is gone. */
const restartAttempts = 20;

/** The last line of a log that says anything, for the error a person reads. */
export function lastLineOf(log: string): string {
  if (!existsSync(log)) return '';
  const size = statSync(log).size;
  const tail = Buffer.alloc(Math.min(size, 4096));
  const file = openSync(log, 'r');
  readSync(file, tail, 0, tail.length, size - tail.length);
  closeSync(file);
  const lines = tail.toString('utf8').split('\n');
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
}

function didNotStart(name: string, log: string, how: string): DurabillError {
  return new DurabillError('part-failed', {
    field: name,
    reason: `${name} ${how}; its log ${log} ends with: ${lastLineOf(log)}`,
  });
}

async function launchOnce<P extends Ports>(plan: PartPlan<P>, ports: P): Promise<KeptChild | { log: string }> {
  const child = await plan.launch(ports);
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  const ready = await until(async () => !ended && (await plan.isReady(ports)), {
    timeoutMs: plan.readyTimeoutMs,
    giveUp: () => ended,
  });
  if (ready && !ended) return child;
  if (ended) return { log: child.log };
  await child.stop();
  throw didNotStart(plan.name, child.log, `was not ready within ${plan.readyTimeoutMs / 1000} s`);
}

/**
 * Starts a part and waits until it serves, trying again on other ports when it ends early.
 *
 * @param onLost called when it ends later without having been told to
 * @throws DurabillError `part-failed` with the end of its log
 */
export async function startPart<P extends Ports>(
  plan: PartPlan<P>,
  onLost: (part: Part) => void,
): Promise<StartedPart<P>> {
  const attemptOn = async (attempts: number, portsOf: (attempt: number) => Promise<P>) => {
    let log = '';
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const ports = await portsOf(attempt);
      const outcome = await launchOnce(plan, ports);
      if ('pid' in outcome) return { child: outcome, ports };
      log = outcome.log;
    }
    throw didNotStart(plan.name, log, `ended ${attempts} times while starting`);
  };

  const first = await attemptOn(startAttempts, plan.choosePorts);
  const { ports } = first;
  let child = first.child;
  let endExpected = false;

  const watch = () => {
    const watched = child;
    void watched.exited.then(() => {
      if (watched === child && !endExpected) onLost(part);
    });
  };
  const part: Part = {
    name: plan.name,
    log: child.log,
    kill: async (signal) => {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') return child.kill(signal);
      endExpected = true;
      child.kill(signal);
      await child.exited;
    },
    restart: async () => {
      endExpected = true;
      await child.stop();
      child = (await attemptOn(restartAttempts, async () => ports)).child;
      endExpected = false;
      watch();
    },
  };
  watch();
  return { part, ports };
}
