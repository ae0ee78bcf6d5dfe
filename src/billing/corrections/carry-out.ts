import { lineKeyOf } from '../../domain/invoice/line-differences.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import {
  type CorrectableInvoice,
  insertAdjustments,
  lockCorrectable,
  lockCustomers,
  type NewAdjustment,
  readCorrectionTime,
  touchedInvoiceIds,
} from '../../store/corrected-invoices.ts';
import type { Sql } from '../../store/database.ts';
import { readMachineTime, rebuildDrafts } from '../../store/invoice-facts.ts';
import { periodsByInvoice } from '../../store/periods.ts';
import { rebuildBuckets, type TouchedEvent } from '../../store/rollup-buckets.ts';
import { aggregateUsage } from '../../store/usage-quantities.ts';
import { adjustmentIdOf, correctionItemIdOf } from '../ids.ts';
import { laterOf } from '../instant.ts';
import { rateAndCompose } from '../rate-bills.ts';
import { orderReissue } from '../reissue-invoice.ts';
import { requestVoidIn } from '../void-invoice.ts';
import { planChanges, writeChanges } from './change-events.ts';
import type { Content, Correction } from './content.ts';
import { findLateInvoices } from './late-invoices.ts';
import { measureDifferences } from './measure-differences.ts';
import { type CorrectionOutcome, differencesByCurrency } from './outcome.ts';
import { type Corrected, notComputable, tellOutcome, toCorrect } from './treatments.ts';

/** Invoices that one correction may change, and lines of theirs that differ. */
export const maxInvoices = 1_000;
export const maxLines = 20_000;

export type CarriedOut = {
  outcome: CorrectionOutcome;
  /** Invoices that are to be void, whose syncs are to be woken after the commit. */
  voided: string[];
};

/**
 * Does all that a correction does. The preview calls it too, in a transaction that is rolled back, so that what is shown is
 * what will be done. Its row is stored already, as previewed.
 * @throws DurabillError correction-invalid, correction-too-large, correction-not-computable, void-refused, reissue-refused
 */
export async function carryOut(sql: Sql, correction: Correction): Promise<CarriedOut> {
  const { content } = correction;
  const { invoices, late, at, events, superseded } =
    'changes' in content
      ? await changeUsage(sql, { id: correction.id, changes: content.changes })
      : await findLate(sql, content.lateUsage);
  const measured = await measureDifferences(sql, invoices);
  const { corrected, failures } = toCorrect(invoices, measured, late, content);
  const lines = corrected.reduce((sum, one) => sum + one.measured.lines.length, 0);
  if (corrected.length > maxInvoices || lines > maxLines) throw tooLarge(corrected.length, lines);
  // Before the drafts are rebuilt, which take up what waits for a bill.
  await billDifferences(sql, correction, of(corrected, 'next-invoice'));
  await rebuild(sql, of(corrected, 'rebuilt'), at);
  const voided = await reissue(sql, correction, of(corrected, 'reissue'));
  await tellInvoices(sql, correction, corrected);
  // Last, since it keeps every roller waiting until the end; invoices are computed from raw events.
  await rebuildBuckets(sql, superseded);
  const told = corrected.map(tellOutcome);
  return { outcome: { events, invoices: told, failures, differences: differencesByCurrency(told) }, voided };
}

type Before = {
  invoices: CorrectableInvoice[];
  /** What differs without the correction, by invoice; null where it could not be computed. */
  late: Map<string, bigint | null>;
  /** Machine time from which on the changes count. */
  at: Date;
  events: CorrectionOutcome['events'];
  /** Events that no longer count. */
  superseded: readonly TouchedEvent[];
};

async function changeUsage(
  sql: Sql,
  { id, changes }: { id: string; changes: Extract<Content, { changes: unknown }>['changes'] },
): Promise<Before> {
  const customerIds = changes.map(({ customerId }) => customerId);
  await lockCustomers(sql, customerIds);
  const planned = await planChanges(sql, changes);
  const ids = await touchedInvoiceIds(sql, planned.touched, maxInvoices + 1);
  if (ids.length > maxInvoices) throw tooLarge(ids.length, 0);
  const invoices = await lockCorrectable(sql, ids);
  const late = await lateOf(sql, invoices);
  const at = await readCorrectionTime(sql, customerIds);
  await writeChanges(sql, changes, planned, { correctionId: id, at });
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  const events = { amended: count('amend'), deprecated: count('deprecate'), backfilled: count('backfill') };
  return { invoices, late, at, events, superseded: planned.superseded };
}

