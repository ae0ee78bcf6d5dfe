import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWorkflows } from '../../src/temporal/bundle-cache.ts';

describe('The compiled workflows that are kept', function () {
  this.timeout(60_000);
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'durabill-workflows-'));
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('are compiled once, and read from then on', async () => {
    const first = await loadWorkflows(directory);
    const [name] = (await readdir(directory)) as [string];
    assert.match(name, /^workflows-[0-9a-f]{32}\.cjs$/);
    assert.equal(await readFile(join(directory, name), 'utf8'), first.code);
    await writeFile(join(directory, name), 'what is there is taken');
    assert.equal((await loadWorkflows(directory)).code, 'what is there is taken');
    assert.deepEqual(await readdir(directory), [name]);
  });
});
