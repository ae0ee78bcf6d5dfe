import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DurabillError } from '../errors/error.ts';
import type { Keeper } from './keeper-client.ts';
import { lastLineOf } from './part.ts';

/** Ordinary users often lack the sbin directories where server programs are. */
const usualDirectories = ['/usr/local/bin', '/usr/local/sbin', '/usr/bin', '/usr/sbin', '/bin', '/opt/homebrew/bin'];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Full paths of a program on PATH, then in the usual directories, in that order. */
export function findPrograms(name: string, env: NodeJS.ProcessEnv): string[] {
  const directories = [...(env['PATH'] ?? '').split(delimiter).filter((part) => part !== ''), ...usualDirectories];
  const files = directories.map((directory) => join(directory, name)).filter(isExecutable);
  return [...new Set(files)];
}

/**
 * The environment of the parts: what any program needs and nothing else, so that a variable meant for another
 * PostgreSQL, RabbitMQ or Temporal of this machine does not reach ours.
 */
export function plainEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  return { PATH: env['PATH'] ?? usualDirectories.join(delimiter), HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' };
}

/**
 * Runs a program to its end under the keeper, so that it ends with the stack too.
 *
 * @throws DurabillError `part-failed` when it answers anything but 0
 */
export async function runToEnd(
  keeper: Keeper,
  order: { name: string; command: string; args: string[]; env: NodeJS.ProcessEnv; cwd: string } & {
    graceMs?: number;
    uid?: number | undefined;
    gid?: number | undefined;
  },
): Promise<void> {
  const child = await keeper.start({ stopSignal: 'SIGTERM', graceMs: 5_000, level: 1, ...order });
  const { code, signal } = await child.exited;
  if (code === 0) return;
  throw new DurabillError('part-failed', {
    field: order.name,
    reason: `${order.name} ended with ${signal ?? code}; its log ${child.log} ends with: ${lastLineOf(child.log)}`,
  });
}
