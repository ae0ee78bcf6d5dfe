import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DurabillError } from '../errors/error.ts';
import type { StackContext } from './context.ts';
import { findPrograms, plainEnvironment, runToEnd } from './programs.ts';

export type RabbitmqPrograms = { server: string; epmd: string };

const installCommand = 'apt-get install -y rabbitmq-server';

/**
 * The script that starts the broker as whoever calls it. What Debian puts on PATH is a wrapper that, for root, runs
 * everything as user `rabbitmq` in that user's folder, and refuses other users; the script it wraps lies beside it.
 */
function innerScript(found: string): string | undefined {
  const real = realpathSync(found);
  if (basename(real) !== 'rabbitmq-script-wrapper') return real;
  const inner = join(dirname(real), 'rabbitmq-server');
  return existsSync(inner) ? inner : undefined;
}

function isDebianLike(): boolean {
  return (
    existsSync('/etc/os-release') && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

/** How to become root without being asked anything: already so, by sudo, or not at all. */
function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

async function install(context: StackContext, prefix: string[]): Promise<void> {
  context.say(`RabbitMQ is missing; installing it with: ${[...prefix, installCommand].join(' ')}`);
  const run = (name: string, ...command: string[]) => {
    const [program, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
    // A package manager cut short leaves the machine in a bad state, so it gets time to finish.
    const env = { ...context.env, ...plainEnvironment(context.env, context.env['HOME'] ?? '/') };
    return runToEnd(context.keeper, { name, command: program!, args, env, cwd: '/', graceMs: 120_000 });
  };
  await run('apt-get-update', 'apt-get', 'update', '-q');
  await run('apt-get-install', 'apt-get', 'install', '-y', '-q', '--no-install-recommends', 'rabbitmq-server');
}

function missing(reason: string, cause?: unknown): DurabillError {
  return new DurabillError('part-missing', {
    field: 'rabbitmq',
    reason: `RabbitMQ is missing${reason}.`,
    mend: `Install it with: sudo ${installCommand}, or start a Docker engine, or name a running broker: AMQP_URL=amqp://… npm start`,
    cause,
  });
}

/** The broker's programs on this machine. */
export function findRabbitmq(env: NodeJS.ProcessEnv): RabbitmqPrograms | undefined {
  const server = findPrograms('rabbitmq-server', env)
    .map(innerScript)
    .find((script) => script !== undefined);
  const epmd = findPrograms('epmd', env)[0];
  return server === undefined || epmd === undefined ? undefined : { server, epmd };
}

/**
 * The broker's programs, installed by the system's package manager where that needs no password.
 *
 * @throws DurabillError `part-missing` with the command that gets it
 */
export async function installRabbitmq(context: StackContext): Promise<RabbitmqPrograms> {
  const prefix = isDebianLike() ? rootPrefix() : undefined;
  if (prefix === undefined) throw missing('');
  try {
    await install(context, prefix);
  } catch (cause) {
    throw missing(` and could not be installed. ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  const installed = findRabbitmq(context.env);
  if (installed === undefined) throw missing(' even after its installation');
  return installed;
}
