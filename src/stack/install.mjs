/**
 * Brings a clone to the point where its TypeScript runs: the locked dependencies, the generated database client, and for
 * commands that serve them the built pages. Plain Node, since it runs before any of them is there.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** What the pages are made of, beside the packages that the lock names. */
const dashboardSources = [
  ['src', 'dashboard'],
  ['src', 'client'],
];
/** The hash of what they were made of lies beside them, so that neither is there without the other. */
const builtFrom = 'built-from';
const dashboardOf = (root) => join(root, 'dist', 'dashboard');

function hashOfDashboard(root) {
  const files = dashboardSources.flatMap((parts) => {
    const folder = join(root, ...parts);
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  });
  return hashOf(join(root, 'package-lock.json'), ...files.sort());
}

/** Whether the built pages are those of the sources; so are none where there are no sources. */
export function dashboardIsFresh(root) {
  if (!existsSync(join(root, ...dashboardSources[0], 'vite.config.mjs'))) return true;
  return readText(join(dashboardOf(root), builtFrom)) === hashOfDashboard(root);
}

/** Builds beside the pages that a running API may be serving, and takes their place in one step. */
async function buildDashboard(root) {
  console.error('Building the pages (once for each change of them).');
  const hash = hashOfDashboard(root);
  const built = join(root, 'dist', 'dashboard-new');
  const overtaken = join(root, 'dist', 'dashboard-overtaken');
  const args = ['build', join(root, 'src', 'dashboard'), '--configLoader', 'native', '--outDir', built];
  try {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const code = await run(process.execPath, [vite, ...args, '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    if (code > 128) process.exit(code);
    if (code !== 0) throw new Missing('The pages could not be built; see the message above.');
    writeFileSync(join(built, builtFrom), hash);
    if (existsSync(dashboardOf(root))) renameSync(dashboardOf(root), overtaken);
    renameSync(built, dashboardOf(root));
  } finally {
    for (const left of [built, overtaken]) rmSync(left, { recursive: true, force: true });
  }
}

/**
 * Does what is missing, once, even when several copies start in one clone at the same time.
 * @param {string} root the clone
 * @param {{ dashboard?: boolean }} needs whether the command serves the pages
 */
export async function prepare(root, { dashboard = false } = {}) {
  const pagesAreReady = () => !dashboard || dashboardIsFresh(root);
  if (dependenciesAreFresh(root) && clientIsFresh(root) && pagesAreReady()) return;
  const release = await lock(join(root, '.durabill', 'install'), (pid) =>
    console.error(`Another copy (process ${pid}) is installing; waiting for it.`),
  );
  try {
    if (!dependenciesAreFresh(root)) await installDependencies(root);
    writeFileSync(stampOf(root, 'lock'), hashOf(join(root, 'package-lock.json')));
    if (!clientIsFresh(root)) await generateClient(root);
    if (!pagesAreReady()) await buildDashboard(root);
  } finally {
    release();
  }
}
