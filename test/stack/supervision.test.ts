import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startStack } from '../../src/stack/index.ts';
import { externalHomeOf } from '../../src/stack/postgres-home.ts';
import { identityOf } from '../../src/stack/process-identity.mjs';
import { findPrograms } from '../../src/stack/programs.ts';
import { until } from '../../src/stack/until.ts';
import { getStack } from '../support/stack.ts';

const supervisorFile = fileURLToPath(new URL('../support/supervisor.ts', import.meta.url));
/** Leaves only PostgreSQL to start, which is quick. */
const onlyPostgres = { AMQP_URL: 'amqp://outside', TEMPORAL_ADDRESS: 'outside:7233', SMTP_URL: 'smtp://outside' };

type Up = { databaseUrl: string; amqpUrl: string; temporalAddress: string; rabbitmqUiUrl?: string; childPid: number };
type Supervisor = { process: ChildProcess; up: Up };

describe('The end of a stack', function () {
  this.timeout('3m');
  let parent: string;
  let dataDir: string;
  const running: ChildProcess[] = [];

  beforeEach(() => {
    // Readable by the ordinary user that runs PostgreSQL for root.
    parent = mkdtempSync(join(tmpdir(), 'durabill-stack-'));
    chmodSync(parent, 0o755);
    dataDir = join(parent, 'data');
  });
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    assert(await until(() => processesOf(dataDir).length === 0, { timeoutMs: 60_000 }));
    rmSync(parent, { recursive: true });
    rmSync(externalHomeOf(dataDir), { recursive: true, force: true });
  });

  async function start(kind: 'throw-away' | 'lasting', env: Record<string, string>): Promise<Supervisor> {
    const child = spawn(process.execPath, ['--import', 'tsx', supervisorFile, dataDir, kind], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    running.push(child);
    const line = await createInterface({ input: child.stdout })
      .once('line', () => {})
      [Symbol.asyncIterator]()
      .next();
    return { process: child, up: JSON.parse(line.value) };
  }

  it('comes for two whole stacks apart, and kill -9 of one leaves no process and no throw-away data', async () => {
    const { process: supervisor, up } = await start('throw-away', {});
    const ours = getStack();
    const ports = [up.databaseUrl, up.amqpUrl, up.rabbitmqUiUrl!].map((url) => new URL(url).port);
    const ourPorts = [ours.databaseUrl, ours.amqpUrl, ours.rabbitmqUiUrl!].map((url) => new URL(url).port);
    assert.deepEqual(
      ports.filter((port) => ourPorts.includes(port)),
      [],
    );
    assert.notEqual(up.temporalAddress, ours.temporalAddress);
    await assertServes(up.databaseUrl);
    await assertServes(ours.databaseUrl);
    assert(isRunning(up.childPid));

    supervisor.kill('SIGKILL');
    assert(
      await until(() => processesOf(dataDir).length === 0, { timeoutMs: 60_000 }),
      processesOf(dataDir).join('\n'),
    );
    assert(!isRunning(up.childPid));
    assert(!existsSync(dataDir));
    await assertServes(ours.databaseUrl);
  });

  it('comes in order on SIGTERM, with the exit code of the signal, and keeps lasting data', async () => {
    const { process: supervisor, up } = await start('lasting', onlyPostgres);
    supervisor.kill('SIGTERM');
    assert.deepEqual(await once(supervisor, 'exit'), [143, null]);
    assert.deepEqual(processesOf(dataDir), []);
    assert(!isRunning(up.childPid));
    assert.match(readFileSync(join(dataDir, 'log', 'postgres.log'), 'utf8'), /database system is shut down\n$/);
  });

  it('is made up for by the next start when supervisor and keeper were both killed', async () => {
    const first = await start('lasting', onlyPostgres);
    await withDatabase(first.up.databaseUrl, (client) => client.query('CREATE TABLE kept AS SELECT 42 AS n'));
    const { keeper } = JSON.parse(readFileSync(join(dataDir, 'pids.json'), 'utf8'));
    first.process.kill('SIGKILL');
    process.kill(keeper.pid, 'SIGKILL');
    await once(first.process, 'exit');
    assert(isRunning(first.up.childPid));

    const second = await start('lasting', onlyPostgres);
    assert(!isRunning(first.up.childPid));
    const rows = await withDatabase(second.up.databaseUrl, (client) => client.query('SELECT n FROM kept'));
    assert.deepEqual(rows.rows, [{ n: 42 }]);
  });

  it('spares a second copy on the same data directory, which is told who holds it', async () => {
    const first = await start('lasting', onlyPostgres);
    await assert.rejects(startStack({ dataDir, env: { ...process.env, ...onlyPostgres } }), {
      code: 'data-directory-held',
      message: new RegExp(`\\(process ${first.process.pid}\\)`),
    });
    await assertServes(first.up.databaseUrl);
  });

  it('follows when a part ends by itself, after one sentence with its log', async () => {
    const said: string[] = [];
    let allStopped = false;
    await startStack({
      dataDir,
      env: { ...process.env, ...onlyPostgres },
      say: (line) => said.push(line),
      onLost: () => {
        allStopped = true;
      },
    });
    const { children } = JSON.parse(readFileSync(join(dataDir, 'pids.json'), 'utf8'));
    process.kill(children[0].pid, 'SIGTERM');
    assert(await until(() => allStopped, { timeoutMs: 60_000 }));
    assert.match(said[0] ?? '', /^postgres is ready \(\d+\.\d s\)\.$/);
    assert.deepEqual(said.slice(1), [
      `postgres has ended by itself, so everything stops; see ${join(dataDir, 'log', 'postgres.log')}.`,
    ]);
    assert.deepEqual(processesOf(dataDir), []);
  });

  it('is the answer to a missing program that cannot be fetched, with what is missing and how to get it', async function () {
    if (findPrograms('temporal', process.env).length > 0) this.skip();
    const bin = join(parent, 'bin');
    mkdirSync(bin);
    const python = '#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\necho "no route to the index"; exit 1\n';
    writeFileSync(join(bin, 'python3'), python, { mode: 0o755 });
    const env = {
      ...process.env,
      DATABASE_URL: 'postgresql://outside',
      AMQP_URL: 'amqp://outside',
      TEMPORAL_ADDRESS: '',
      SMTP_URL: 'smtp://outside',
    };
    const paths = { PATH: `${bin}:${process.env['PATH']}`, XDG_CACHE_HOME: join(parent, 'cache') };
    await assert.rejects(startStack({ dataDir, env: { ...env, ...paths }, say: () => {} }), {
      code: 'part-missing',
      message: /^The Temporal server is missing: .* no route to the index$/,
      mend: /put the program `temporal` on PATH/,
    });
    assert.deepEqual(processesOf(dataDir), []);
    assert.deepEqual(readdirSync(join(parent, 'cache', 'durabill')), []);
  });
});

async function withDatabase<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function assertServes(url: string): Promise<void> {
  assert.equal((await withDatabase(url, (client) => client.query('SELECT 1 AS n'))).rows[0].n, 1);
}

function isRunning(pid: number): boolean {
  return identityOf(pid) !== undefined;
}

/** Command lines of all processes that name the data directory in their arguments, environment or working directory. */
function processesOf(dataDir: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const texts = pids.map((pid) =>
    [pid, ...['cmdline', 'environ'].map((file) => readOf(`/proc/${pid}/${file}`))].join(' '),
  );
  return texts.filter((text) => text.includes(dataDir)).map((text) => text.replaceAll('\0', ' ').slice(0, 200));
}

/** Empty for processes that have just ended and for those of others, which are none of ours. */
function readOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
