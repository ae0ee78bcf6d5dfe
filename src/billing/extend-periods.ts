import { type Period, periodsUntil } from '../domain/period/period.ts';
import type { Database } from '../store/database.ts';
import { insertPeriods, type NewPeriod, type SubscriptionEnd, subscriptionsToExtend } from '../store/periods.ts';
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
  const subscriptions = await subscriptionsToExtend(database, page);
  const periods = subscriptions.flatMap((subscription) => nextPeriods(subscription, page.until));
  const done = insertPeriods(database, periods).then(() => ({ periods: periods.length }));
  return { cursor: subscriptions.at(-1)?.id, done };
}

function nextPeriods(subscription: SubscriptionEnd, until: Date): NewPeriod[] {
  const { id, customerId, zone, startsAt, endsAt, last } = subscription;
  return periodsUntil(last ?? undefined, startsAt, zone, until)
    .filter((period) => endsAt === null || period.startAt < endsAt)
    .map((period) => ({
      ...endingAt(period, endsAt),
      id: periodIdOf(id, period.startAt),
      subscriptionId: id,
      customerId,
    }));
}

/** The last period of a subscription ends with it. */
function endingAt(period: Period, endsAt: Date | null): Period {
  return endsAt !== null && endsAt < period.endAt ? { ...period, endAt: endsAt } : period;
}
