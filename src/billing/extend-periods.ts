import { layOut } from '../domain/period/lay-out.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertPeriods, lockEnds, type NewPeriod, readAhead, subscriptionsToExtend } from '../store/periods.ts';
import { readTimelines } from '../store/subscriptions.ts';
import { aheadOfNext } from './ahead-periods.ts';
import { periodIdOf } from './ids.ts';
import { type BegunPage, inPages } from './in-pages.ts';

/** Sorts before every other id. */
export const firstCursor = '00000000-0000-0000-0000-000000000000';
const pageSize = 1_000;

/** Lays out the periods of every live subscription of the clock until past `until`. */
export async function extendPeriods(database: Database, reach: { clockId: string; until: Date }): Promise<void> {
  const begin = (after: string) => extendPeriodsPage(database, { ...reach, after, limit: pageSize });
  await inPages({ after: firstCursor, atOnce: 2, begin });
}

/** The same for the next `limit` subscriptions after the cursor: the page as it begins. */
export async function extendPeriodsPage(
  database: Database,
  page: { clockId: string; until: Date; after: string; limit: number },
): Promise<BegunPage<{ periods: number }>> {
  const ids = await subscriptionsToExtend(database, page);
  const done = database.transaction((sql) => layOutNext(sql, ids, page.until));
  return { cursor: ids.at(-1), done: done.then((periods) => ({ periods })) };
}

/** Goes on after the last period of each, by the timeline that it has once nobody is changing it. */
async function layOutNext(sql: Sql, ids: readonly string[], until: Date): Promise<number> {
  if (ids.length === 0) return 0;
  const ends = await lockEnds(sql, ids);
  const timelines = await readTimelines(sql, ids);
  const aheadOf = await readAhead(
    sql,
    ids.filter((id) => timelines.get(id)?.phases.some(({ billsAhead }) => billsAhead)),
  );
  const periods = ends.flatMap(({ id, customerId, lastEndAt }): NewPeriod[] => {
    const timeline = timelines.get(id);
    if (timeline === undefined) throw new Error(`subscription ${id} has no timeline`);
    const after = lastEndAt ?? undefined;
    const laid = layOut(timeline, { after, until });
    const ahead = aheadOfNext({ subscriptionId: id, timeline, laid, after, ahead: aheadOf.get(id) ?? [] });
    const of = { subscriptionId: id, customerId };
    return [
      ...laid.map((period) => ({ ...period, ...of, id: periodIdOf(id, period.startAt), kind: 'arrears' as const })),
      ...ahead.map((period) => ({ ...period, ...of })),
    ];
  });
  await insertPeriods(sql, periods);
  return periods.length;
}
