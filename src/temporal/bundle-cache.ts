import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from './workers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The compiled workflows, from `directory` where an earlier start has left those of the very same sources, so that the
 * next worker starts in half the time. Without a directory they are compiled.
 */
export async function loadWorkflows(directory: string | undefined): Promise<WorkflowBundleWithSourceMap> {
  if (directory === undefined) return await bundleWorkflows();
  const file = join(directory, `workflows-${await digestOfSources()}.cjs`);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept, sourceMap: '' };
  const bundle = await bundleWorkflows();
  await mkdir(directory, { recursive: true });
  // Renamed into place, so that another worker never reads half of it.
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, bundle.code);
  await rename(unfinished, file);
  return bundle;
}

/** Of all that the bundle is made of: the workflows' sources, and by the lock file the packages under them. */
async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const sources = (await readdir(join(root, 'workflows'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  for (const name of [join('..', 'package-lock.json'), ...sources.sort()]) {
    const content = await readFile(join(root, 'workflows', name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}
