import { sum } from '../arithmetic.ts';
import type { Transaction } from '../state.ts';
import type { CreditNoteRecord } from './credit-note-records.ts';
import type { InvoiceRecord } from './records.ts';

/** An invoice's credit notes that count, newest first. */
export function issuedNotesOf({ creditNoteIds = [] }: InvoiceRecord, tx: Transaction): CreditNoteRecord[] {
  return creditNoteIds.flatMap((id) => tx.get('creditNote', id) ?? []).filter(({ status }) => status === 'issued');
}

/** What credit notes took off an invoice before it was paid, and what they gave back after. */
export function creditedOf(invoice: InvoiceRecord, tx: Transaction): { prePayment: number; postPayment: number } {
  const notes = issuedNotesOf(invoice, tx);
  return {
    prePayment: sum(notes.map(({ prePayment }) => prePayment)),
    postPayment: sum(notes.map(({ postPayment }) => postPayment)),
  };
}
