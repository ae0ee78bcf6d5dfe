import type { Database, Sql } from '../store/database.ts';
import { noteSilentSources } from '../store/silent-sources.ts';
import { countSources, lockFreshness } from '../store/usage-freshness.ts';

export type CountOptions = {
  /** Events a transaction, and transactions a call; what is left is for the next one. */
  eventsPerStep?: number;
  maxSteps?: number;
};

/** Sources that a call looks at whether they have fallen silent. */
const looksPerCall = 10_000;

/**
 * Brings along when each source was heard of last, from the events that have come in since, and then notes those that have
 * fallen silent. Apart from ingest, as the rollups are. Safe to repeat and to call from many processes: they take turns.
 */
export async function countSourcesOfUsage(database: Database, options: CountOptions = {}): Promise<void> {
  const { eventsPerStep = 50_000, maxSteps = 1_000 } = options;
  for (let steps = 0; steps < maxSteps; steps += 1) {
    if (await database.transaction((sql) => step(sql, eventsPerStep))) return;
  }
}

/** @returns whether none is left */
async function step(sql: Sql, limit: number): Promise<boolean> {
  const { from, horizon } = await lockFreshness(sql);
  const until = await countSources(sql, { from, before: horizon, limit });
  // A transaction that wrote more than all that a step takes is taken by a larger one.
  if (until === from && until < horizon) return await step(sql, 4 * limit);
  if (until < horizon) return false;
  await noteSilentSources(sql, looksPerCall);
  return true;
}
