import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/** What set-based SQL runs on: the pool, or the one connection of a transaction. */
export type Sql = {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
};

export type Database = Sql & {
  /** Everyday reads and writes, on the same pool. */
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction; what it throws rolls back and is passed on.
   * @param first statements without parameters, which go in one message with the BEGIN
   */
  transaction<T>(work: (sql: Sql) => Promise<T>, first?: string): Promise<T>;
  close(): Promise<void>;
};

export type DatabaseOptions = { maxConnections?: number; onIdleError?: (error: Error) => void };

// BIGINT arrives as bigint (money, counts), NUMERIC as text (exact), timestamptz as Date, date as text (no zone).
const parsers: Record<number, (text: string) => unknown> = {
  [pg.types.builtins.INT8]: BigInt,
  [pg.types.builtins.DATE]: (text) => text,
};
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return (format !== 'binary' && parsers[oid]) || pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;

/** Opens the pool (lazily connected) that both Prisma and plain SQL use; 10 connections unless said otherwise. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    // A new connection costs a sign-in, and each of its statements is parsed and planned anew: ten calm seconds are no
    // reason to give one up.
    idleTimeoutMillis: 300_000,
    application_name: 'durabill',
    // A peer that is gone without a word is noticed, and a transaction whose process is gone holds its locks no longer.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idle_in_transaction_session_timeout: 60_000,
    types,
  });
  // Without a listener, a connection that breaks while idle would end the process; the next query finds out itself.
  pool.on('error', options.onIdleError ?? (() => {}));
  // The pool listens to idle ones only: in a transaction, too, the next statement finds out that its connection broke.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    pool,
    prisma: new PrismaClient({ adapter: new PrismaPg(pool) }),
    query: (text, values) => pool.query(text as string, values),
    transaction: (work, first) => inTransaction(pool, work, first),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>, first = ''): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`BEGIN; ${first}`);
    const result = await work(client as Sql);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * The same connection for a transaction that asks the same statements again and again: each is parsed and planned once a
 * connection, under a name of its own. Not those of usage, whose plan depends on the times and marks that are asked for.
 */
export function prepared(sql: Sql): Sql {
  return {
    query: (text, values) => {
      if (typeof text !== 'string' || values === undefined || text.includes('usage_events')) {
        return sql.query(text, values);
      }
      return sql.query({ name: nameOf(text), text, values });
    },
  };
}

const names = new Map<string, string>();
/** Texts are few: each is written in a file of this room, and lists go in as one parameter. */
const mostNames = 1_000;

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= mostNames) names.clear();
  const name = createHash('sha256').update(text).digest('hex').slice(0, 40);
  names.set(text, name);
  return name;
}

/** PostgreSQL is away, starting, stopping or has no connection left; nothing is known to be wrong with what was asked. */
export function isUnreachable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (/^(08|57P0)|^(53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '')) return true;
  // pg gives these two no code.
  return /^timeout exceeded when trying to connect|^Connection terminated/.test(message ?? '');
}
