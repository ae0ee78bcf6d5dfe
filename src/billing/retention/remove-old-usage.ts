import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { appendAudit } from '../../store/audit.ts';
import { lockCustomers } from '../../store/corrected-invoices.ts';
import type { Database, Sql } from '../../store/database.ts';
import { readRetention } from '../../store/retention-settings.ts';
import { clearChecks } from '../../store/usage-removal-checks.ts';
import { keptTypes, readLimits } from '../../store/usage-removal-limits.ts';
import { lockRemovals } from '../../store/usage-removal-marks.ts';
import {
  closedUntil,
  customersToRemove,
  lockMonths,
  monthsToRemove,
  movedSince,
  removeEvents,
  type UsageMonth,
} from '../../store/usage-removals.ts';
import { lockRollups } from '../../store/usage-rollups.ts';
import { retentionSettingsId } from '../ids.ts';
import { remover } from './check-old-usage.ts';

/** Customers whose events of a month go in one transaction; of more the rest is next. */
const mostCustomers = 20_000;

export type RemovedMonths = { months: number; customers: number; events: number };

/**
 * Removes the raw events that the policy does not keep any more, of customers whose invoices `checkOldUsage` has recorded: month
 * by month, the earliest first, each in one transaction that looks again, under locks, whether anything is open that reads
 * them. Of what came in or was corrected since the look the customer is left for the next one. Safe to repeat, to end between
 * any two steps, and for two at once: they take turns.
 * @param since machine time at which the look began: what earlier ones have found is forgotten
 * @param afterMonth called behind each commit; what it throws ends the call there
 */
export async function removeOldUsage(
  database: Database,
  since: Date,
  afterMonth: () => void = () => undefined,
): Promise<RemovedMonths> {
  await clearChecks(database, since);
  const sums: RemovedMonths = { months: 0, customers: 0, events: 0 };
  for (const month of await monthsToRemove(database)) {
    for (;;) {
      const removed = await takingTurns(() => database.transaction((sql) => removeMonth(sql, month)));
      if (removed === undefined) break;
      sums.months += 1;
      sums.customers += removed.customers;
      sums.events += removed.events;
      afterMonth();
      if (!removed.hasMore) break;
    }
  }
  return sums;
}

type Removed = { customers: number; events: number; hasMore: boolean };

/** @returns undefined if there is nothing to remove, or nothing that may be */
async function removeMonth(sql: Sql, month: UsageMonth): Promise<Removed | undefined> {
  await lockRemovals(sql);
  const { usageMonths } = await readRetention(sql, { forShare: true });
  if (usageMonths === null) return undefined;
  const kept = await keptTypes(sql);
  const wanted = await customersToRemove(sql, month, kept, mostCustomers);
  if (wanted.length === 0) return undefined;
  // Whoever corrects their usage, subscribes them or writes an invoice of theirs waits, or is waited for and looked at.
  await lockCustomers(sql, wanted);
  const limits = await readLimits(sql, { usageMonths, keptTypes: kept }, { ids: wanted });
  const free = limits.filter(({ freeUntil }) => freeUntil >= month.toAt).map(({ customerId }) => customerId);
  const closed = await closedUntil(sql, free, month.toAt);
  // Nobody writes into what is being closed, from here on: what came in before is seen by the next look.
  await lockMonths(sql, month.fromAt, latest(closed.values(), month.toAt));
  for (const customerId of await movedSince(sql, month.fromAt, closed)) closed.delete(customerId);
  if (closed.size === 0) return undefined;
  await lockRollups(sql);
  const id = randomUUID();
  const { events, kept: keptEvents } = await removeEvents(sql, { ...month, id, usageMonths, keptTypes: kept, closed });
  const customers = closed.size;
  const detail = { removalId: id, month: month.monthOn.slice(0, 7), customers, events, keptEvents, usageMonths };
  await appendAudit(sql, [
    { subjectKind: 'retention', subjectId: retentionSettingsId, actor: remover, action: 'usage removed', detail },
  ]);
  return { customers, events, hasMore: wanted.length === mostCustomers };
}

function latest(instants: Iterable<Date>, atLeast: Date): Date {
  let last = atLeast;
  for (const instant of instants) if (instant > last) last = instant;
  return last;
}

const lockNotAvailable = '55P03';
const deadlockDetected = '40P01';
const maxTries = 60;

/** Long reads end, and whoever waits for the lock of the whole table holds everybody up: so it is asked for again and again. */
async function takingTurns<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if ((code !== lockNotAvailable && code !== deadlockDetected) || tries === maxTries) throw error;
      await sleep(100 + Math.random() * 900);
    }
  }
}
