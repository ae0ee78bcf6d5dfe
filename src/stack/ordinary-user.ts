import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { DurabillError } from '../errors/error.ts';

export type User = { uid: number; gid: number };

/** PostgreSQL refuses to run as root; these exist on the usual systems. */
const candidates = ['postgres', 'nobody'];

/** The user that PostgreSQL runs as: undefined means as ourselves, which is right for everyone but root. */
export function ordinaryUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of candidates) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new DurabillError('part-missing', {
    field: 'postgres',
    reason: `PostgreSQL does not run as root, and no user named ${candidates.join(' or ')} exists to run it.`,
    mend: 'Create one with: useradd --system --no-create-home postgres',
  });
}

/** The user that owns an existing data directory, since PostgreSQL serves its owner only. */
export function ownerOf(directory: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(directory);
  return { uid, gid };
}

/** Whether a program runs as that user; tried for real, since modes, links and mounts all have a say. */
export function canRun(user: User | undefined, command: string, args: string[]): boolean {
  return spawnSync(command, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}
