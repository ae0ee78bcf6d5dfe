/**
 * Where every command begins: `node src/bin/bootstrap.mjs <command> [arguments]`. Plain Node without a dependency, so
 * that it works in a fresh clone. Installs what is missing, then runs the command in this same process, so that
 * signals reach it.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run } from '../stack/child.mjs';
import { Missing, prepare } from '../stack/install.mjs';
import { endWithParent } from '../stack/parent-watch.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const nodeNeeded = [20, 19];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > nodeNeeded[0] || (major === nodeNeeded[0] && minor >= nodeNeeded[1])) return;
  throw new Missing(
    `Durabill needs Node.js ${nodeNeeded.join('.')} or newer and this is ${process.versions.node}; get it from https://nodejs.org/en/download`,
  );
}

const importFile = (file) => import(pathToFileURL(file).href);
const inModules = (...parts) => join(root, 'node_modules', ...parts);

const everyTest = 'test/**/*.test.ts';

/**
 * mocha reads .mocharc.json. It loads files by require wherever Node can require modules, and a TypeScript module that
 * is required becomes another one than the same module imported; the flag makes it import them.
 */
async function test(args) {
  const named = args.some((arg) => arg.endsWith('.test.ts'));
  const mocha = inModules('mocha', 'bin', 'mocha.js');
  const flags = ['--no-experimental-require-module', '--import', 'tsx'];
  process.exitCode = await run(process.execPath, [...flags, mocha, ...args, ...(named ? [] : [everyTest])]);
}

/**
 * The tests of the sync at a real sandbox of Stripe's. Without its key nothing is tested, and a green ending would say
 * that the sandbox agrees: so the exit code is 2, as with any wrong use.
 */
async function testStripe(args) {
  const key = process.env.STRIPE_TEST_SECRET_KEY ?? '';
  const fault = /^[sr]k_live_/.test(key)
    ? 'STRIPE_TEST_SECRET_KEY is a live key: tests make invoices, and would make them for real customers.'
    : 'Nothing was tested: set STRIPE_TEST_SECRET_KEY to the sk_test_… or rk_test_… key of a sandbox.';
  if (!/^[sr]k_test_\w+$/.test(key)) {
    console.error(fault);
    process.exitCode = 2;
    return;
  }
  process.env.DURABILL_TEST_SANDBOX = 'yes';
  await test(['test/targets/one-behaviour.test.ts', ...args]);
}

/**
 * Breaks src/domain/ in one place at a time and asks whether a test of it notices. A property then draws 10 samples of
 * its hundreds, always the same ones: a score is comparable, and too low rather than too high.
 */
async function testMutation(args) {
  process.env.DURABILL_TEST_SAMPLES ??= '10';
  process.exitCode = await run(process.execPath, [
    inModules('@stryker-mutator', 'core', 'bin', 'stryker.js'),
    'run',
    ...args,
  ]);
}

/** What runs in Node, the pages, and the tests that look into pages: each sees the globals of its own world. */
const projects = ['.', 'src/dashboard', 'test/dashboard'];

async function check() {
  let types = 0;
  for (const project of projects) {
    types ||= await run(process.execPath, [inModules('@typescript', 'native', 'bin', 'tsc'), '--project', project]);
  }
  const lint = await run(process.execPath, [inModules('@biomejs', 'biome', 'bin', 'biome'), 'ci', '.']);
  process.exitCode = types || lint;
}

/** Any other command is the file of that name beside this one, one of the bench, or a check too long for every test run. */
const elsewhere = {
  bench: ['bench', 'index.ts'],
  chaos: ['bench', 'chaos', 'index.ts'],
  'test:periods': ['test', 'domain', 'period', 'sweep.ts'],
};
const programOf = (command) => join(root, ...(elsewhere[command] ?? ['src', 'bin', `${command}.ts`]));

async function program(command, args) {
  const file = programOf(command);
  (await import('tsx/esm/api')).register();
  process.argv = [process.execPath, file, ...args];
  await importFile(file);
}

/** Commands whose pages have to be those of the sources. The others run while somebody is in the middle of changing them. */
const servesPages = ['start', 'api', 'test', 'bench', 'install'];

/** Only what comes before every command: for the build of an image. */
async function install() {}

const own = { test, 'test:stripe': testStripe, 'test:mutation': testMutation, check, install };

function commands() {
  const files = readdirSync(join(root, 'src', 'bin')).filter((name) => name.endsWith('.ts'));
  return [...Object.keys(own), ...Object.keys(elsewhere), ...files.map((name) => name.slice(0, -'.ts'.length))].sort();
}

/** npm goes to the root of the clone itself, and says where it was called. */
function calledFrom() {
  const byNpm = process.env.npm_package_name === 'durabill' && process.env.INIT_CWD;
  return byNpm || process.cwd();
}

async function main([command, ...args]) {
  checkNode();
  process.env.INIT_CWD = calledFrom();
  process.chdir(root);
  if (!commands().includes(command)) {
    throw new Missing(`Unknown command ${command ?? '(none)'}; there are: ${commands().join(', ')}`);
  }
  if (process.env.npm_lifecycle_event !== undefined) endWithParent();
  await prepare(root, { dashboard: servesPages.includes(command) });
  await (own[command]?.(args) ?? program(command, args));
}

/** What a person can mend gets its sentence; anything else is a fault of ours and shows its stack. */
function explain(error) {
  if (error instanceof Missing) return error.message;
  if (typeof error?.mend === 'string') return `${error.message} ${error.mend}`;
  if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error?.code)) {
    const place = error.path === undefined ? root : dirname(error.path);
    return `${error.message}; check that you may write to ${place}, and that the disk has room.`;
  }
  return error?.stack ?? String(error);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(explain(error));
  process.exit(1);
});
