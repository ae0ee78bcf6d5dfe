import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type Purse, reopen } from '../store/collection.ts';
import type { Database, Sql } from '../store/database.ts';
import { insertRecordedPayment, notePaid, type RecordedPayment, readRecordedPayment } from '../store/payments.ts';
import { readInstant } from './instant.ts';
import { lockIssued, openMinorOf } from './purse.ts';
import { readReason, readText, readUuid } from './text.ts';

export type PaymentInput = {
  invoiceId: string;
  /** Made by whoever records it: sent again it is the same payment. */
  id?: string | undefined;
  /** All that is open unless said otherwise. */
  amountMinor?: bigint | undefined;
  /** RFC 3339. */
  paidAt: string;
  /** Of the bank's statement, the cheque, the receipt. */
  reference: string;
  reason: string;
};

/**
 * Records money that has come in elsewhere, all that is open of an invoice or a part. Once everything has come in the
 * invoice is paid here, and its sync, which whoever calls this wakes after the commit, says so at Stripe.
 * @throws DurabillError not-found, request-invalid, collection-refused, payment-refused, conflict
 */
export async function recordPayment(
  database: Database,
  input: PaymentInput,
  actor: string,
): Promise<RecordedPayment & { isNew: boolean }> {
  const { invoiceId } = input;
  const id = input.id === undefined ? randomUUID() : readUuid(input.id, 'id');
  const paidAt = readInstant(input.paidAt, 'paidAt');
  const reference = readText(input.reference, {
    code: 'request-invalid',
    field: 'reference',
    name: 'The reference',
    maxLength: 255,
  });
  const reason = readReason(input.reason);
  return await database.transaction(async (sql) => {
    const purse = await lockIssued(sql, invoiceId);
    const stored = await readRecordedPayment(sql, id);
    if (stored !== undefined) return { ...requireSame(stored, { ...input, paidAt, reference }), isNew: false };
    const amountMinor = amountOf(purse, input.amountMinor, paidAt);
    const payment = { id, invoiceId, amountMinor, paidAt, reference, reason, recordedBy: actor };
    // Of two invoices at once the id is taken by one: the other has nothing that it could be paid with.
    if (!(await insertRecordedPayment(sql, payment))) throw otherPayment(id);
    await tell(sql, purse, payment);
    return { ...payment, isNew: true };
  });
}

function amountOf(purse: Purse, asked: bigint | undefined, paidAt: Date): bigint {
  const openMinor = openMinorOf(purse);
  if (openMinor === 0n) {
    throw new DurabillError('payment-refused', {
      reason: 'Nothing is open of it.',
      mend: 'Keep what a customer pays beyond an invoice as a paid grant of a wallet: POST /v1/wallets/{id}/grants.',
    });
  }
  if (purse.isCharging || purse.isProcessing) {
    throw new DurabillError('collection-refused', {
      reason: 'The saved payment method is being charged with it.',
      mend: 'Wait for what comes of that, GET /v1/invoices/{id}/payments tells; else it could be paid twice.',
    });
  }
  const amountMinor = asked ?? openMinor;
  if (amountMinor < 1n || amountMinor > openMinor) {
    throw new DurabillError('payment-refused', {
      field: 'amountMinor',
      reason: `${amountMinor} is not from 1 to the ${openMinor} that are open of it.`,
      mend: 'Record what belongs to this invoice, and keep the rest as a paid grant of a wallet: POST /v1/wallets/{id}/grants.',
    });
  }
  if (paidAt > purse.now) {
    throw new DurabillError('payment-refused', {
      field: 'paidAt',
      reason: `${paidAt.toISOString()} is still to come for its customer.`,
      mend: 'Record money once it has come in.',
    });
  }
  return amountMinor;
}

function requireSame(
  stored: RecordedPayment,
  asked: { invoiceId: string; amountMinor?: bigint | undefined; paidAt: Date; reference: string },
): RecordedPayment {
  const { invoiceId, amountMinor = stored.amountMinor, paidAt, reference } = asked;
  const isSame =
    stored.invoiceId === invoiceId &&
    stored.amountMinor === amountMinor &&
    stored.paidAt.getTime() === paidAt.getTime() &&
    stored.reference === reference;
  if (isSame) return stored;
  throw otherPayment(stored.id);
}

function otherPayment(id: string): DurabillError {
  return new DurabillError('conflict', { field: 'id', reason: `Another payment has the id ${id}.` });
}

async function tell(sql: Sql, purse: Purse, payment: RecordedPayment): Promise<void> {
  const { invoiceId, amountMinor, paidAt, recordedBy: actor } = payment;
  await notePaid(sql, { invoiceId, amountPaidMinor: purse.amountPaidMinor + amountMinor, paidAt });
  await reopen(sql, invoiceId);
  // The reference may name a person: it stays with the payment.
  const detail = { paymentId: payment.id, amountMinor: String(amountMinor), paidAt: paidAt.toISOString() };
  await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'payment recorded', detail }]);
}
