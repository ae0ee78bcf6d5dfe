import { nextDailyScan, nextHourlyRun, nextMonthlyRun } from '../domain/period/period.ts';
import type { Database } from '../store/database.ts';
import { earliestDue } from '../store/due-work.ts';
import { extendPeriods } from './extend-periods.ts';

export type DueWork = { kind: 'invoicing' | 'due-scan'; at: Date };

/**
 * What a clock has to do next up to an instant, and at which nominal time: bill at the first full hour from the first
 * `billableAt` of an unsettled period on, at the next monthly run where an item waits for a bill, scan at the first 15:00 UTC after a draft's `dueAt`. Invoicing comes first
 * when both fall together; what was missed is billed at once.
 */
export async function findNextDue(database: Database, clockId: string, until: Date): Promise<DueWork | undefined> {
  await extendPeriods(database, { clockId, until });
  const { now, billableAt, dueAt, hasPending } = await earliestDue(database, clockId);
  const notBefore = (at: Date) => (at > now ? at : now);
  const work: DueWork[] = [];
  if (billableAt !== null) work.push({ kind: 'invoicing', at: notBefore(nextHourlyRun(billableAt)) });
  // An item that finds no bill before gets one of the next monthly run.
  if (hasPending) work.push({ kind: 'invoicing', at: nextMonthlyRun(now) });
  if (dueAt !== null) work.push({ kind: 'due-scan', at: nextDailyScan(notBefore(dueAt)) });
  return work.filter(({ at }) => at <= until).sort((a, b) => a.at.getTime() - b.at.getTime())[0];
}
