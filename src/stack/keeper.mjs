/**
 * The keeper owns every process of a stack, so that none outlives its supervisor. It runs in a session of its own,
 * hears nothing of the terminal, and takes orders as JSON lines on stdin:
 *
 *   {"op":"start","id":1,"name":"postgres","command":"…","args":[],"env":{},"cwd":"/","log":"…","uid":1,"gid":1,
 *    "stopSignal":"SIGINT","graceMs":10000,"level":1,"afterwards":{"command":"…","args":[]}}
 *   {"op":"signal","id":1,"signal":"SIGKILL"}
 *   {"op":"stop","id":1}
 *
 * It reports on stdout: {"event":"started","id":1,"pid":42}, {"event":"failed","id":1,"message":"…"} and
 * {"event":"exited","id":1,"code":0,"signal":null}.
 *
 * The end of stdin is the one way to stop, be it on purpose or because the supervisor was killed: then it stops the
 * levels from the highest to the lowest, each process with its own signal and, past its grace, with SIGKILL to its
 * process group; removes what was named for removal; and ends.
 *
 * Arguments: the file to note running processes in (see leftovers.ts), then directories to remove at the end.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { identityOf, ownIdentity } from './process-identity.mjs';

const [pidsFile, ...removeAtEnd] = process.argv.slice(2);
const children = new Map();
let stopping = false;

/** A log that grew past this is set aside once, so that years of restarts do not fill the disk. */
const logLimitBytes = 32 * 1024 * 1024;

function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Written by rename, so that a reader never sees half a file. */
function notePids() {
  const running = [...children.values()].map(({ pid, identity, order }) => ({
    pid,
    identity,
    name: order.name,
    stopSignal: order.stopSignal,
    graceMs: order.graceMs,
    afterwards: order.afterwards,
  }));
  writeFileSync(`${pidsFile}.new`, JSON.stringify({ keeper: ownIdentity(), children: running }, null, 2));
  renameSync(`${pidsFile}.new`, pidsFile);
}

function openLog(file) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) renameSync(file, `${file}.old`);
  return openSync(file, 'a');
}

function start(order) {
  if (stopping) return report({ event: 'failed', id: order.id, message: 'the stack is stopping' });
  let log;
  let child;
  try {
    log = openLog(order.log);
    child = spawn(order.command, order.args, {
      cwd: order.cwd,
      env: order.env,
      // Its own process group, so that what it starts can be ended with it.
      detached: true,
      stdio: ['ignore', log, log],
      ...(order.uid === undefined ? {} : { uid: order.uid, gid: order.gid }),
    });
  } catch (error) {
    return report({ event: 'failed', id: order.id, message: error.message });
  } finally {
    if (log !== undefined) closeSync(log);
  }
  child.on('error', (error) => report({ event: 'failed', id: order.id, message: error.message }));
  if (child.pid !== undefined) keep(order, child);
}

function keep(order, child) {
  const { pid } = child;
  const exited = new Promise((resolve) => {
    child.on('exit', async (code, signal) => {
      killGroup(pid);
      await tidyAfter(order);
      children.delete(order.id);
      notePids();
      report({ event: 'exited', id: order.id, code, signal });
      resolve();
    });
  });
  children.set(order.id, { pid, identity: identityOf(pid) ?? '', order, exited });
  notePids();
  report({ event: 'started', id: order.id, pid });
}

/** What was started by way of another program, such as a container, is not in the process group. */
function tidyAfter({ afterwards, env, cwd }) {
  if (afterwards === undefined) return undefined;
  return new Promise((resolve) => {
    // What it says goes to the keeper's own log; if it fails, the next start tries again.
    const tidy = spawn(afterwards.command, afterwards.args, { env, cwd, stdio: ['ignore', 2, 2] });
    tidy.on('error', resolve);
    tidy.on('exit', resolve);
  });
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it has ended meanwhile, which is what the signal was for. EPERM: it runs as root through sudo (apt-get)
    // and ends by itself.
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}

function killGroup(pid) {
  send(-pid, 'SIGKILL');
}

async function stop(child) {
  send(child.pid, child.order.stopSignal);
  // A stopped process would answer its signal only once it runs again.
  send(child.pid, 'SIGCONT');
  const timer = setTimeout(() => killGroup(child.pid), child.order.graceMs);
  await child.exited;
  clearTimeout(timer);
}

async function stopAll() {
  if (stopping) return;
  stopping = true;
  const levels = [...new Set([...children.values()].map((child) => child.order.level))].sort((a, b) => b - a);
  for (const level of levels) {
    await Promise.all([...children.values()].filter((child) => child.order.level === level).map(stop));
  }
  rmSync(pidsFile, { force: true });
  // PostgreSQL's own children may write for a moment after it has gone; hence the retries.
  for (const path of removeAtEnd) rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exit(0);
}

function obey(order) {
  if (order.op === 'start') return start(order);
  const child = children.get(order.id);
  if (child === undefined) return;
  if (order.op === 'signal') send(child.pid, order.signal);
  if (order.op === 'stop') void stop(child);
}

for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGPIPE']) process.on(signal, () => {});
process.on('SIGTERM', stopAll);
// A fault of the keeper itself must not leave its processes behind either.
process.on('uncaughtException', (error) => {
  console.error(error);
  void stopAll();
});
// With the supervisor gone nobody reads the reports; the end of stdin says what to do then.
process.stdout.on('error', () => {});

notePids();
const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => obey(JSON.parse(line)));
orders.on('close', stopAll);
