import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DurabillError } from '../errors/error.ts';
import { pidsFileOf } from './keeper-client.ts';
import { tryLock } from './lock.mjs';
import { externalHomeOf } from './postgres-home.ts';
import { isAlive, type ProcessIdentity } from './process-identity.mjs';
import { until } from './until.ts';

type Leftover = ProcessIdentity & {
  name: string;
  stopSignal: NodeJS.Signals;
  graceMs: number;
  afterwards?: { command: string; args: string[] };
};
type Pids = { keeper: ProcessIdentity; children: Leftover[] };

/** Longer than the keeper needs for its slowest level. */
const keeperEndTimeoutMs = 120_000;

/** Marks a data directory that may be removed when its processes are gone. */
const throwAwayMark = 'throw-away';

function readPids(dataDir: string): Pids | undefined {
  const file = pidsFileOf(dataDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Pids) : undefined;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endLeftover(leftover: Leftover): Promise<void> {
  if (isAlive(leftover)) await endProcess(leftover);
  // The keeper would have done it.
  if (leftover.afterwards) spawnSync(leftover.afterwards.command, leftover.afterwards.args, { stdio: 'ignore' });
}

async function endProcess(leftover: Leftover): Promise<void> {
  send(leftover.pid, leftover.stopSignal);
  const ended = await until(() => !isAlive(leftover), { timeoutMs: leftover.graceMs });
  // Each kept process leads its own group (see keeper.mjs).
  if (!ended) send(-leftover.pid, 'SIGKILL');
}

/**
 * Ends what an earlier copy left running in this data directory. Its keeper does that by itself when only the copy was
 * killed, and is waited for; when both were killed, the noted processes are ended here. A process counts as one of
 * them only if number and start time both match. The caller holds the directory's lock.
 */
async function clearLeftovers(dataDir: string, say: (line: string) => void): Promise<void> {
  const pids = readPids(dataDir);
  if (pids === undefined) return;
  if (isAlive(pids.keeper)) {
    say('An earlier copy is still stopping; waiting for it.');
    const ended = await until(() => !isAlive(pids.keeper), { timeoutMs: keeperEndTimeoutMs });
    if (!ended) throw heldBy(dataDir, pids.keeper.pid);
  }
  // Read again: a keeper that stopped in order has removed the file.
  for (const leftover of readPids(dataDir)?.children.toReversed() ?? []) await endLeftover(leftover);
  rmSync(pidsFileOf(dataDir), { force: true });
}

function heldBy(dataDir: string, pid: number): DurabillError {
  return new DurabillError('data-directory-held', {
    field: dataDir,
    reason: `Another copy of Durabill (process ${pid}) uses the data directory ${dataDir}, or is still stopping.`,
  });
}

/**
 * Takes a data directory for this process and clears what a crash left in it.
 *
 * @returns releases the directory
 * @throws DurabillError `data-directory-held` when another copy uses it
 */
export async function takeDataDirectory(
  dataDir: string,
  options: { throwAway: boolean; say: (line: string) => void },
): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true });
  const answer = tryLock(dataDir);
  if (!answer.held) throw heldBy(dataDir, answer.pid);
  if (options.throwAway) writeFileSync(join(dataDir, throwAwayMark), '');
  await clearLeftovers(dataDir, options.say);
  return answer.release;
}

/**
 * Removes throw-away data directories beside this one whose copy and keeper were both killed, so that killed test
 * runs do not pile up. Directories in use, and lasting ones, are left alone.
 */
export async function removeAbandoned(parentDir: string): Promise<void> {
  if (!existsSync(parentDir)) return;
  for (const name of readdirSync(parentDir)) {
    const dataDir = join(parentDir, name);
    if (!existsSync(join(dataDir, throwAwayMark))) continue;
    const pids = readPids(dataDir);
    if (pids !== undefined && isAlive(pids.keeper)) continue;
    const answer = tryLock(dataDir);
    if (!answer.held) continue;
    await clearLeftovers(dataDir, () => {});
    rmSync(externalHomeOf(dataDir), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
