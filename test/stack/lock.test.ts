import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lock, tryLock } from '../../src/stack/lock.mjs';
import { identityOf, isAlive, ownIdentity } from '../../src/stack/process-identity.mjs';

const lockModule = new URL('../../src/stack/lock.mjs', import.meta.url).href;
/** Tries once on a start signal, tells the answer, and lives until stdin ends. */
const contender = `
import { tryLock } from ${JSON.stringify(lockModule)};
process.stdin.once('data', () => console.log(JSON.stringify(tryLock(process.argv[1]))));
process.stdin.on('end', () => process.exit());
console.log('ready');
`;

describe('The lock between processes', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'durabill-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('names the holder to a second copy, and is free again after release', () => {
    const first = tryLock(directory);
    assert(first.held);
    assert.deepEqual(tryLock(directory), { held: false, pid: process.pid });
    first.release();
    assert.equal(tryLock(directory).held, true);
  });

  it('is taken over from a process that has ended, even when its number is in use again', () => {
    writeFileSync(join(directory, 'lock.7'), JSON.stringify({ pid: process.pid, identity: 'another boot:1' }));
    assert.equal(tryLock(directory).held, true);
    assert.deepEqual(readdirSync(directory), ['lock.8']);
  });

  it('lets a waiting copy in when the holder releases it', async () => {
    const first = tryLock(directory);
    assert(first.held);
    const release = await lock(directory, (pid) => {
      assert.equal(pid, process.pid);
      first.release();
    });
    release();
  });

  it('has one winner when many copies find a dead holder at the same moment', async () => {
    writeFileSync(join(directory, 'lock.1'), JSON.stringify({ pid: 2 ** 22 + 1, identity: 'gone' }));
    const copies = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', contender, directory], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    try {
      const lines = copies.map((copy) => createInterface({ input: copy.stdout })[Symbol.asyncIterator]());
      await Promise.all(lines.map((line) => line.next()));
      for (const copy of copies) copy.stdin.write('go\n');
      const answers = await Promise.all(lines.map(async (line) => JSON.parse((await line.next()).value)));
      assert.equal(answers.filter((answer) => answer.held).length, 1);
    } finally {
      await Promise.all(copies.map(ended));
    }
  });
});

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}

describe('The identity of a process', () => {
  it('holds for a running process and for no other under its number', () => {
    assert(isAlive(ownIdentity()));
    assert(!isAlive({ pid: process.pid, identity: 'another' }));
    assert(!isAlive(undefined));
  });

  it('ends with the process', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    assert.equal(identityOf(child.pid!), undefined);
  });
});
