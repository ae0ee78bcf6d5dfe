import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { crashPoints } from '../src/crash-points.ts';
import { readSources } from './support/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Passes two points in turn, three times each, and tells before each pass. */
const program = `
  import { writeSync } from 'node:fs';
  import { crashPoint } from './src/crash-points.ts';
  for (let pass = 1; pass <= 3; pass += 1) {
    for (const point of ['run.opened', 'sync.parked']) {
      writeSync(1, point + ' ' + pass + '\\n');
      crashPoint(point);
    }
  }
  writeSync(1, 'the end\\n');
`;

async function runWith(setting: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, DURABILL_CRASH_AT: setting },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, passes: said.stdout.trim().split('\n'), stderr: said.stderr };
}

describe('Crash points', () => {
  it('are all placed in the product, and no other name is', () => {
    const placed = new Set<string>();
    for (const [path, source] of readSources(['src', 'activities', 'workflows'], /^src\/store\/generated\//)) {
      const names = [...source.matchAll(/\bcrashPoint\('([^']*)'\)/g)].map(([, name]) => name!);
      const calls = [...source.matchAll(/\bcrashPoint\(/g)].length - (path === 'src/crash-points.ts' ? 1 : 0);
      assert.equal(names.length, calls, `${path} names each point in the call itself`);
      for (const name of names) placed.add(name);
    }
    assert.deepEqual([...placed].sort(), [...crashPoints].sort());
  });

  it('kill at the nth pass, and leave the name', async () => {
    const { signal, passes, stderr } = await runWith('run.opened:2');
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(passes, ['run.opened 1', 'sync.parked 1', 'run.opened 2']);
    assert.equal((JSON.parse(stderr) as { crashPoint: string }).crashPoint, 'run.opened');
  });

  it('of several kill at the one that is reached first', async () => {
    const { signal, stderr } = await runWith('run.opened:3,sync.parked:2');
    assert.equal(signal, 'SIGKILL');
    assert.equal((JSON.parse(stderr) as { crashPoint: string }).crashPoint, 'sync.parked');
  });

  it('do nothing where they are not armed', async () => {
    const { code, passes } = await runWith('sync.parked:4');
    assert.equal(code, 0);
    assert.equal(passes.at(-1), 'the end');
    assert.equal((await runWith('')).passes.at(-1), 'the end');
  });

  for (const setting of ['run.closed', 'run.opened:0', 'run.opened:1:2', 'run.opened,']) {
    it(`refuse "${setting}" at the start`, async () => {
      const { code, passes, stderr } = await runWith(setting);
      assert.equal(code, 1);
      assert.deepEqual(passes, ['']);
      assert.match(stderr, /DURABILL_CRASH_AT names no crash point/);
    });
  }
});
