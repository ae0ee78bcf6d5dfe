import type { Database } from '../../src/store/database.ts';
import { until } from '../broker/support.ts';

/** Until so many statements of this database wait for a lock that another transaction holds. */
export async function untilWaiting(database: Database, statements = 1): Promise<void> {
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await until(async () => (await database.query(waits)).rows.length >= statements, `${statements} statements wait`);
}
