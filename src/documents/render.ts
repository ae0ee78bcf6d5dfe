import { DurabillError } from '../errors/error.ts';
import { creditNoteSheet } from './credit-note-sheet.ts';
import { invoiceSheet } from './invoice-sheet.ts';
import type { CreditNoteDocument, InvoiceDocument } from './model.ts';
import { type TypesetDocument, Typesetter } from './typeset/typesetter.ts';

/** Of more lines nobody reads a document, and its making would hold up all others. */
export const maxDocumentLines = 5_000;

/** One for the process: it holds the fonts. */
const typesetter = new Typesetter();

/**
 * Sets an invoice as a PDF (PDF/A-2a). The same facts give the same bytes.
 * @throws DurabillError document-too-long, document-failed, unavailable
 */
export async function renderInvoice(invoice: InvoiceDocument): Promise<TypesetDocument> {
  refuseTooLong(invoice.lines.length);
  return await typesetter.set(invoiceSheet(invoice));
}

/**
 * Sets a credit note as a PDF (PDF/A-2a). The same facts give the same bytes.
 * @throws DurabillError document-too-long, document-failed, unavailable
 */
export async function renderCreditNote(note: CreditNoteDocument): Promise<TypesetDocument> {
  refuseTooLong(note.lines.length);
  return await typesetter.set(creditNoteSheet(note));
}

function refuseTooLong(lines: number): void {
  if (lines <= maxDocumentLines) return;
  throw new DurabillError('document-too-long', {
    reason: `The document would have ${lines} lines; ${maxDocumentLines} is the most.`,
  });
}
