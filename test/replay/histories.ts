import { readdirSync, readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { HistoryJson } from '../../src/temporal/replay.ts';

export const historiesDir = fileURLToPath(new URL('./histories/', import.meta.url));

/** Recorded histories by their file names, `<workflow>.<branch>.json`, or `<workflow>.<branch>.v2.json` of a later version. */
export function readHistories(): { name: string; workflow: string; branch: string; history: HistoryJson }[] {
  return readdirSync(historiesDir)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const [workflow = '', branch = ''] = file.split('.');
      return { name: file, workflow, branch, history: JSON.parse(readFileSync(`${historiesDir}${file}`, 'utf8')) };
    });
}

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/**
 * A history without what it says of the machine that recorded it: who ran it, under which name and in which folder.
 * None of that is compared at a replay.
 */
export function withoutMachine(history: HistoryJson): HistoryJson {
  const scrubbed = JSON.stringify(history, (key, value: unknown) => {
    if (key === 'stackTrace') return '';
    if (key === 'identity') return 'recorder';
    if (typeof value !== 'string') return value;
    return value.replaceAll(hostname(), 'machine').replaceAll(root, '.').replaceAll(userInfo().homedir, '~');
  });
  return JSON.parse(scrubbed) as HistoryJson;
}

/** Every text of a history, those inside of payloads too. */
export function textsOf(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return key === 'data' ? [Buffer.from(value, 'base64').toString('utf8')] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, name));
}
