import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One import of a file: `typeOnly` when nothing of it is left in the program that runs. */
export type Import = { from: string; to: string; typeOnly: boolean };

const names = String.raw`(?:\*(?:\s+as\s+\w+)?|\{[^}]*\}|\w+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+\w+))?)`;
const statement = new RegExp(
  String.raw`^(?:import|export)\s+(?<type>type\s+)?(?:${names}\s+from\s+)?'(?<target>[^']+)'`,
  'gm',
);
const call = /\b(?:import|require)\(\s*(?:'(?<target>[^']+)'\s*\))?/g;
const commentLine = /^\s*(?:\/\/|\/\*|\*).*$/gm;

/** Stands for the target of an `import()` whose argument is no plain text: nobody can say what that imports. */
export const computed = '(computed)';

/**
 * What a source imports, in the form that this repository writes: static, re-exported, for its effect, dynamic. Targets
 * are paths from the root for files of ours, and package or `node:` names for the rest. `import { type A }` counts as
 * no type import, because the file is loaded for it all the same.
 */
export function importsOf(path: string, source: string): Import[] {
  const code = source.replace(commentLine, '');
  const found = [...code.matchAll(statement)].map(({ groups }) => ({
    target: groups!['target']!,
    typeOnly: groups!['type'] !== undefined,
  }));
  for (const { groups } of code.matchAll(call)) found.push({ target: groups!['target'] ?? computed, typeOnly: false });
  return found.map(({ target, typeOnly }) => ({
    from: path,
    to: target.startsWith('.') ? posix.join(posix.dirname(path), target) : target,
    typeOnly,
  }));
}

const root = new URL('../../', import.meta.url);

/** The sources under these folders, path from the root to text. */
export function readSources(folders: readonly string[], skipped: RegExp): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(fileURLToPath(new URL(folder, root)), { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${entry.replaceAll('\\', '/')}`;
      if (!/\.m?tsx?$|\.mjs$/.test(path) || skipped.test(path)) continue;
      sources.set(path, readFileSync(new URL(path, root), 'utf8'));
    }
  }
  return sources;
}
