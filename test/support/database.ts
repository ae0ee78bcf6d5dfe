import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';

export type TestDatabase = { database: Database; url: string; drop(): Promise<void> };

/** Address of the server on which tests make their databases. */
function serverUrl(): string {
  const url = process.env['DURABILL_TEST_DATABASE_URL'];
  if (url === undefined || url === '') {
    throw new Error('DURABILL_TEST_DATABASE_URL is not set: run the tests by `npm test`, or name a PostgreSQL server.');
  }
  return url;
}

function urlOf(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

let template: Promise<string> | undefined;
let madeTemplate: string | undefined;

/** Migrating takes seconds and copying a tenth of one, so every database of a run is a copy of one that was migrated. */
async function makeTemplate(): Promise<string> {
  const name = `template_${randomUUID()}`;
  await onServer(`CREATE DATABASE "${name}"`);
  madeTemplate = name;
  await migrate(urlOf(name));
  return name;
}

/** An own migrated database, empty. Call `drop` at the end. */
export async function openTestDatabase(): Promise<TestDatabase> {
  template ??= makeTemplate();
  return await openCopy(await template);
}

/** A database that is as the one at this address is now, like a backup of it; nobody may be connected there. */
export async function openBackupOf(url: string): Promise<TestDatabase> {
  return await openCopy(new URL(url).pathname.slice(1));
}

async function openCopy(original: string): Promise<TestDatabase> {
  const name = `test_${randomUUID()}`;
  await onServer(`CREATE DATABASE "${name}" TEMPLATE "${original}"`);
  const url = urlOf(name);
  const database = openDatabase(url);
  return {
    database,
    url,
    async drop() {
      await database.close();
      await onServer(`DROP DATABASE "${name}" WITH (FORCE)`);
    },
  };
}

/**
 * A backup of a database, taken now: another one with the same content. Connections to the original are cut, since
 * PostgreSQL copies a database that nobody uses; a pool connects again at its next statement.
 */
export async function copyDatabase(url: string): Promise<TestDatabase> {
  const original = new URL(url).pathname.slice(1);
  const name = `copy_${randomUUID()}`;
  await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${original}'`);
  await onServer(`CREATE DATABASE "${name}" TEMPLATE "${original}"`);
  const database = openDatabase(urlOf(name));
  return {
    database,
    url: urlOf(name),
    async drop() {
      await database.close();
      await onServer(`DROP DATABASE "${name}" WITH (FORCE)`);
    },
  };
}

/** For one `describe`: opens a database before its tests and drops it after them. */
export function useTestDatabase(): { readonly database: Database; readonly url: string } {
  let opened: TestDatabase | undefined;
  before(async function () {
    this.timeout(30_000);
    opened = await openTestDatabase();
  });
  after(async function () {
    this.timeout(10_000);
    await opened?.drop();
  });
  const current = (): TestDatabase => {
    if (opened === undefined) throw new Error('The database is opened before the tests, not before their describe.');
    return opened;
  };
  return {
    get database() {
      return current().database;
    },
    get url() {
      return current().url;
    },
  };
}

// Registered with mocha's root suite, since this file is first loaded while test files are.
after(async () => {
  if (madeTemplate !== undefined) await onServer(`DROP DATABASE "${madeTemplate}" WITH (FORCE)`);
});
