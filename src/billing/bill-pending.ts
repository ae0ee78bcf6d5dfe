import type { Currency } from '../domain/money/currency.ts';
import { cycleAt } from '../domain/period/cycle.ts';
import { calendarMonths } from '../domain/period/interval.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  type InvoiceKey,
  insertDrafts,
  lockLiveInvoices,
  readKeyStates,
  readMachineTime,
} from '../store/invoice-facts.ts';
import { lockWaiting, type WaitingGroup, waitingGroups } from '../store/pending-items.ts';
import { type ComposedBill, composeBills } from './compose-bills.ts';
import { invoiceIdOf } from './ids.ts';
import { keepPending, takeUpPending } from './pending-lines.ts';

/** Groups of customers in one transaction. */
const pageSize = 200;

type Run = { id: string; clockId: string; cutoffAt: Date; dueAt: Date };
type Draft = { key: InvoiceKey; id: string; revision: number; zone: string };

/**
 * Bills what waits for a bill and has found none in the monthly run, since its customer has no period to bill: a draft of
 * its own for each customer, currency and group. Called again for the same run it bills what is left.
 * @returns how many drafts it wrote
 */
export async function billPending(database: Database, run: Run): Promise<number> {
  let written = 0;
  let after: WaitingGroup | undefined;
  // Ends, since each page begins behind the last group of the one before.
  for (;;) {
    const page = { clockId: run.clockId, cutoffAt: run.cutoffAt, after, limit: pageSize };
    const groups = await waitingGroups(database, page);
    if (groups.length === 0) return written;
    written += await database.transaction((sql) => billGroups(sql, run, groups));
    after = groups.at(-1);
  }
}

async function billGroups(sql: Sql, run: Run, groups: readonly WaitingGroup[]): Promise<number> {
  // Before the keys are read: of two runs at once the second finds what the first has written.
  await lockWaiting(sql, run.clockId);
  const drafts = await freeKeys(sql, run, groups);
  const usageCutAt = await readMachineTime(sql);
  const pending = await takeUpPending(
    sql,
    drafts.map(({ key, id }) => ({ ...key, invoiceId: id, lineCount: 0 })),
    { isPreview: false },
  );
  const withItems = drafts.filter(({ id }) => pending.has(id));
  const composed = await composeBills(
    sql,
    withItems.map(({ key: { customerId, currency }, id }) => ({
      invoiceId: id,
      customerId,
      currency: currency as Currency,
      lines: (pending.get(id) ?? []).map(({ line }) => line),
      periods: [],
    })),
    { purpose: 'draft' },
  );
  const ready = withItems.map((draft) => ({ ...draft, ...billOf(composed.get(draft.id)) }));
  await keepPending(
    sql,
    ready.flatMap(({ id }) => pending.get(id) ?? []),
  );
  const { id: runId, clockId, cutoffAt, dueAt } = run;
  await insertDrafts(
    sql,
    ready.map(({ key, ...draft }) => ({ ...key, ...draft, clockId, runId, cutoffAt, dueAt, usageCutAt })),
  );
  await appendAudit(
    sql,
    ready.map(({ id, key, bill, lines }) => ({
      subjectKind: 'invoice',
      subjectId: id,
      actor: `run ${runId}`,
      action: 'generated',
      detail: { totalMinor: String(bill.totalMinor), currency: key.currency, lines: lines.length },
    })),
  );
  return ready.length;
}

/** Amounts that were each in range and are not together stop the run with their reason: nobody orders so much. */
function billOf(composed: ComposedBill | { failure: Error } | undefined): ComposedBill {
  if (composed === undefined) throw new Error('A bill was not composed.');
  if ('failure' in composed) throw composed.failure;
  return composed;
}

/** What came after this run had written a draft waits for the next one. */
async function freeKeys(sql: Sql, run: Run, groups: readonly WaitingGroup[]): Promise<Draft[]> {
  const keys = groups.map((group) => keyOf(run, group));
  await lockLiveInvoices(sql, keys);
  const states = await readKeyStates(sql, keys);
  return keys.flatMap((key, index): Draft[] => {
    const { live, lastRevision } = states[index] as (typeof states)[number];
    if (live !== null) return [];
    const revision = lastRevision + 1;
    return [{ key, id: invoiceIdOf(key, revision), revision, zone: (groups[index] as WaitingGroup).zone }];
  });
}

/** Over the customer's month before the run. */
function keyOf({ cutoffAt }: Run, { customerId, currency, billingGroup, zone }: WaitingGroup): InvoiceKey {
  const thisMonth = cycleAt(cutoffAt, calendarMonths, zone);
  const month = cycleAt(new Date(thisMonth.startAt.getTime() - 1), calendarMonths, zone);
  const purpose = `one-off:pending ${cutoffAt.toISOString()}`;
  return { customerId, currency, billingGroup, periodStartAt: month.startAt, periodEndAt: month.endAt, purpose };
}
