import { type Period, periodsUntil } from '../domain/period/period.ts';
import type { Database } from '../store/database.ts';
import { insertPeriods, type NewPeriod, type SubscriptionEnd, subscriptionsToExtend } from '../store/periods.ts';
import { periodIdOf } from './ids.ts';

const pageSize = 1_000;
/** Sorts before every other id. */
export const firstCursor = '00000000-0000-0000-0000-000000000000';

/**
 * Lays out the periods of every live subscription of the clock until past `until`, page by page from the cursor, and
 * calls `onPage` with the cursor and the count after each.
 * @returns how many periods were laid out
 */
export async function extendPeriods(
  database: Database,
  input: { clockId: string; until: Date; after?: string },
  onPage: (cursor: string, periods: number) => void = () => {},
): Promise<number> {
  let after = input.after ?? firstCursor;
  let count = 0;
  for (;;) {
    const subscriptions = await subscriptionsToExtend(database, { ...input, after, limit: pageSize });
    const last = subscriptions.at(-1);
    if (last === undefined) return count;
    const periods = subscriptions.flatMap((subscription) => nextPeriods(subscription, input.until));
    await insertPeriods(database, periods);
    after = last.id;
    count += periods.length;
    onPage(after, count);
  }
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
