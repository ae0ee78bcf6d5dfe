import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readyMessage } from '../../src/bin/shared/process.ts';
import type { RunningChild } from '../../src/stack/index.ts';
import type { Deployment } from '../support/deployment.ts';
import type { Kind } from './crash-plan.ts';
import type { KillLog } from './kills.ts';
import { lastLines } from './log-tail.ts';
import { pause } from './patience.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of each kind there are always two, as in any deployment that means to stay up. */
const instances = 2;
const probeEveryMs = 250;
/** One that ends by itself over and over is not started more often than this. */
const afterOwnEndMs = 1_000;
/** What a process needs for its start; one that gives up while it is away is started again, as anywhere. */
const neededParts = ['postgres', 'rabbitmq', 'temporal'];
const giveUpSeconds = 30;
/** Lines: an exception with its stack. */
const lastWords = 25;

export type Place = {
  name: string;
  kind: Kind;
  /** Where the API listens; the same for every process in this place. */
  port: number;
  operationsPort: number;
};

export type Supervisor = {
  /** Names of the running processes of a kind that serve. */
  serving(kind: Kind): string[];
  /** Kills the process of that name, if it runs. */
  kill(name: string): void;
  /** Processes that ended without having been killed, in a sentence each. */
  readonly ownEnds: readonly string[];
  /** How many gave up their start because a part was away. */
  startsGivenUp(): number;
  /** Whether every process serves. */
  allServe(): boolean;
  /** Starts nothing any more. What runs ends with the deployment. */
  release(): void;
};

type Exit = Awaited<RunningChild['exited']>;

type Life = { child: RunningChild | undefined; isKilled: boolean; serves: boolean; hasServed: boolean };

/**
 * Two processes of each kind, started again at once whenever one ends, and armed by `armsFor` at every start. Notes who
 * was killed, at which crash point, and when its place served again.
 */
export function superviseProcesses(
  deployment: Deployment,
  kills: KillLog,
  options: { places: readonly Place[]; armsFor(kind: Kind): string; env?: Record<string, string> },
): Supervisor {
  const released = new AbortController();
  const ownEnds: string[] = [];
  const lives = new Map<string, Life>();
  let startsGivenUp = 0;

  async function keepUp(place: Place): Promise<void> {
    while (!released.signal.aborted) {
      const life: Life = { child: undefined, isKilled: false, serves: false, hasServed: false };
      lives.set(place.name, life);
      const child = await startIn(place);
      life.child = child;
      let ended = false;
      const exited = child.exited.finally(() => {
        ended = true;
        life.serves = false;
      });
      void watch(place, life, () => ended);
      const exit = await exited;
      if (released.signal.aborted) return;
      if (!(await wasKilled(place, life, exit))) await pause(afterOwnEndMs, released.signal);
    }
  }

  /** Notes how a process has ended: at a crash point, killed from here, or by itself. */
  async function wasKilled(place: Place, life: Life, { signal, code }: Exit): Promise<boolean> {
    const point = await pointOf(place, life.child!.pid);
    if (point !== undefined) kills.note(place.name, point);
    if (point !== undefined || life.isKilled) return true;
    if (!life.hasServed && kills.wasAway(neededParts, giveUpSeconds)) startsGivenUp += 1;
    else ownEnds.push(`${place.name} ended by itself (${signal ?? code}): ${await lastLines(logOf(place), lastWords)}`);
    return false;
  }

  function startIn({ name, kind, port, operationsPort }: Place): Promise<RunningChild> {
    const arms = options.armsFor(kind);
    return deployment.stack.run({
      name,
      command: process.execPath,
      args: ['--import', 'tsx', join('src', 'bin', `${kind}.ts`)],
      cwd: root,
      env: {
        ...deployment.env,
        ...options.env,
        DURABILL_API_PORT: String(port),
        DURABILL_OPERATIONS_PORT: String(operationsPort),
        DURABILL_CRASH_AT: arms,
        DURABILL_WORKFLOW_CACHE: join(deployment.stack.dataDir, 'workflows'),
      },
    });
  }

  async function watch(place: Place, life: Life, hasEnded: () => boolean): Promise<void> {
    // Asked for until it was seen: while a part is away, what is told of that soon covers it in the log.
    let hasBegun = false;
    const serves = async () => {
      hasBegun ||= await saysReady(place, life.child!.pid);
      return hasBegun && (await isReady(place));
    };
    while (!hasEnded() && !(await serves())) await pause(probeEveryMs, released.signal);
    if (hasEnded()) return;
    life.serves = true;
    life.hasServed = true;
    kills.recovered(place.name);
  }

  const logOf = ({ name }: Place) => join(deployment.stack.dataDir, 'log', `${name}.log`);

  /** Beside the parts being there: that it has begun with its own work. */
  async function saysReady(place: Place, pid: number): Promise<boolean> {
    const lines = (await lastLines(logOf(place), 500)).split('\n');
    return lines.some((line) => line.includes(`"pid":${pid},`) && line.includes(`"msg":"${readyMessage}"`));
  }

  async function pointOf(place: Place, pid: number): Promise<string | undefined> {
    const lines = (await lastLines(logOf(place), 20)).split('\n');
    const left = lines.find((line) => line.startsWith(`{"pid":${pid},`) && line.includes('"crashPoint"'));
    return left === undefined ? undefined : (JSON.parse(left) as { crashPoint: string }).crashPoint;
  }

  for (const place of options.places) {
    keepUp(place).catch((error: Error) => {
      if (!released.signal.aborted) ownEnds.push(`${place.name} could not be kept up: ${error.message}`);
    });
  }
  return {
    serving: (kind) =>
      options.places.filter((place) => place.kind === kind && lives.get(place.name)?.serves).map(({ name }) => name),
    kill(name) {
      const life = lives.get(name);
      if (life?.child === undefined || life.isKilled) return;
      life.isKilled = true;
      life.serves = false;
      kills.note(name);
      life.child.kill('SIGKILL');
    },
    ownEnds,
    startsGivenUp: () => startsGivenUp,
    allServe: () => options.places.every(({ name }) => lives.get(name)?.serves),
    release: () => released.abort(),
  };
}

/** Two of each kind. */
export function placesOf(kinds: readonly Kind[], portOf: () => number): Place[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: instances }, (_, index) => ({
      name: `${kind}-${index + 1}`,
      kind,
      port: portOf(),
      operationsPort: portOf(),
    })),
  );
}

async function isReady({ operationsPort }: Place): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${operationsPort}/readyz`, { signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    // Not listening yet, or killed again.
    return false;
  }
}
