import { lineKeyOf } from '../domain/invoice/line-differences.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { plainBill } from '../store/bill-parts.ts';
import { insertAdjustments, readAdjusted } from '../store/corrected-invoices.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  insertDrafts,
  lockLiveInvoices,
  readKeyStates,
  readMachineTime,
  rebuildDrafts,
} from '../store/invoice-facts.ts';
import { type BillablePeriod, periodsByInvoice } from '../store/periods.ts';
import {
  endReissue,
  linkReplaced,
  lockReissue,
  lockReplaced,
  type Reissue,
  type ReplacedInvoice,
  readyReissues,
} from '../store/reissues.ts';
import { aggregateUsage } from '../store/usage-quantities.ts';
import { adjustmentIdOf, correctionItemIdOf, invoiceIdOf } from './ids.ts';
import { rateAndCompose } from './rate-bills.ts';

/** Orders that one run carries out; the rest is for the next one. */
const mostAtOnce = 200;
const reviewMs = 24 * 60 * 60 * 1_000;

/**
 * Carries out the orders of a clock whose invoices have become void since, each in its own transaction, and refuses those
 * whose invoices stay. @returns how many became drafts
 */
export async function carryOutReissues(database: Database, clockId: string): Promise<number> {
  let drafts = 0;
  for (const id of await readyReissues(database, clockId, mostAtOnce)) {
    try {
      if (await database.transaction((sql) => carryOutReissue(sql, id))) drafts += 1;
    } catch (error) {
      if (!isDurabillError(error)) throw error;
      // What cannot be billed now is told where it was ordered, and may be ordered again.
      await database.transaction((sql) => refuse(sql, id, error.message));
    }
  }
  return drafts;
}

/**
 * Makes the draft that an order is for, once its invoice is void.
 * @returns false if there is nothing to do: it waits for the void, or is over
 * @throws DurabillError reissue-refused, or why the periods cannot be rated
 */
export async function carryOutReissue(sql: Sql, id: string): Promise<boolean> {
  const reissue = await lockReissue(sql, id);
  if (reissue === undefined || reissue.state !== 'waiting') return false;
  const replaced = (await lockReplaced(sql, reissue.replaces)) as ReplacedInvoice;
  if (replaced.lifecycle !== 'void') {
    if (replaced.wanted === 'void') return false;
    throw new DurabillError('reissue-refused', {
      reason: 'The invoice was not voided: the customer has paid it meanwhile.',
      mend: 'Bill the difference with the next invoice: POST /v1/usage/corrections.',
    });
  }
  await writeDraft(sql, reissue, replaced);
  return true;
}

async function writeDraft(sql: Sql, { id, replaces, actor }: Reissue, replaced: ReplacedInvoice): Promise<void> {
  await lockLiveInvoices(sql, [replaced]);
  const [state] = await readKeyStates(sql, [replaced]);
  if (state!.live !== null) {
    throw new DurabillError('reissue-refused', {
      reason: `The invoice ${state!.live.id} of the same period is ${state!.live.lifecycle}.`,
      mend: 'One invoice at a time bills a period: void that one first.',
    });
  }
  const revision = state!.lastRevision + 1;
  const invoiceId = invoiceIdOf(replaced, revision);
  const { now, runId, zone, clockId, cutoffAt } = replaced;
  const usageCutAt = await readMachineTime(sql);
  const dueAt = new Date(now.getTime() + reviewMs);
  const draft = { ...replaced, id: invoiceId, revision, clockId, zone, runId, cutoffAt, dueAt, usageCutAt };
  // It has no lines before it is linked, since it is by the link that its periods are found.
  await insertDrafts(sql, [{ ...draft, bill: plainBill(0n), lines: [] }]);
  await linkReplaced(sql, invoiceId, replaces);
  await endReissue(sql, id, { state: 'done', invoiceId });
  const periods = (await periodsByInvoice(sql, [invoiceId])).get(invoiceId) ?? [];
  // Before the draft is made, since what waits for a bill joins it: what is billed twice and what is given back, both.
  await takeBackAdjustments(sql, id, { ...replaced, id: invoiceId }, periods);
  const bills = await rateAndCompose(sql, [{ ...replaced, invoiceId, periods }], {
    aggregate: aggregateUsage,
    purpose: 'draft',
  });
  const rated = bills.get(invoiceId)!;
  if ('failure' in rated) throw rated.failure;
  await rebuildDrafts(sql, [{ id: invoiceId, ...rated }], usageCutAt);
  const detail = { reissueId: id, replaces, totalMinor: String(rated.bill.totalMinor), lines: rated.lines.length };
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'generated', detail },
    { subjectKind: 'invoice', subjectId: replaces, actor, action: 'reissued', detail: { reissueId: id, invoiceId } },
  ]);
}

/** The new invoice has in its own lines what corrections of the old one have billed elsewhere: that is given back. */
async function takeBackAdjustments(
  sql: Sql,
  id: string,
  invoice: ReplacedInvoice,
  periods: readonly BillablePeriod[],
): Promise<void> {
  const adjusted = await readAdjusted(
    sql,
    periods.map((period) => period.id),
  );
  const sums = [...adjusted.values()].flatMap((lines) => [...lines.values()]).filter(({ minor }) => minor !== 0n);
  await insertAdjustments(
    sql,
    sums.map(({ minor, netMinor, line }) => ({
      id: adjustmentIdOf(id, lineKeyOf(line)),
      pendingItemId: correctionItemIdOf(id, lineKeyOf(line)),
      periodId: line.periodId as string,
      priceKey: line.priceKey,
      group: line.group,
      invoice,
      quantityBefore: null,
      quantityAfter: null,
      amountMinor: -minor,
      itemMinor: -netMinor,
      description: `Taken back, since it is on the reissued invoice: ${line.priceKey}`,
    })),
    { kind: 'correction', reissueId: id },
  );
}

async function refuse(sql: Sql, id: string, reason: string): Promise<void> {
  const reissue = await lockReissue(sql, id);
  if (reissue === undefined || reissue.state !== 'waiting') return;
  await endReissue(sql, id, { state: 'refused', reason });
  const detail = { reissueId: id, reason };
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: reissue.replaces, actor: reissue.actor, action: 'reissue refused', detail },
  ]);
}
