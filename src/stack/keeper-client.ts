import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DurabillError } from '../errors/error.ts';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type KeptChild = {
  name: string;
  pid: number;
  /** stdout and stderr of the process are appended here. */
  log: string;
  exited: Promise<Exit>;
  /** Its stop signal, then SIGKILL past its grace; resolves when it has ended. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
};

export type StartOrder = {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  stopSignal: NodeJS.Signals;
  /** How long it may take to end by itself before SIGKILL. */
  graceMs: number;
  /** Higher levels are stopped first; equal ones together. */
  level: number;
  uid?: number | undefined;
  gid?: number | undefined;
  /** Run once it has ended, however that happened: removes what it leaves behind outside of its process group. */
  afterwards?: { command: string; args: string[] };
};

export type Keeper = {
  start(order: StartOrder): Promise<KeptChild>;
  /** Stops everything in order and resolves when the keeper itself has ended. */
  end(): Promise<void>;
};

type Report =
  | { event: 'started'; id: number; pid: number }
  | { event: 'failed'; id: number; message: string }
  | { event: 'exited'; id: number; code: number | null; signal: NodeJS.Signals | null };

type Waiting = { started(pid: number): void; failed(message: string): void; exited(exit: Exit): void };

/** Where the keeper of a data directory notes what runs, so that a later start can clear what a crash left behind. */
export const pidsFileOf = (dataDir: string): string => join(dataDir, 'pids.json');

function spawnKeeper(dataDir: string, removeAtEnd: string[]): ChildProcess {
  mkdirSync(join(dataDir, 'log'), { recursive: true });
  const log = openSync(join(dataDir, 'log', 'keeper.log'), 'a');
  const { NODE_OPTIONS: _loadersOfTheSupervisor, ...env } = process.env;
  const script = fileURLToPath(new URL('./keeper.mjs', import.meta.url));
  const keeper = spawn(process.execPath, [script, pidsFileOf(dataDir), ...removeAtEnd], {
    detached: true,
    stdio: ['pipe', 'pipe', log],
    cwd: '/',
    env,
  });
  closeSync(log);
  return keeper;
}

function didNotStart(name: string, why: string): DurabillError {
  return new DurabillError('part-failed', { field: name, reason: `${name} did not start: ${why}.` });
}

/**
 * Starts the process that owns all others of this stack (see keeper.mjs).
 *
 * @param removeAtEnd directories that go when the stack ends, even when this process is killed
 */
export function startKeeper(dataDir: string, removeAtEnd: string[]): Keeper {
  const keeper = spawnKeeper(dataDir, removeAtEnd);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended = false;
  const gone = new Promise<void>((resolve) => {
    keeper.on('exit', () => {
      ended = true;
      for (const one of waiting.values()) {
        one.failed('the keeper of the stack has ended');
        one.exited({ code: null, signal: null });
      }
      resolve();
    });
  });
  // A keeper that has ended shows in `gone`; writing to it afterwards is no news.
  keeper.stdin?.on('error', () => {});
  const tell = (order: object) => keeper.stdin?.write(`${JSON.stringify(order)}\n`);

  createInterface({ input: keeper.stdout! }).on('line', (line) => {
    const report = JSON.parse(line) as Report;
    const one = waiting.get(report.id);
    if (report.event === 'started') one?.started(report.pid);
    if (report.event === 'failed') one?.failed(report.message);
    if (report.event === 'exited') one?.exited({ code: report.code, signal: report.signal });
    if (report.event !== 'started') waiting.delete(report.id);
  });

  const start = async (order: StartOrder): Promise<KeptChild> => {
    if (ended) throw didNotStart(order.name, 'the stack has stopped');
    lastId += 1;
    const id = lastId;
    const log = join(dataDir, 'log', `${order.name}.log`);
    return new Promise((resolve, reject) => {
      const exited = new Promise<Exit>((settle) => {
        waiting.set(id, {
          started: (pid) =>
            resolve({
              name: order.name,
              pid,
              log,
              exited,
              stop: async () => {
                tell({ op: 'stop', id });
                await exited;
              },
              kill: (signal) => tell({ op: 'signal', id, signal }),
            }),
          failed: (message) => reject(didNotStart(order.name, message)),
          exited: settle,
        });
      });
      tell({ op: 'start', id, log, ...order });
    });
  };

  return {
    start,
    end: async () => {
      keeper.stdin?.end();
      await gone;
    },
  };
}
