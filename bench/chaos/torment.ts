import type { Part, Stack } from '../../src/stack/index.ts';
import { type Kind, kinds } from './crash-plan.ts';
import type { KillLog } from './kills.ts';
import type { Fault } from './options.ts';
import { pause, untilDone } from './patience.ts';
import { type Random, randomOf } from './random.ts';
import type { Supervisor } from './supervisor.ts';

/** Seconds from one kill of a target to its next, on average. Starting anew takes a worker 4 s and RabbitMQ 8 s. */
const meanSeconds: Record<Kind | 'postgres' | 'rabbitmq' | 'temporal' | 'simulator', number> = {
  api: 12,
  worker: 15,
  bridge: 12,
  postgres: 35,
  rabbitmq: 70,
  temporal: 50,
  simulator: 40,
};

/** What can be killed and started again on its own data. */
export type Victim = Pick<Part, 'name' | 'kill' | 'restart'>;

const lastOneShare = 0.3;

/**
 * Kills what is running at random times until the signals are aborted: each chosen kind of process and each part in a loop
 * of its own. Of the parts one is away at a time; processes are killed whatever else is. Ends when all parts serve again.
 */
export async function torment(
  options: {
    stack: Stack;
    /** The simulated Stripe, which forgets its fault rules when it is killed, and nothing else. */
    simulator: Victim;
    supervisor: Supervisor;
    kills: KillLog;
    faults: ReadonlySet<Fault>;
    seed: number;
  },
  until: { parts: AbortSignal; processes: AbortSignal },
): Promise<void> {
  const { stack, simulator, supervisor, kills, faults, seed } = options;
  const killProcess = (kind: Kind, random: Random) => {
    const serving = supervisor.serving(kind);
    // The last one that serves only now and then, so that on a slow machine, too, something gets done.
    if (serving.length > 1 || (serving.length === 1 && random.next() < lastOneShare)) {
      supervisor.kill(random.pick(serving));
    }
  };
  let turn: Promise<void> = Promise.resolve();
  const killPart = (part: Victim) => {
    turn = turn.then(async () => {
      if (!until.parts.aborted) await killAndRestart(part, kills);
    });
    return turn;
  };
  const loops = [
    ...kinds.map((kind) => ({
      target: kind,
      until: until.processes,
      act: async (random: Random) => killProcess(kind, random),
    })),
    ...(['postgres', 'rabbitmq', 'temporal'] as const).map((name) => ({
      target: name,
      until: until.parts,
      act: () => killPart(stack.parts[name]!),
    })),
    { target: 'simulator' as const, until: until.parts, act: () => killPart(simulator) },
  ].filter(({ target }) => faults.has(target));
  await Promise.all(
    loops.map((loop) => repeat(loop.act, randomOf(seed, `kill ${loop.target}`), meanSeconds[loop.target], loop.until)),
  );
}

async function repeat(
  act: (random: Random) => Promise<void>,
  random: Random,
  everySeconds: number,
  until: AbortSignal,
): Promise<void> {
  // The first comes within the mean, so that a short run has one of each; the others between half of it and one and a half.
  await pause(1_000 * everySeconds * (0.3 + 0.7 * random.next()), until);
  while (!until.aborted) {
    await act(random);
    await pause(1_000 * everySeconds * (0.5 + random.next()), until);
  }
}

const never = new AbortController().signal;

async function killAndRestart(part: Victim, kills: KillLog): Promise<void> {
  kills.note(part.name);
  await part.kill('SIGKILL');
  // A port may be taken for a moment by an outgoing connection of anybody.
  await untilDone(() => part.restart(), never);
  kills.recovered(part.name);
}
