import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { isCredited } from '../store/credit-notes.ts';
import type { Database, Sql } from '../store/database.ts';
import { readSyncState } from '../store/sync.ts';
import { wantVoid } from '../store/wants.ts';
import { readReason } from './text.ts';

/**
 * Wants an issued invoice void. Its sync deletes or voids it at Stripe, and only then it is void here; if the customer
 * has paid meanwhile, in part or in full, it stays as it is. Whoever calls it wakes the sync after the commit. Asked again it changes nothing.
 * @throws DurabillError not-found, void-refused
 */
export async function requestVoid(
  database: Database,
  { invoiceId, ...given }: { invoiceId: string; reason: string },
  actor: string,
): Promise<void> {
  const reason = readReason(given.reason);
  await database.transaction((sql) => requestVoidIn(sql, { invoiceId, reason }, actor));
}

/** The same inside of a transaction that does more. */
export async function requestVoidIn(
  sql: Sql,
  { invoiceId, reason }: { invoiceId: string; reason: string },
  actor: string,
): Promise<void> {
  const state = await readSyncState(sql, invoiceId, 'FOR UPDATE');
  if (state === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  }
  if (state.lifecycle === 'void' || state.wanted === 'void') return;
  if (state.lifecycle !== 'issued') {
    throw new DurabillError('void-refused', {
      reason: `It is ${state.lifecycle}: only what is issued can be voided.`,
      mend: 'A draft can be held, and a held one abandoned: POST /v1/invoices/{id}/answers.',
    });
  }
  if (await isCredited(sql, invoiceId)) {
    throw new DurabillError('void-refused', {
      reason: 'A credit note was issued of it, and a void would take the same back once more.',
      mend: 'Credit the rest of it by another credit note.',
    });
  }
  if (state.payment === 'paid') {
    throw new DurabillError('void-refused', {
      reason: 'It is paid.',
      mend: 'Money goes back by a refund or a credit.',
    });
  }
  if (state.amountPaidMinor > 0n) {
    throw new DurabillError('void-refused', {
      reason: 'It is paid in part, and Stripe voids nothing that money has come in for.',
      mend: 'What was paid goes back by a refund, what is open by a credit note.',
    });
  }
  if (state.sync === 'parked') {
    throw new DurabillError('void-refused', {
      reason: `It waits for a person (parking ${state.parkingNumber}).`,
      mend: 'Answer `abandon`: POST /v1/invoices/{id}/answers.',
    });
  }
  await wantVoid(sql, invoiceId);
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'void asked for', detail: { reason } },
  ]);
}
