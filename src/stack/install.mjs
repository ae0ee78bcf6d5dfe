/**
 * Brings a clone to the point where its TypeScript runs: the locked dependencies and the generated database client.
 * Plain Node, since it runs before either is there.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { lock } from './lock.mjs';

const hashOf = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
};

const readText = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** Written at the end of each step into node_modules, so that `npm ci`, which empties it, also voids them. */
const stampOf = (root, step) => join(root, 'node_modules', `.durabill-${step}`);

/** One sentence for the person at the terminal, without a stack. */
export class Missing extends Error {}

/**
 * Whether npm's own record of what it installed is what the lock asks for. It spares the installation after a manual
 * `npm ci`. Optional packages for other machines are in the lock and rightly not installed.
 */
function npmInstalledTheLock(root) {
  const installedText = readText(join(root, 'node_modules', '.package-lock.json'));
  if (installedText === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(installedText).packages;
  const same = ([path, entry]) =>
    installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity;
  const asWanted = Object.entries(wanted)
    .filter(([path]) => path !== '')
    .every(([path, entry]) => (installed[path] === undefined ? entry.optional === true : same([path, entry])));
  return asWanted && Object.keys(installed).every((path) => wanted[path] !== undefined);
}

/** @param {string} root the clone */
export function dependenciesAreFresh(root) {
  if (!existsSync(join(root, 'node_modules'))) return false;
  return readText(stampOf(root, 'lock')) === hashOf(join(root, 'package-lock.json')) || npmInstalledTheLock(root);
}

/** npm as it was started, else the one on PATH. */
function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js') && existsSync(script)) return run(process.execPath, [script, ...args], options);
  return run('npm', args, options);
}

async function installDependencies(root) {
  console.error('Installing the locked dependencies (once).');
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm says "added 412 packages" on stdout, which belongs to the command's own output.
  const code = await npm(args, { cwd: root, stdio: ['ignore', 2, 2] }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Missing('npm is missing; it comes with Node.js: https://nodejs.org/en/download');
  });
  if (code > 128) process.exit(code);
  if (code !== 0) {
    throw new Missing(
      `The dependencies could not be installed; see npm's message above, then run: npm ${args.slice(0, 2).join(' ')}`,
    );
  }
}

const schemaOf = (root) => join(root, 'prisma', 'schema.prisma');
const generatedClientOf = (root) => join(root, 'src', 'store', 'generated');

function clientIsFresh(root) {
  if (!existsSync(schemaOf(root))) return true;
  if (!existsSync(generatedClientOf(root))) return false;
  return readText(stampOf(root, 'schema')) === hashOf(schemaOf(root), join(root, 'package-lock.json'));
}

async function generateClient(root) {
  const code = await run(process.execPath, [join(root, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 2],
    env: {
      ...process.env,
      // Generation looks for a schema engine that it never calls, and would fetch one; any program satisfies it.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (code > 128) process.exit(code);
  if (code !== 0) throw new Missing('The database client could not be generated; see the message above.');
  writeFileSync(stampOf(root, 'schema'), hashOf(schemaOf(root), join(root, 'package-lock.json')));
}

/**
 * Does what is missing, once, even when several copies start in one clone at the same time.
 * @param {string} root the clone
 */
export async function prepare(root) {
  if (dependenciesAreFresh(root) && clientIsFresh(root)) return;
  const release = await lock(join(root, '.durabill', 'install'), (pid) =>
    console.error(`Another copy (process ${pid}) is installing; waiting for it.`),
  );
  try {
    if (!dependenciesAreFresh(root)) await installDependencies(root);
    writeFileSync(stampOf(root, 'lock'), hashOf(join(root, 'package-lock.json')));
    if (!clientIsFresh(root)) await generateClient(root);
  } finally {
    release();
  }
}
