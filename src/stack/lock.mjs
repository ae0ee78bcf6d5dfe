/**
 * A lock between processes of one machine that a crash cannot leave closed.
 *
 * Each holder writes a file with the next number, `lock.7` after `lock.6`, and names itself in it by pid and start
 * time. The highest number holds while its process lives. Taking over a dead holder's lock therefore never deletes a
 * file that another copy may just have written: whoever links the next number first has won, and the loser sees it.
 * The highest file stays after release, so numbers only grow. Plain Node: the bootstrap uses it too.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, ownIdentity } from './process-identity.mjs';

/** Many copies may race for one lock; each round of the loop has one winner. */
const roundLimit = 1000;

function numbersIn(directory) {
  const names = readdirSync(directory).map((name) => /^lock\.(\d+)$/.exec(name));
  return names
    .filter((match) => match !== null)
    .map((match) => Number(match[1]))
    .sort((a, b) => a - b);
}

function holderOf(file) {
  try {
    const text = readFileSync(file, 'utf8');
    // A released lock is empty. Files appear by link, so one that is not empty is whole.
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function linkNew(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Tries once, without waiting. The directory is created when missing.
 * @param {string} directory
 * @returns {{ held: true, release: () => void } | { held: false, pid: number }} with the pid of the present holder
 */
export function tryLock(directory) {
  mkdirSync(directory, { recursive: true });
  const own = join(directory, `lock-${randomUUID()}`);
  writeFileSync(own, JSON.stringify(ownIdentity()));
  try {
    for (let round = 0; round < roundLimit; round += 1) {
      const highest = numbersIn(directory).at(-1) ?? 0;
      const holder = highest === 0 ? undefined : holderOf(join(directory, `lock.${highest}`));
      if (isAlive(holder)) return { held: false, pid: holder.pid };
      const file = join(directory, `lock.${highest + 1}`);
      if (!linkNew(own, file)) continue;
      const numbers = numbersIn(directory);
      // A copy that read the directory long ago may have reused a number that was meanwhile surpassed and deleted.
      if (numbers.at(-1) !== highest + 1) {
        rmSync(file, { force: true });
        continue;
      }
      for (const number of numbers.slice(0, -1)) rmSync(join(directory, `lock.${number}`), { force: true });
      return { held: true, release: () => release(file) };
    }
    throw new Error(`The lock in ${directory} could not be taken in ${roundLimit} rounds.`);
  } finally {
    rmSync(own, { force: true });
  }
}

function release(file) {
  try {
    truncateSync(file);
  } catch (error) {
    // The directory of a throw-away stack is gone by now, and the lock with it.
    if (error.code !== 'ENOENT') throw error;
  }
}

/**
 * Waits until the lock is free and takes it.
 * @param {string} directory
 * @param {(pid: number) => void} onWait called once, with the holder, when it has to wait
 * @returns {Promise<() => void>} releases the lock
 */
export async function lock(directory, onWait = () => {}) {
  let told = false;
  for (;;) {
    const answer = tryLock(directory);
    if (answer.held) return answer.release;
    if (!told) onWait(answer.pid);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
