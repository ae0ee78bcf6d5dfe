import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DurabillError } from '../../errors/error.ts';
import type { RunningChild, Stack } from '../../stack/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const startLimitMs = 60_000;

export type Service = {
  /** Its log is <data directory>/log/<name>.log. */
  name: string;
  /** The file in src/bin, if it is not the name. */
  program?: string;
  /** The file itself, if it is elsewhere. */
  file?: string;
  args?: string[];
  env: Record<string, string>;
  ready: Readiness;
};
type Readiness = 'log' | { url: string };

/**
 * Starts one of Durabill's own processes and waits until it works: until its address answers, or until it says so in
 * its log. One that ends before is told with the last lines of its log.
 */
export async function startService(stack: Stack, service: Service): Promise<RunningChild> {
  const file = join(stack.dataDir, 'log', `${service.name}.log`);
  const child = await stack.run({
    name: service.name,
    command: process.execPath,
    args: [
      '--import',
      'tsx',
      service.file ?? join('src', 'bin', `${service.program ?? service.name}.ts`),
      ...(service.args ?? []),
    ],
    env: service.env,
    cwd: root,
    // Past the grace time that a process gives itself.
    graceMs: 30_000,
  });
  let ended = false;
  void child.exited.then(() => {
    ended = true;
  });
  const until = Date.now() + startLimitMs;
  while (!(await isReady(service.ready, file, child.pid))) {
    if (ended || Date.now() > until) {
      const why = ended ? 'ended at its start' : `did nothing for ${startLimitMs / 1_000} s`;
      throw new DurabillError('part-failed', {
        reason: `The process ${service.name} ${why}. Its last words:\n${(await tail(file)).trim()}\n`,
        mend: `The whole log is ${file}.`,
      });
    }
    await sleep(100);
  }
  return child;
}

async function isReady(ready: Readiness, file: string, pid: number): Promise<boolean> {
  if (ready === 'log') {
    return (await tail(file))
      .split('\n')
      .some((line) => line.includes(`"pid":${pid},`) && line.includes('"msg":"ready"'));
  }
  try {
    return (await fetch(ready.url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    // Not listening yet; the limit above decides when that is too long.
    return false;
  }
}

const tailBytes = 16_384;

async function tail(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(tailBytes),
      0,
      tailBytes,
      Math.max(0, size - tailBytes),
    );
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
