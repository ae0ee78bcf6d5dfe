import { sum } from '../arithmetic.ts';
import { invalid, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { sumsOf } from '../objects/credit-note.ts';
import type { CreditNoteRecord } from '../objects/credit-note-records.ts';
import { creditedOf, issuedNotesOf } from '../objects/credits.ts';
import type { ChargeRecord } from '../objects/payment-records.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import type { Transaction } from '../state.ts';
import { finalAmountDue, syncPayment } from './collection.ts';
import { creditNoteLines } from './credit-note-lines.ts';
import type { CreditNoteParams } from './credit-note-parameters.ts';
import { customerOf } from './invoice-record.ts';
import { mergeMetadata } from './metadata.ts';
import type { Call } from './operation.ts';
import { refund } from './refund-record.ts';

/**
 * The note as it would be issued; nothing is written. It first lowers what remains to be paid, and what exceeds that
 * gives back what was paid, by refunds, customer balance or outside of Stripe, which together must equal it.
 */
export function planCreditNote({ params, tx, now }: Call<CreditNoteParams>): {
  note: CreditNoteRecord;
  invoice: InvoiceRecord;
} {
  const invoice = tx.get('invoice', params.invoice);
  if (invoice === undefined) throw resourceMissing('invoice', params.invoice, 'invoice', 'parameter');
  if (invoice.status !== 'open' && invoice.status !== 'paid') {
    throw invalid(`Credit notes are for open and paid invoices; this one is ${invoice.status}.`, 'invoice');
  }
  const lines = creditNoteLines(params, invoice, tx);
  const { total } = sumsOf(lines);
  const blamed = params.amount === undefined ? 'lines' : 'amount';
  if (total <= 0) throw invalid('A credit note has to credit more than nothing.', blamed);
  const prePayment = Math.min(total, finalAmountDue(invoice, tx) - invoice.amountPaid);
  const postPayment = total - prePayment;
  const refunds = linkedRefunds(params, invoice, tx);
  refuseTooMuch(postPayment, sum(refunds.map(({ amount }) => amount)), invoice, blamed, tx);
  const { refund_amount = 0, credit_amount = 0, out_of_band_amount = 0 } = params;
  const settled = sum([...refunds.map(({ amount }) => amount), refund_amount, credit_amount, out_of_band_amount]);
  if (settled !== postPayment) {
    throw invalid(
      `Refunds, credit_amount and out_of_band_amount come to ${settled}, but must equal the post-payment amount: ${postPayment}.`,
    );
  }
  const sequence = (invoice.creditNoteIds ?? []).length + 1;
  const note: CreditNoteRecord = {
    id: newId('cn'),
    created: now,
    invoice: invoice.id,
    customer: invoice.customer,
    currency: invoice.currency,
    number: `${invoice.number}-CN-${String(sequence).padStart(2, '0')}`,
    status: 'issued',
    lines,
    prePayment,
    postPayment,
    outOfBand: params.out_of_band_amount ?? null,
    refunds,
    effectiveAt: params.effective_at ?? now,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    reason: params.reason ?? null,
    voidedAt: null,
  };
  return { note, invoice };
}

/** The charge that paid the invoice, if a card did. */
function chargeOf(invoice: InvoiceRecord, tx: Transaction): ChargeRecord | undefined {
  return chargesOf(invoice, tx)[0];
}

/** Of all payments that it was paid by. */
function chargesOf(invoice: InvoiceRecord, tx: Transaction): ChargeRecord[] {
  const payments = (invoice.paymentIds ?? []).flatMap((id) => tx.get('invoicePayment', id) ?? []);
  return payments
    .filter(({ status }) => status === 'paid')
    .flatMap(({ paymentIntent }) => {
      const intent = tx.get('paymentIntent', paymentIntent ?? '');
      return tx.get('charge', intent?.latestCharge ?? '') ?? [];
    });
}

/** Refunds that were made before, and are told by this note; each can stand on notes for no more than its amount. */
function linkedRefunds(params: CreditNoteParams, invoice: InvoiceRecord, tx: Transaction): CreditNoteRecord['refunds'] {
  const charges = chargesOf(invoice, tx).map(({ id }) => id);
  const told = issuedNotesOf(invoice, tx).flatMap(({ refunds }) => refunds);
  return (params.refunds ?? []).map(({ refund: id = '', amount_refunded }, index) => {
    const param = `refunds[${index}][refund]`;
    const record = tx.get('refund', id);
    if (record === undefined) throw resourceMissing('refund', id, param, 'parameter');
    if (!charges.includes(record.charge)) throw invalid('The refund is not of a payment of this invoice.', param);
    const left = record.amount - sum(told.filter(({ refund: other }) => other === id).map(({ amount }) => amount));
    const amount = amount_refunded ?? record.amount;
    if (amount > left) throw invalid(`Of this refund ${left} is on no credit note yet.`, param);
    return { refund: id, amount };
  });
}

/** Notes and refunds together never give back more than was paid: refunds that no note tells of count too. */
function refuseTooMuch(
  postPayment: number,
  linked: number,
  invoice: InvoiceRecord,
  param: string,
  tx: Transaction,
): void {
  if (postPayment === 0) return;
  const refunded = sum(
    chargesOf(invoice, tx)
      .flatMap(({ refundIds }) => refundIds)
      .map((id) => tx.get('refund', id)?.amount ?? 0),
  );
  const told = sum(issuedNotesOf(invoice, tx).flatMap(({ refunds }) => refunds.map(({ amount }) => amount)));
  const left = invoice.amountPaid - creditedOf(invoice, tx).postPayment - (refunded - told - linked);
  if (postPayment <= left) return;
  throw invalid(
    `Of what was paid on the invoice ${Math.max(0, left)} is left to credit; this would be ${postPayment}.`,
    param,
  );
}

/** Writes the note with all that follows: a refund, the customer's credit, and an invoice that has nothing left to pay. */
export function issueCreditNote(call: Call<CreditNoteParams>): CreditNoteRecord {
  const { params, tx, now } = call;
  const { note: planned, invoice } = planCreditNote(call);
  const note = withRefund(planned, invoice, call);
  tx.put('creditNote', note);
  const { credit_amount = 0 } = params;
  const customer = customerOf(tx, invoice);
  if (credit_amount > 0) tx.put('customer', { ...customer, balance: customer.balance - credit_amount });
  const credited: InvoiceRecord = { ...invoice, creditNoteIds: [note.id, ...(invoice.creditNoteIds ?? [])] };
  tx.put('invoice', credited);
  if (invoice.status !== 'open') return note;
  syncPayment(credited, call);
  const isSettled = finalAmountDue(credited, tx) === credited.amountPaid;
  if (isSettled) tx.put('invoice', { ...credited, status: 'paid', paidAt: now });
  return note;
}

function withRefund(note: CreditNoteRecord, invoice: InvoiceRecord, call: Call<CreditNoteParams>): CreditNoteRecord {
  const { refund_amount: amount = 0 } = call.params;
  if (amount === 0) return note;
  const charge = chargeOf(invoice, call.tx);
  if (charge === undefined) throw invalid('No card paid this invoice, so there is nothing to refund.', 'refund_amount');
  const made = refund(charge, { amount, metadata: {} }, 'refund_amount', call);
  return { ...note, refunds: [...note.refunds, { refund: made.id, amount }] };
}

/** Only while the invoice is open, so only a note that lowered what remains: what was given back stays given. */
export function voidCreditNote(note: CreditNoteRecord, call: Call<unknown>): CreditNoteRecord {
  const { tx, now } = call;
  if (note.status === 'void') throw invalid('This credit note has already been voided.');
  const invoice = tx.get('invoice', note.invoice);
  if (invoice?.status !== 'open') throw invalid('You can only void a credit note if the associated invoice is open.');
  const voided: CreditNoteRecord = { ...note, status: 'void', voidedAt: now };
  tx.put('creditNote', voided);
  syncPayment(invoice, call);
  return voided;
}
