import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type CrashPoint, crashPoints } from '../../src/crash-points.ts';

/** What can be done to the deployment, by the names of `--faults`. */
export const faults = [
  'points',
  'api',
  'worker',
  'bridge',
  'postgres',
  'rabbitmq',
  'temporal',
  'messages',
  'twins',
  'stripe',
  'webhooks',
  'simulator',
] as const;
export type Fault = (typeof faults)[number];

export type ChaosOptions = {
  seed: number;
  invoices: number;
  /** How long faults go on; coming to rest and the verification follow. */
  minutes: number;
  faults: ReadonlySet<Fault>;
  /** Crash points that have to be hit, once at least. */
  points: readonly CrashPoint[];
  /** Fewer kills than this show nothing, and the run fails. */
  leastKills: number;
};

/**
 * The points on an invoice's way to Stripe. The chaos run sends no mail and no webhooks, follows nothing up and keeps all usage; those have
 * tests of their own.
 */
const onTheWay = crashPoints.filter((point) => !/^(?:mail|webhook|retention|run\.dunning)/.test(point));

export const usage = `Usage: npm run chaos -- [--seed N] [--invoices 1000] [--minutes 10] [--faults all|${faults.join(',')}] [--points all|NAME,…] [--smoke]
Points: ${onTheWay.join(', ')}`;

/** A run of this length has to have this many kills; a shorter one is held to fewer. */
const fullRun = { minutes: 10, kills: 100 };
/** For a pipeline: every crash point once, in the time that a person waits for. */
const smokeRun = { invoices: 120, minutes: 2.5 };

/**
 * @returns undefined when only help is asked for
 * @throws Error with the sentence that says what is wrong
 */
export function readOptions(args: string[]): ChaosOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      invoices: { type: 'string' },
      minutes: { type: 'string' },
      faults: { type: 'string', default: 'all' },
      points: { type: 'string', default: 'all' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const seed = Number(values.seed ?? randomInt(1, 1_000_000_000));
  const invoices = Number(values.invoices ?? (values.smoke ? smokeRun.invoices : 1_000));
  const minutes = Number(values.minutes ?? (values.smoke ? smokeRun.minutes : fullRun.minutes));
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed takes a whole number, not "${values.seed}".`);
  if (!Number.isSafeInteger(invoices) || invoices < 10) {
    throw new Error(`--invoices takes a whole number from 10, not "${values.invoices}".`);
  }
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new Error(`--minutes takes a number above 0 and up to ${24 * 60}, not "${values.minutes}".`);
  }
  const chosen = new Set(choose(values.faults, faults));
  const killsProcesses = ['api', 'worker', 'bridge'].every((name) => chosen.has(name as Fault));
  return {
    seed,
    invoices,
    minutes,
    faults: chosen,
    points: chosen.has('points') ? choose(values.points, onTheWay) : [],
    leastKills: killsProcesses ? Math.round(fullRun.kills * Math.min(1, minutes / fullRun.minutes)) : 0,
  };
}

function choose<Name extends string>(list: string, all: readonly Name[]): Name[] {
  if (list === 'all') return [...all];
  const names = list.split(',') as Name[];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}".`);
  return names;
}
