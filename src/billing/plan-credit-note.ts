import {
  type ComposedNote,
  type CreditRequest,
  composeCreditNote,
  type LineRequest,
} from '../domain/credit-note/compose-credit-note.ts';
import { type GivenBack, type Giving, giveBack, type InvoiceStanding } from '../domain/credit-note/give-back.ts';
import { parseCurrency } from '../domain/money/currency.ts';
import { parseDecimal } from '../domain/money/exact.ts';
import { DurabillError } from '../errors/error.ts';
import {
  type InvoiceToCredit,
  readInvoiceToCredit,
  readLinesToCredit,
  type StoredLine,
} from '../store/credit-notes.ts';
import type { Sql } from '../store/database.ts';
import { requireUnspent } from './wallets/take-back-top-up.ts';

export type CreditOrder = {
  /** Of the whole note, discount and taxes included; neither this nor lines is all that is left. */
  amountMinor?: number;
  /** Parts of lines: all that is left, so much of the charge (before discount and taxes), or so much of the quantity. */
  lines?: { position: number; amountMinor?: number; quantity?: string }[];
  giveBack: Giving;
};

export { givings as giveBackWays } from '../domain/credit-note/give-back.ts';
export { creditReasons as reasonsToCredit } from '../store/credit-notes.ts';

export type PlannedNote = Omit<ComposedNote, 'lines'> &
  GivenBack & { invoice: InvoiceToCredit; lines: (ComposedNote['lines'][number] & { position: number })[] };

/**
 * What a credit note of an invoice would be over now, and how it would be given back. A note that is issued is one that was
 * planned under the lock of its invoice.
 * @throws DurabillError not-found, credit-note-refused, decimal-invalid
 */
export async function planCreditNote(
  sql: Sql,
  invoiceId: string,
  order: CreditOrder,
  lock: '' | 'FOR UPDATE' = '',
): Promise<PlannedNote> {
  const invoice = await readInvoiceToCredit(sql, invoiceId, lock);
  if (invoice === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no invoice with the id "${invoiceId}".` });
  }
  requireCreditable(invoice);
  const lines = await readLinesToCredit(sql, invoiceId);
  const currency = parseCurrency(invoice.currency);
  const leftMinor = invoice.totalMinor + invoice.creditMinor - invoice.notedMinor;
  const note = composeCreditNote(
    lines.map((line) => ({ ...line, quantity: line.quantity === null ? null : parseDecimal(line.quantity) })),
    readOrder(order, lines),
    leftMinor,
    currency,
  );
  await requireUnspent(sql, { invoiceId, currency, totalMinor: note.totalMinor });
  const given = giveBack(note.totalMinor, standingOf(invoice), order.giveBack, currency);
  const positions = new Map(lines.map(({ id, position }) => [id, position]));
  const placed = note.lines.map((line) => ({ ...line, position: positions.get(line.lineId) as number }));
  return { ...note, ...given, lines: placed, invoice };
}

function requireCreditable({ lifecycle, wanted, payment }: InvoiceToCredit): void {
  if (lifecycle !== 'issued') {
    throw refused(
      `The invoice is ${lifecycle}.`,
      lifecycle === 'draft' || lifecycle === 'held' ? 'A draft can still be changed, held or given up.' : undefined,
    );
  }
  if (wanted === 'void') throw refused('The invoice is being voided, which takes all of it back.');
  if (payment === 'uncollectible') {
    throw refused('The invoice was given up as uncollectible, so that nothing is to be paid of it.');
  }
  if (payment === 'processing') {
    throw refused('A payment of the invoice is under way.', 'Wait until it has come in or failed.');
  }
}

function refused(reason: string, mend?: string): DurabillError {
  return new DurabillError('credit-note-refused', { field: 'id', reason, ...(mend !== undefined && { mend }) });
}

/**
 * What was paid is known from what is left to pay, where that is nothing: the target counts some ways to pay as none.
 * What refunds have given back without a note, or a bank after a dispute, is paid no more.
 */
function standingOf(invoice: InvoiceToCredit): InvoiceStanding {
  const { payment, totalMinor, creditMinor, amountPaidMinor, notedMinor, notedMoneyMinor, notedDueMinor } = invoice;
  const { collectedMinor, refundedMinor, refundingMinor, returnedMinor, notedBackMinor, disputedMinor } = invoice;
  const askedMinor = totalMinor - notedDueMinor;
  const dueMinor = payment === 'paid' ? 0n : atLeastZero(askedMinor - amountPaidMinor);
  // What notes give back is told by `notedBack` until its refunds are seen, and by `refunded` from then on.
  const goneMinor = refundedMinor + refundingMinor + returnedMinor + notedBackMinor + disputedMinor;
  const paidMinor = atLeastZero(askedMinor - dueMinor - goneMinor);
  const refundableMinor = atLeastZero(collectedMinor - refundedMinor - refundingMinor - notedBackMinor - disputedMinor);
  return { dueMinor, paidMinor, refundableMinor, creditsMinor: creditMinor - (notedMinor - notedMoneyMinor) };
}

function atLeastZero(amount: bigint): bigint {
  return amount < 0n ? 0n : amount;
}

function readOrder({ amountMinor, lines }: CreditOrder, stored: readonly StoredLine[]): CreditRequest {
  if (lines === undefined) {
    return amountMinor === undefined ? { kind: 'full' } : { kind: 'amount', amountMinor: BigInt(amountMinor) };
  }
  if (amountMinor !== undefined) {
    throw new DurabillError('credit-note-refused', {
      field: 'amountMinor',
      reason: 'It is over an amount or over lines, not both.',
    });
  }
  return { kind: 'lines', lines: lines.map((line, index) => readLine(line, `lines[${index}]`, stored)) };
}

function readLine(
  { position, amountMinor, quantity }: NonNullable<CreditOrder['lines']>[number],
  at: string,
  stored: readonly StoredLine[],
): LineRequest {
  const line = stored.find((one) => one.position === position);
  if (line === undefined) {
    const reason = `The invoice has no line ${position}.`;
    throw new DurabillError('credit-note-refused', { field: `${at}.position`, reason });
  }
  if (amountMinor !== undefined && quantity !== undefined) {
    const reason = 'It is so much of the amount or so much of the quantity, not both.';
    throw new DurabillError('credit-note-refused', { field: `${at}.quantity`, reason });
  }
  return {
    lineId: line.id,
    ...(amountMinor !== undefined && { amountMinor: BigInt(amountMinor) }),
    ...(quantity !== undefined && { quantity: parseDecimal(quantity, `${at}.quantity`) }),
  };
}
