/**
 * Tells one process from another that later got the same number. Plain Node, since the bootstrap needs it before any
 * dependency is installed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Fields of /proc/<pid>/stat after the command in parentheses, which may itself hold spaces and parentheses. */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function identityFromProc(pid) {
  try {
    const fields = statOf(pid);
    const [state, startTicks] = [fields[0], fields[19]];
    // A zombie has ended; only its parent has not asked yet.
    if (state === 'Z' || state === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${startTicks}`;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/**
 * The start of a process as text: two processes with the same number never share it.
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs
 */
export function identityOf(pid) {
  if (process.platform === 'linux') return identityFromProc(pid);
  const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return answer.stdout?.trim() || undefined;
}

/** @returns {{ pid: number, identity: string }} this process */
export function ownIdentity() {
  return { pid: process.pid, identity: identityOf(process.pid) ?? '' };
}

/**
 * Whether the process that was once noted still runs, and is not another one under the same number.
 * @param {{ pid: number, identity: string } | undefined} noted
 */
export function isAlive(noted) {
  return noted !== undefined && noted.identity !== '' && identityOf(noted.pid) === noted.identity;
}

/**
 * The parent of a process and its command name; only where /proc tells it.
 * @param {number} pid
 * @returns {{ pid: number, command: string } | undefined}
 */
export function parentOf(pid) {
  try {
    const parent = Number(statOf(pid)[1]);
    return { pid: parent, command: readFileSync(`/proc/${parent}/comm`, 'utf8').trim() };
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}
