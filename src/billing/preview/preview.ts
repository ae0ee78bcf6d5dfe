import { readerFor } from '../../domain/rating/reader.ts';
import type { Database } from '../../store/database.ts';
import { type ExpectedBill, expectBill } from './expect-bill.ts';
import { type PreviewedInvoice, previewInvoice } from './preview-invoice.ts';

const read = readerFor('preview-invalid');

/**
 * What an invoice would say: of a subscription in the books, named by its id and nothing else, or of whatever is sent.
 * Nothing is written.
 * @throws DurabillError not-found, and those of previewInvoice
 */
export async function preview(database: Database, input: unknown): Promise<PreviewedInvoice | ExpectedBill> {
  const named =
    typeof input === 'object' && input !== null ? (input as { subscription?: unknown }).subscription : undefined;
  if (typeof named !== 'string') return previewInvoice(input);
  read.record(input, '', ['subscription']);
  return await expectBill(database, named);
}
