import { ensureRealClock } from '../../billing/open-clock.ts';
import type { Config } from '../../config.ts';
import { openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { ensureComingPartitions } from '../../store/usage-events.ts';
import { connectTemporal } from '../../temporal/connection.ts';
import { ensureNamespace } from '../../temporal/namespace.ts';
import { reconcileSchedules, schedulesOf } from '../../temporal/schedules.ts';

/**
 * Brings everything that Durabill stands on into its form: schema, real clock, namespace, Schedules. Every step can be
 * repeated, and copies that do it at once agree.
 *
 * @returns what the operator should know, one sentence each
 * @throws DurabillError config-invalid when the Temporal server does not let us make what it lacks
 */
export async function prepare(config: Config): Promise<string[]> {
  await migrate(config.databaseUrl);
  const database = openDatabase(config.databaseUrl, { maxConnections: 1 });
  const temporal = connectTemporal(config.temporal);
  try {
    await ensureComingPartitions(database, new Date());
    const realClock = await ensureRealClock(database);
    const notes = await ensureNamespace(temporal.connection, config.temporal.namespace);
    await reconcileSchedules(temporal.client, schedulesOf(realClock.id));
    return notes;
  } finally {
    await Promise.all([database.close(), temporal.close()]);
  }
}