async function findLate(sql: Sql, scope: Extract<Content, { lateUsage: unknown }>['lateUsage']): Promise<Before> {
  const found = await findLateInvoices(sql, scope);
  await lockCustomers(
    sql,
    found.map(({ customerId }) => customerId),
  );
  const invoices = await lockCorrectable(
    sql,
    found.map(({ id }) => id),
  );
  const late = await lateOf(sql, invoices);
  const events = { amended: 0, deprecated: 0, backfilled: 0 };
  return { invoices, late, at: await readMachineTime(sql), events, superseded: [] };
}

async function lateOf(sql: Sql, invoices: readonly CorrectableInvoice[]): Promise<Map<string, bigint | null>> {
  const measured = await measureDifferences(sql, invoices);
  return new Map([...measured].map(([id, one]) => [id, 'failure' in one ? null : one.differenceMinor]));
}

function of(corrected: readonly Corrected[], treatment: Corrected['treatment']): Corrected[] {
  return corrected.filter((one) => one.treatment === treatment);
}

async function rebuild(sql: Sql, drafts: readonly Corrected[], at: Date): Promise<void> {
  if (drafts.length === 0) return;
  const usageCutAt = laterOf(at, await readMachineTime(sql));
  const periods = await periodsByInvoice(
    sql,
    drafts.map(({ invoice }) => invoice.id),
  );
  const rated = await rateAndCompose(
    sql,
    drafts.map(({ invoice }) => ({
      ...invoice,
      invoiceId: invoice.id,
      periods: periods.get(invoice.id) ?? [],
      isHeld: invoice.lifecycle === 'held',
    })),
    { aggregate: aggregateUsage, purpose: 'draft' },
  );
  const rebuilt = drafts.map(({ invoice: { id } }) => {
    const now = rated.get(id)!;
    if ('failure' in now) throw notComputable(id, now.failure);
    return { id, ...now };
  });
  await rebuildDrafts(sql, rebuilt, usageCutAt);
}

async function billDifferences(sql: Sql, { id, kind }: Correction, corrected: readonly Corrected[]): Promise<void> {
  const adjustments = corrected.flatMap(({ invoice, measured }) =>
    measured.lines
      .filter(({ differenceMinor }) => differenceMinor !== 0n)
      .map((line): NewAdjustment => {
        const key = lineKeyOf(line);
        return {
          ...line,
          id: adjustmentIdOf(id, key),
          pendingItemId: correctionItemIdOf(id, key),
          invoice,
          amountMinor: line.differenceMinor,
          description: describe(invoice, line.description),
        };
      }),
  );
  await insertAdjustments(sql, adjustments, {
    kind: kind === 'events' ? 'correction' : 'late-usage',
    correctionId: id,
  });
}

/** Characters that the line of an invoice has room for. */
const maxDescription = 2_000;

function describe({ number, periodStartAt }: CorrectableInvoice, line: string): string {
  const of = number ?? `the period from ${periodStartAt.toISOString().slice(0, 10)}`;
  return [...`Correction of ${of}: ${line}`].slice(0, maxDescription).join('');
}

async function reissue(sql: Sql, correction: Correction, corrected: readonly Corrected[]): Promise<string[]> {
  const { id: correctionId, reason, actor } = correction;
  for (const { invoice } of corrected) {
    await requestVoidIn(sql, { invoiceId: invoice.id, reason }, actor);
    await orderReissue(sql, { invoiceId: invoice.id, reason, correctionId }, actor);
  }
  return corrected.map(({ invoice }) => invoice.id);
}

async function tellInvoices(sql: Sql, { id, actor }: Correction, corrected: readonly Corrected[]): Promise<void> {
  await appendAudit(
    sql,
    corrected.map(({ invoice, treatment, measured }) => ({
      subjectKind: 'invoice',
      subjectId: invoice.id,
      actor,
      action: 'corrected',
      detail: { correctionId: id, treatment, differenceMinor: String(measured.differenceMinor) },
    })),
  );
}

function tooLarge(invoices: number, lines: number): DurabillError {
  const what = invoices > maxInvoices ? `more than ${maxInvoices} invoices` : `${lines} lines, more than ${maxLines},`;
  return new DurabillError('correction-too-large', { reason: `It would change ${what} at once.` });
}
