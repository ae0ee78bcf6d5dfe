import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { lockPurse, type Purse, reopen } from '../store/collection.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertRefund, readRefund } from '../store/payments.ts';
import { toppedUpBy } from '../store/top-ups.ts';
import { refuseParked } from './purse.ts';
import { readReason, readUuid } from './text.ts';

export type RefundInput = {
  invoiceId: string;
  /** Made by whoever asks: sent again it is the same refund. */
  id?: string | undefined;
  /** `target`: by the way that it came; `out_of_band`: it was given back elsewhere, of what came in elsewhere. */
  kind?: 'target' | 'out_of_band' | undefined;
  /** All that can go back unless said otherwise. */
  amountMinor?: bigint | undefined;
  reason: string;
};

/**
 * Gives money back that came in for an invoice. By the way that it came it is the sync, which whoever calls this wakes after
 * the commit, that asks Stripe; what was given back elsewhere is written down. A refund takes nothing of `paid` back.
 * @throws DurabillError not-found, request-invalid, collection-refused, refund-refused, conflict
 */
export async function orderRefund(
  database: Database,
  input: RefundInput,
  actor: string,
): Promise<{ id: string; amountMinor: bigint; kind: 'target' | 'out_of_band'; isNew: boolean }> {
  const reason = readReason(input.reason);
  return await database.transaction((sql) => wantRefund(sql, { ...input, reason }, actor));
}

/** The same in the transaction of whoever decides it, such as a credit note. */
export async function wantRefund(sql: Sql, input: RefundInput, actor: string) {
  const { invoiceId, kind = 'target', reason } = input;
  const id = input.id === undefined ? randomUUID() : readUuid(input.id, 'id');
  const purse = await lockPurse(sql, invoiceId);
  if (purse === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  }
  const stored = await readRefund(sql, id);
  if (stored !== undefined) return { ...requireSame(id, stored, { ...input, kind }), id, isNew: false };
  await refuseTopUp(sql, invoiceId);
  const amountMinor = amountOf(purse, kind, input.amountMinor);
  if (kind === 'target') refuseParked(purse);
  // Of two invoices at once the id is taken by one.
  if (!(await insertRefund(sql, { id, invoiceId, kind, amountMinor, reason, actor, at: purse.now }))) {
    throw otherRefund(id);
  }
  if (kind === 'target') await reopen(sql, invoiceId);
  const detail = { refundId: id, kind, amountMinor: String(amountMinor), reason };
  await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'refund asked for', detail }]);
  return { id, amountMinor, kind, isNew: true };
}

/** The credit would stay in the wallet. */
async function refuseTopUp(sql: Sql, invoiceId: string): Promise<void> {
  if ((await toppedUpBy(sql, invoiceId)) === undefined) return;
  throw new DurabillError('refund-refused', {
    field: 'id',
    reason: 'It has filled a wallet, in which the credit would stay.',
    mend: 'Issue a credit note, which takes it from the wallet: POST /v1/invoices/{id}/credit-notes.',
  });
}

/**
 * What can still go back by a way: what came in by it, less what went back or is on its way back. What credit notes give
 * back counts against what came in at the target first. What a bank has taken back there cannot be sent back once more.
 */
export function returnableMinorOf(purse: Purse, kind: 'target' | 'out_of_band'): bigint {
  const atTarget = purse.collectedMinor - purse.refundedMinor - purse.refundingMinor - purse.creditedBackMinor;
  const keptMinor = atTarget - purse.disputedMinor;
  if (kind === 'target') return keptMinor > 0n ? keptMinor : 0n;
  const elsewhere = purse.recordedMinor - purse.returnedMinor + (atTarget < 0n ? atTarget : 0n);
  return elsewhere > 0n ? elsewhere : 0n;
}

function amountOf(purse: Purse, kind: 'target' | 'out_of_band', asked: bigint | undefined): bigint {
  const most = returnableMinorOf(purse, kind);
  const amountMinor = asked ?? most;
  if (amountMinor >= 1n && amountMinor <= most) return amountMinor;
  const way = kind === 'target' ? 'through Stripe' : 'elsewhere';
  throw new DurabillError('refund-refused', {
    field: 'amountMinor',
    reason: `${amountMinor} is not from 1 to the ${most} that can go back of what came in ${way}.`,
  });
}

function requireSame(
  id: string,
  stored: { invoiceId: string; kind: 'target' | 'out_of_band'; amountMinor: bigint },
  asked: { invoiceId: string; kind: string; amountMinor?: bigint | undefined },
) {
  const { amountMinor = stored.amountMinor } = asked;
  if (stored.invoiceId === asked.invoiceId && stored.kind === asked.kind && stored.amountMinor === amountMinor) {
    return { kind: stored.kind, amountMinor: stored.amountMinor };
  }
  throw otherRefund(id);
}

function otherRefund(id: string): DurabillError {
  return new DurabillError('conflict', { field: 'id', reason: `Another refund has the id ${id}.` });
}
