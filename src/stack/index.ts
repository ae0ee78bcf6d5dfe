/**
 * The embedded default: PostgreSQL, RabbitMQ, Temporal and a mail server as real programs on 127.0.0.1, started for one data directory
 * and gone with the process that started them. Owns where programs come from, ports, readiness and the end of every
 * process; knows nothing of what runs on them.
 *
 * Invariants: one copy a data directory; no process outlives its supervisor, however that ends; the data survives any
 * kill; a part that an environment variable names is not started.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StackContext } from './context.ts';
import { type Exit, type Keeper, type KeptChild, startKeeper } from './keeper-client.ts';
import { removeAbandoned, takeDataDirectory } from './leftovers.ts';
import { startMail } from './mail.ts';
import type { Part } from './part.ts';
import { startPostgres } from './postgres.ts';
import { externalHomeOf } from './postgres-home.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startTemporal } from './temporal.ts';

export type { Part } from './part.ts';
export { stopOnSignals } from './signals.ts';

export type StackOptions = {
  /** Holds all data, logs and locks of this stack. */
  dataDir: string;
  /** Removes the data directory at the end, and does not wait for disks. */
  throwAway?: boolean;
  /** Waits for disks although the data is thrown away: for measurements. */
  waitForDisks?: boolean;
  /** Takes 5432, 5672, 15672, 7233, 8233, 1025 and 8025 where they are free. */
  preferKnownPorts?: boolean;
  /** Names outside parts by DATABASE_URL, AMQP_URL, TEMPORAL_ADDRESS and SMTP_URL; process.env by default. */
  env?: NodeJS.ProcessEnv;
  /** One line for the person who started the stack; to stderr by default. */
  say?: (line: string) => void;
  /** Its abort stops everything, also while the parts are still starting. */
  signal?: AbortSignal;
  /** Called after everything was stopped because a part ended by itself; ends the process with 1 by default. */
  onLost?: () => void;
};

export type RunningChild = {
  name: string;
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
};

export type ChildOptions = {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** From SIGTERM to SIGKILL; 10 s by default. */
  graceMs?: number;
};

export type Stack = {
  /** Holds all data; logs are in log/. */
  dataDir: string;
  databaseUrl: string;
  amqpUrl: string;
  /** Undefined where the broker is an outside one. */
  rabbitmqUiUrl: string | undefined;
  temporalAddress: string;
  /** Undefined where the server is an outside one. */
  temporalUiUrl: string | undefined;
  smtpUrl: string;
  /** Undefined where the server is an outside one. */
  mailUiUrl: string | undefined;
  /** The embedded parts, for tests that kill and restart them; undefined for outside ones. */
  parts: { postgres: Part | undefined; rabbitmq: Part | undefined; temporal: Part | undefined; mail: Part | undefined };
  /** Starts one of our own processes under the keeper; its output is appended to log/<name>.log. */
  run(child: ChildOptions): Promise<RunningChild>;
  /** From the start to serving, downloads included. */
  secondsByPart: Record<string, number>;
  /** Stops our own processes, the last started first, then the parts; removes throw-away data. */
  stop(): Promise<void>;
};

/** Our own processes stop before the parts (level 1), one by one. */
const firstOwnLevel = 2;

/** Starts one of our own processes; each stops before those that were started earlier. */
function runner(keeper: Keeper, env: NodeJS.ProcessEnv, dataDir: string): Stack['run'] {
  let level = firstOwnLevel;
  return async (child) => {
    const kept: KeptChild = await keeper.start({
      name: child.name,
      command: child.command,
      args: child.args,
      env: { ...env, ...child.env },
      cwd: child.cwd ?? dataDir,
      stopSignal: 'SIGTERM',
      graceMs: child.graceMs ?? 10_000,
      level: level++,
    });
    return kept;
  };
}

/** Seconds from its creation to the end of each measured promise, told as each of them ends. */
function timer(say: (line: string) => void) {
  const startedAt = performance.now();
  const seconds: Record<string, number> = {};
  const measure = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const result = await work;
    const taken = Math.round((performance.now() - startedAt) / 10) / 100;
    seconds[name] = taken;
    say(`${name} is ready (${taken.toFixed(1)} s).`);
    return result;
  };
  return { seconds, measure };
}

/**
 * Starts what is not outside, in parallel, and waits until all of it serves.
 *
 * @throws DurabillError `data-directory-held` when another copy uses the data directory, `part-missing` with the
 * command that gets the part, `part-failed` with the end of its log; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { throwAway = false, waitForDisks = !throwAway, preferKnownPorts = false, env = process.env } = options;
  const say = options.say ?? ((line: string) => console.error(line));
  const dataDir = resolve(options.dataDir);
  if (throwAway) await removeAbandoned(join(dataDir, '..'));
  const release = await takeDataDirectory(dataDir, { throwAway, say });
  const keeper = startKeeper(dataDir, throwAway ? [dataDir, externalHomeOf(dataDir)] : []);

  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= keeper.end().then(release);
    return stopped;
  };
  const onLost = (part: Part) => {
    if (stopped !== undefined) return;
    say(`${part.name} has ended by itself, so everything stops; see ${part.log}.`);
    void stop().then(options.onLost ?? (() => process.exit(1)));
  };
  const context: StackContext = { dataDir, throwAway, waitForDisks, preferKnownPorts, env, keeper, say, onLost };

  options.signal?.addEventListener('abort', () => void stop(), { once: true });

  const timed = timer(say);
  const databaseUrl = env['DATABASE_URL'] || undefined;
  const amqpUrl = env['AMQP_URL'] || undefined;
  const temporalAddress = env['TEMPORAL_ADDRESS'] || undefined;
  const smtpUrl = env['SMTP_URL'] || undefined;
  const starts = [
    databaseUrl === undefined ? timed.measure('postgres', startPostgres(context)) : undefined,
    amqpUrl === undefined ? timed.measure('rabbitmq', startRabbitmq(context)) : undefined,
    temporalAddress === undefined ? timed.measure('temporal', startTemporal(context)) : undefined,
    smtpUrl === undefined ? timed.measure('mail', startMail(context)) : undefined,
  ] as const;

  try {
    const [postgres, rabbitmq, temporal, mail] = await Promise.all(starts);
    options.signal?.throwIfAborted();
    return {
      dataDir,
      databaseUrl: databaseUrl ?? postgres!.databaseUrl,
      amqpUrl: amqpUrl ?? rabbitmq!.amqpUrl,
      rabbitmqUiUrl: rabbitmq?.rabbitmqUiUrl,
      temporalAddress: temporalAddress ?? temporal!.temporalAddress,
      temporalUiUrl: temporal?.temporalUiUrl,
      smtpUrl: smtpUrl ?? mail!.smtpUrl,
      mailUiUrl: mail?.mailUiUrl,
      parts: { postgres: postgres?.part, rabbitmq: rabbitmq?.part, temporal: temporal?.part, mail: mail?.part },
      run: runner(keeper, env, dataDir),
      secondsByPart: timed.seconds,
      stop,
    };
  } catch (error) {
    await stop();
    // The other parts notice a moment later, and may have written meanwhile.
    await Promise.allSettled(starts);
    if (throwAway) rmSync(dataDir, { recursive: true, force: true });
    throw options.signal?.aborted ? options.signal.reason : error;
  }
}
