import type { Filter } from '../domain/rating/filter.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  addRollups,
  clearRollups,
  lockRollups,
  priceFilters,
  removeRollups,
  rollUp,
  type WantedRollup,
} from '../store/usage-rollups.ts';

export type RolledUp = {
  events: bigint;
  /** Whether all is rolled up that was written by transactions that had ended. */
  isCaughtUp: boolean;
};

export type RollUpOptions = {
  /** Events a transaction, and transactions a call; what is left is for the next one. */
  eventsPerStep?: number;
  maxSteps?: number;
  /** Called after each step; what it throws ends the call, between two transactions. */
  afterStep?: () => void;
};

/**
 * Brings the hourly rollups up to what senders have stored: first the definitions to what prices ask for today, then,
 * step by step, the events behind their watermarks. Apart from ingest, so that senders never wait for each other on the
 * row of a busy hour. Safe to repeat and to call from many processes: they take turns.
 */
export async function rollUpUsage(database: Database, options: RollUpOptions = {}): Promise<RolledUp> {
  const { eventsPerStep = 50_000, maxSteps = 1_000, afterStep = () => {} } = options;
  const wanted = unionOf(await priceFilters(database));
  await define(database, wanted);
  let [events, isCaughtUp] = [0n, false];
  for (let steps = 0; steps < maxSteps && !isCaughtUp; steps += 1) {
    const step = await database.transaction((sql) => rollUpStep(sql, eventsPerStep));
    events += step.events;
    isCaughtUp = step.isCaughtUp;
    afterStep();
  }
  await define(database, wanted);
  return { events, isCaughtUp };
}

/** Forgets all rollups. They are made again from the raw events, which nothing but them is computed from. */
export async function rebuildRollups(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    await lockRollups(sql);
    await clearRollups(sql);
  });
}

/** For each meter all properties that any price filters by, with all values named: sorted, so that equal is equal. */
function unionOf(prices: readonly { meterId: string; filter: Filter }[]): WantedRollup[] {
  const byMeter = new Map<string, Map<string, Set<string>>>();
  for (const { meterId, filter } of prices) {
    const properties = byMeter.get(meterId) ?? new Map<string, Set<string>>();
    byMeter.set(meterId, properties);
    for (const [property, values] of Object.entries(filter)) {
      properties.set(property, new Set([...(properties.get(property) ?? []), ...values]));
    }
  }
  return [...byMeter].map(([meterId, properties]) => ({
    meterId,
    filters: Object.fromEntries([...properties].map(([property, values]) => [property, [...values].sort()])),
  }));
}

async function define(database: Database, wanted: readonly WantedRollup[]): Promise<void> {
  await database.transaction(async (sql) => {
    await lockRollups(sql);
    await removeRollups(sql, wanted);
    await addRollups(sql, wanted);
  });
}

/**
 * Moves those that are behind the furthest, all that stand at the same place together: each event is read once for all
 * of them, and a new definition catches up with the others and goes on with them.
 */
async function rollUpStep(sql: Sql, limit: number): Promise<RolledUp> {
  const { definitions, horizon } = await lockRollups(sql);
  const marks = new Set(definitions.map(({ watermark }) => watermark).filter((watermark) => watermark < horizon));
  const [from, before = horizon] = [...marks].sort((a, b) => (a < b ? -1 : 1));
  if (from === undefined) return { events: 0n, isCaughtUp: true };
  const behind = definitions.filter(({ watermark }) => watermark === from);
  const { events, until } = await rollUp(sql, behind, { from, before, limit });
  // A transaction that wrote more than all that a step takes is taken by a larger one.
  if (events === 0n && until < before) return await rollUpStep(sql, 4 * limit);
  return { events, isCaughtUp: until === before && before === horizon };
}
