import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningChild } from '../../src/stack/index.ts';
import { until } from '../broker/support.ts';
import { getStack } from '../support/stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fileOf = (program: string) => join(root, 'src', 'bin', `${program}.ts`);

export type Finished = { code: number; stdout: string; stderr: string };

/** Runs a command of ours to its end, with these variables and no others that it knows. */
export function finish(program: string, args: readonly string[], env: Record<string, string>): Promise<Finished> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', fileOf(program), ...args];
    const child = execFile(process.execPath, command, { cwd: root, env: { PATH, ...env } }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

type Line = { msg?: string; pid?: number; [field: string]: unknown };

export type Launched = {
  child: RunningChild;
  /** The lines of its log with this message, once there is one. */
  said(message: string): Promise<Line[]>;
  /** What its log has as errors. */
  faults(): Promise<Line[]>;
  /** Asks a page of its operations port. */
  ask(path: string): Promise<{ status: number; body: { parts?: Record<string, string> } }>;
};

/** Starts a process of ours without waiting for anything. */
export async function launch(program: string, env: Record<string, string>, args: string[] = []): Promise<Launched> {
  const name = `${program}-${randomUUID().slice(0, 8)}`;
  const command = ['--import', 'tsx', fileOf(program), ...args];
  const child = await getStack().run({
    name,
    command: process.execPath,
    args: command,
    env,
    cwd: root,
    graceMs: 40_000,
  });
  return watch(child);
}

function watch(child: RunningChild): Launched {
  const file = join(getStack().dataDir, 'log', `${child.name}.log`);
  const linesOf = async (): Promise<Line[]> => {
    const text = await readFile(file, 'utf8');
    const lines = text.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Line).filter(({ pid }) => pid === child.pid);
  };
  const linesSaying = async (message: string) => (await linesOf()).filter(({ msg }) => msg === message);
  const said = async (message: string) => {
    let lines: Line[] = [];
    const isSaid = async () => {
      lines = await linesSaying(message);
      return lines.length > 0;
    };
    await until(isSaid, `${child.name} says "${message}"`, 180_000);
    return lines;
  };
  return {
    child,
    said,
    /** pino's level of errors, and above. */
    faults: async () => (await linesOf()).filter(({ level }) => Number(level) >= 50),
    async ask(path) {
      const port = (await said('operations'))[0]?.['port'];
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, body: (await answer.json()) as { parts?: Record<string, string> } };
    },
  };
}
