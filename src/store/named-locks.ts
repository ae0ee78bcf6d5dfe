import { DurabillError } from '../errors/error.ts';
import type { Database } from './database.ts';

/** How long somebody waits for a name that another has. */
const waitMs = 10_000;

/** Of PostgreSQL: the lock was not to be had in time. */
const lockNotAvailable = '55P03';

/**
 * Waits until nobody else has this name, in any process, and takes it; a process that dies gives up what it had. It holds a
 * connection until it is released.
 * @returns what releases it
 * @throws DurabillError unavailable
 */
export async function lockName({ pool }: Database, name: string): Promise<() => Promise<void>> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${waitMs}`);
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
  } catch (error) {
    client.release(error as Error);
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    const reason = 'Others are changing the same, and have not ended in time.';
    throw new DurabillError('unavailable', { reason, cause: error });
  }
  return async () => {
    let broken: Error | undefined;
    await client.query('COMMIT').catch((error: Error) => {
      broken = error;
    });
    client.release(broken);
  };
}
