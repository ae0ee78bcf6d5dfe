import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { type BillablePeriod, periodsByInvoice } from '../store/periods.ts';
import {
  findReissueOf,
  insertReissue,
  lockReplaced,
  type Reissue,
  type ReplacedInvoice,
  reissuedVersionOf,
} from '../store/reissues.ts';
import { holdRemovals, readUsageMarks } from '../store/usage-removal-marks.ts';
import { carryOutReissue } from './carry-out-reissues.ts';
import { offeredVersion } from './offered-plan.ts';
import { requireUsage } from './rate-invoices.ts';
import { requireSamePlan } from './reissue-plan.ts';
import { readReason } from './text.ts';

export type ReissueOrder = {
  invoiceId: string;
  reason: string;
  /** Bills by this version of the plan, the latest unless one is named; else by the one that the invoice was billed by. */
  plan?: string;
  planVersion?: number;
};

/**
 * Bills the periods of a void invoice again, on a new revision of it that is a draft for its review day like any other. Of an
 * invoice that is only wanted void the order waits until it is. Asked again it answers the order that is there.
 * @throws DurabillError not-found, reissue-refused, plan-unknown, currency-mismatch, usage-removed
 */
export async function reissueInvoice(database: Database, order: ReissueOrder, actor: string): Promise<Reissue> {
  const reason = readReason(order.reason);
  return await database.transaction(async (sql) => {
    const ordered = await orderReissue(sql, { ...order, reason }, actor);
    if (ordered.state !== 'waiting') return ordered;
    await carryOutReissue(sql, ordered.id);
    return (await findReissueOf(sql, order.invoiceId)) as Reissue;
  });
}

/** Writes the order down, and nothing else. @returns it, or the one that is there */
export async function orderReissue(
  sql: Sql,
  order: ReissueOrder & { correctionId?: string },
  actor: string,
): Promise<Reissue> {
  const { invoiceId, reason } = order;
  const replaced = await lockReplaced(sql, invoiceId);
  if (replaced === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  }
  const present = await findReissueOf(sql, invoiceId);
  if (present !== undefined) return present;
  await requireReissuable(sql, replaced);
  const id = randomUUID();
  const planVersionId = await versionFor(sql, replaced, order);
  await insertReissue(sql, {
    id,
    replaces: invoiceId,
    planVersionId,
    reason,
    actor,
    correctionId: order.correctionId ?? null,
  });
  const detail = { reissueId: id, reason, ...(planVersionId !== null && { planVersionId }) };
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'reissue asked for', detail },
  ]);
  return (await findReissueOf(sql, invoiceId)) as Reissue;
}

async function requireReissuable(sql: Sql, { id, lifecycle, wanted }: ReplacedInvoice): Promise<void> {
  if (lifecycle !== 'void' && wanted !== 'void') {
    throw new DurabillError('reissue-refused', {
      field: 'id',
      reason: `It is ${lifecycle}: only what is void, or about to be, is billed again.`,
      mend: 'Void it first: POST /v1/invoices/{id}/void.',
    });
  }
  const periods = (await periodsByInvoice(sql, [id])).get(id);
  if (periods !== undefined) return await requireUsageOf(sql, periods);
  throw new DurabillError('reissue-refused', {
    field: 'id',
    reason: 'It bills no period that could be billed again.',
    mend: 'Bill what it was for anew.',
  });
}

/** Nothing is removed until the order is stored, which then keeps it. */
async function requireUsageOf(sql: Sql, periods: readonly BillablePeriod[]): Promise<void> {
  await holdRemovals(sql);
  const marks = await readUsageMarks(
    sql,
    periods.map(({ customerId }) => customerId),
  );
  requireUsage(periods, marks);
}

async function versionFor(sql: Sql, replaced: ReplacedInvoice, order: ReissueOrder): Promise<string | null> {
  const { plan, planVersion } = order;
  if (plan === undefined) {
    if (planVersion === undefined) return await reissuedVersionOf(sql, replaced.id);
    throw new DurabillError('request-invalid', {
      field: 'planVersion',
      reason: 'A version is of a plan, and none is named.',
      mend: 'Name the plan too.',
    });
  }
  const wanted = { plan, currency: replaced.currency, ...(planVersion !== undefined && { planVersion }) };
  const version = await offeredVersion(sql, wanted, '');
  await requireSamePlan(sql, replaced.id, version);
  return version.id;
}
