import type { Database } from '../store/database.ts';
import { findInvoice, type InvoiceView } from '../store/invoice-views.ts';
import type { ApiDeps } from './deps.ts';
import { noSuchInvoice } from './filters.ts';

/** Operators read the code and the reason, customers a sentence that names neither. */
export function shownInvoice({ failureCode, ...invoice }: InvoiceView, noticeOf: ApiDeps['noticeOf']) {
  return { ...invoice, notice: noticeOf(failureCode) };
}

/** An invoice with its parties, its lines and what leads to its total. @throws DurabillError not-found */
export async function wholeInvoice(database: Database, id: string, noticeOf: ApiDeps['noticeOf']) {
  const found = await findInvoice(database, id);
  if (found === undefined) throw noSuchInvoice(id);
  return { ...shownInvoice(found.invoice, noticeOf), parties: found.parties, lines: found.lines, ...found.parts };
}
