import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboardIsFresh, dependenciesAreFresh } from '../../src/stack/install.mjs';

type Packages = Record<string, { version: string; integrity?: string; optional?: boolean }>;

const big = { version: '7.0.1', integrity: 'sha512-a' };
const elsewhere = { version: '1.0.0', integrity: 'sha512-b', optional: true };

describe('The check for stale dependencies', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'durabill-clone-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function lockAsks(packages: Packages): string {
    const text = JSON.stringify({ packages: { '': { version: '0' }, ...packages } });
    writeFileSync(join(root, 'package-lock.json'), text);
    return createHash('sha256').update(text).digest('hex');
  }
  function npmInstalled(packages: Packages): void {
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  }

  it('installs into a fresh clone', () => {
    lockAsks({ 'node_modules/big.js': big });
    assert.equal(dependenciesAreFresh(root), false);
  });

  it('is spared by a manual npm ci of the same lock, without the packages of other machines', () => {
    lockAsks({ 'node_modules/big.js': big, 'node_modules/for-another-machine': elsewhere });
    npmInstalled({ 'node_modules/big.js': big });
    assert.equal(dependenciesAreFresh(root), true);
  });

  it('sees another version, other content, a missing package and one too many', () => {
    lockAsks({ 'node_modules/big.js': big });
    npmInstalled({ 'node_modules/big.js': { ...big, version: '7.0.0' } });
    assert.equal(dependenciesAreFresh(root), false);
    npmInstalled({ 'node_modules/big.js': { ...big, integrity: 'sha512-c' } });
    assert.equal(dependenciesAreFresh(root), false);
    npmInstalled({});
    assert.equal(dependenciesAreFresh(root), false);
    npmInstalled({ 'node_modules/big.js': big, 'node_modules/left': big });
    assert.equal(dependenciesAreFresh(root), false);
  });

  it('believes its own stamp until the lock changes', () => {
    const hash = lockAsks({ 'node_modules/big.js': big });
    npmInstalled({});
    writeFileSync(join(root, 'node_modules', '.durabill-lock'), hash);
    assert.equal(dependenciesAreFresh(root), true);
    lockAsks({});
    npmInstalled({ 'node_modules/big.js': big });
    assert.equal(dependenciesAreFresh(root), false);
  });
});

describe('The check for stale pages', () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'durabill-clone-'));
    write('package-lock.json', '{}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** As a build leaves it. */
  function build(): void {
    const sources = ['src/client/index.ts', 'src/dashboard/app.tsx', 'src/dashboard/vite.config.mjs'];
    const hash = createHash('sha256');
    for (const path of ['package-lock.json', ...sources]) hash.update(readFileSync(join(root, path)));
    write('dist/dashboard/built-from', hash.digest('hex'));
  }

  it('asks for none where there are no sources of them', () => {
    assert.equal(dashboardIsFresh(root), true);
  });

  it('sees pages that are missing, and each change of what they are made of', () => {
    write('src/dashboard/vite.config.mjs', 'export default {};');
    write('src/dashboard/app.tsx', 'one');
    write('src/client/index.ts', 'one');
    assert.equal(dashboardIsFresh(root), false);
    build();
    assert.equal(dashboardIsFresh(root), true);
    for (const path of ['src/dashboard/app.tsx', 'src/client/index.ts', 'package-lock.json']) {
      build();
      write(path, `another ${path}`);
      assert.equal(dashboardIsFresh(root), false, path);
    }
    build();
    write('src/dashboard/pages/new.tsx', 'one more');
    assert.equal(dashboardIsFresh(root), false);
  });
});

describe('The bootstrap', () => {
  it('answers an unknown command with one sentence and exit code 1', () => {
    const bootstrap = fileURLToPath(new URL('../../src/bin/bootstrap.mjs', import.meta.url));
    const answer = spawnSync(process.execPath, [bootstrap, 'strat'], { encoding: 'utf8' });
    assert.equal(answer.status, 1);
    assert.match(answer.stderr, /^Unknown command strat; there are: .*\btest\b.*\n$/);
  });
});
