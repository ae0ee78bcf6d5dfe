import { readdir, readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import type { Sql } from './database.ts';
import { openSchemaEngine } from './schema-engine.ts';

const migrationsFolder = new URL('../../prisma/migrations/', import.meta.url);

/**
 * Applies the migrations of `prisma/migrations` that the database has not had yet, in order, each as one transaction,
 * and returns their names. Prisma's own engine does it (as WebAssembly, since its native one is downloaded at run
 * time), so `_prisma_migrations` is kept as Prisma keeps it. Safe when several processes call it at once.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const gate = await connect(databaseUrl);
  try {
    // The engine's own lock gives up after ten seconds; a copy that starts beside a long migration waits here instead.
    await gate.query(`SELECT pg_advisory_lock(hashtextextended('durabill-migrate', 0))`);
    return await applyAll(databaseUrl);
  } finally {
    await gate.end();
  }
}

/** The migrations of this version that the database has not had, or not to their end. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const names = await migrationNames();
  const { rows } = await sql.query<{ found: boolean }>(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`);
  if (rows[0]?.found !== true) return names;
  const applied = await sql.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const had = new Set(applied.rows.map(({ name }) => name));
  return names.filter((name) => !had.has(name));
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A server that ends while nothing is asked would end this process too; the next query says so instead.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function applyAll(databaseUrl: string): Promise<string[]> {
  const { factory, dispose } = wholeScripts(databaseUrl);
  try {
    const engine = await openSchemaEngine(factory);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(),
      filters: { externalTables: [], externalEnums: [] },
    });
    engine.free();
    return appliedMigrationNames;
  } finally {
    // The engine leaves its connections open, and with them its advisory lock.
    await dispose();
  }
}

/**
 * The adapter runs a migration statement by statement, splitting at every semicolon, which breaks the bodies of
 * functions and leaves half a migration behind on an error. Sent as one query, PostgreSQL parses it and takes it whole.
 */
function wholeScripts(databaseUrl: string): { factory: PrismaPg; dispose(): Promise<void> } {
  const factory = new PrismaPg({ connectionString: databaseUrl });
  const opened: { dispose(): Promise<void> }[] = [];
  const open = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await open();
    opened.push(adapter);
    adapter.executeScript = async (script) => {
      const client = await connect(databaseUrl);
      try {
        await client.query(script);
      } finally {
        await client.end();
      }
    };
    return adapter;
  };
  return { factory, dispose: async () => void (await Promise.all(opened.map((adapter) => adapter.dispose()))) };
}

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function readMigrations(): Promise<MigrationList> {
  const names = await migrationNames();
  const read = async (path: string) => await readFile(new URL(path, migrationsFolder), 'utf8');
  return {
    baseDir: 'prisma/migrations',
    lockfile: { path: 'migration_lock.toml', content: await read('migration_lock.toml') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await read(`${name}/migration.sql`) },
        },
      })),
    ),
  };
}
