import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Condition = 'service_healthy' | 'service_completed_successfully' | 'service_started';

export type Service = {
  image: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: Condition }>;
  ports?: string[];
  volumes?: string[];
  restart?: string;
  stop_grace_period?: string;
  profiles?: string[];
};

export const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};

export type Instruction = { name: string; args: string };

/** The instructions of the Dockerfile, stage by stage. */
export function stages(): { from: string; instructions: Instruction[] }[] {
  const lines = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const found: { from: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', args = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') found.push({ from: args, instructions: [] });
    else found.at(-1)?.instructions.push({ name, args });
  }
  return found;
}

/** Whether .dockerignore keeps a path out: as in Docker, the last line that fits it or a folder above it decides. */
export function isIgnored(path: string): boolean {
  let ignored = false;
  for (const line of read('.dockerignore').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    if (pattern === '*' || path === pattern || path.startsWith(`${pattern}/`)) ignored = !line.startsWith('!');
  }
  return ignored;
}

/** Copies what `COPY . .` of the Dockerfile would see. */
export function copyContext(to: string): void {
  const copy = (folder: string) => {
    for (const name of readdirSync(join(root, folder))) {
      const path = join(folder, name);
      if (['.git', 'node_modules', '.durabill'].includes(path)) continue;
      if (statSync(join(root, path)).isDirectory()) copy(path);
      else if (!isIgnored(path)) cpSync(join(root, path), join(to, path), { recursive: true });
    }
  };
  copy('.');
}
