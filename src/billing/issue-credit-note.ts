import { decimalText } from '../domain/money/exact.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type CreditReason, findCreditRequest, insertCreditNote } from '../store/credit-notes.ts';
import type { Database, Sql } from '../store/database.ts';
import { lookAgain } from '../store/wants.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { creditBalance } from './credit-balance.ts';
import { creditNoteIdOf } from './ids.ts';
import { type CreditOrder, type PlannedNote, planCreditNote } from './plan-credit-note.ts';
import { readText } from './text.ts';
import { lockTopUp, takeBackTopUp } from './wallets/take-back-top-up.ts';

export type CreditNoteOrder = CreditOrder & {
  /** The sender's own id: the same again is answered with the note that is there. */
  requestId: string;
  reason: CreditReason;
  /** A sentence for the customer, on the note. */
  memo?: string;
};

/**
 * Issues a credit note of an invoice that is issued: numbered, with facts that never change again. What goes to the
 * customer's balance is there when it returns; the rest is wanted at the target, and whoever calls it wakes the sync of
 * the invoice after the commit.
 * @throws DurabillError not-found, credit-note-refused, request-invalid, decimal-invalid, conflict
 */
export async function issueCreditNote(
  database: Database,
  invoiceId: string,
  order: CreditNoteOrder,
  actor: string,
): Promise<{ id: string; created: boolean }> {
  const { reason, giveBack } = order;
  const requestId = textOf(order.requestId, 'requestId', 'The id of the request', 255);
  const memo = order.memo === undefined ? null : textOf(order.memo, 'memo', 'The memo', 2_000);
  const request = contentOf(order);
  return await database.transaction(async (sql) => {
    // The lock comes first: of two at once under one id the second waits, and then finds what the first has made.
    await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [invoiceId]);
    const earlier = await findCreditRequest(sql, invoiceId, requestId);
    if (earlier !== undefined) {
      requireSame(earlier.request, request);
      return { id: earlier.id, created: false };
    }
    await lockTopUp(sql, invoiceId);
    const planned = await planCreditNote(sql, invoiceId, order, 'FOR UPDATE');
    const id = creditNoteIdOf(invoiceId, requestId);
    await store(sql, { ...planned, id, requestId, request, reason, memo, giveBack }, actor);
    return { id, created: true };
  });
}

type ToStore = PlannedNote & Omit<Parameters<typeof insertCreditNote>[1], keyof PlannedNote | 'invoiceId' | 'lines'>;

async function store(sql: Sql, { invoice, lines, ...note }: ToStore, actor: string): Promise<void> {
  const { id: invoiceId, customerId, currency } = invoice;
  const { id: creditNoteId, totalMinor, dueMinor, refundMinor, outOfBandMinor, balanceMinor, reason } = note;
  if (balanceMinor > 0n) {
    await creditBalance(
      sql,
      [{ reference: creditNoteId, customerId, currency, invoiceId, amountMinor: balanceMinor }],
      actor,
    );
  }
  await takeBackTopUp(sql, { id: creditNoteId, invoiceId, customerId, currency, totalMinor }, actor);
  await lookAgain(sql, [invoiceId]);
  const number = await insertCreditNote(sql, {
    ...note,
    invoiceId,
    lines: lines.map(({ quantity, position: _position, ...line }) => ({
      ...line,
      quantity: quantity === null ? null : decimalText(quantity),
    })),
  });
  const detail = {
    creditNoteId,
    number,
    // `reason` is where a link says why somebody did something, and it may be given beside the request.
    reasonOnNote: reason,
    totalMinor: String(totalMinor),
    dueMinor: String(dueMinor),
    refundMinor: String(refundMinor),
    outOfBandMinor: String(outOfBandMinor),
    balanceMinor: String(balanceMinor),
  };
  await appendAudit(sql, [
    { subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'credit note issued', detail },
  ]);
}

function textOf(value: string, field: string, name: string, maxLength: number): string {
  return readText(value, { code: 'request-invalid', field, name, maxLength });
}

/** What was asked for, to know it again. */
function contentOf({ amountMinor, lines, giveBack, reason, memo }: CreditNoteOrder): JsonValue {
  return {
    amountMinor: amountMinor ?? null,
    lines: lines === undefined ? null : lines.map((line) => ({ ...line })),
    giveBack,
    reason,
    memo: memo ?? null,
  };
}

function requireSame(stored: unknown, asked: JsonValue): void {
  if (canonicalJson(stored as JsonValue) === canonicalJson(asked)) return;
  throw new DurabillError('conflict', {
    field: 'requestId',
    reason: 'A credit note of this invoice was asked for under this id, and otherwise.',
    mend: 'Send another requestId for another credit note.',
  });
}
