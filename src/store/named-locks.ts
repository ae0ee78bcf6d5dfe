import type { Database } from './database.ts';

/** How long somebody waits for a name that another has. */
const waitMs = 10_000;

/**
 * Waits until nobody else has this name, in any process, and takes it; a process that dies gives up what it had. It holds a
 * connection until it is released.
 * @returns what releases it
 */
export async function lockName({ pool }: Database, name: string): Promise<() => Promise<void>> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${waitMs}`);
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
  return async () => {
    let broken: Error | undefined;
    await client.query('COMMIT').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  };
}
