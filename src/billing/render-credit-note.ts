import { renderCreditNote as render } from '../documents/render.ts';
import { readCreditNoteFacts } from '../store/credit-note-facts.ts';
import type { Database } from '../store/database.ts';
import { creditNoteDocumentOf } from './documents/credit-note-document.ts';
import { fileNameOf, keptOrMade, type RenderedDocument } from './documents/kept-document.ts';

/**
 * The document of a credit note, made once and then kept: the same bytes for ever.
 * @returns undefined if there is no such credit note
 * @throws DurabillError document-too-long, document-failed, unavailable
 */
export async function renderCreditNote(
  database: Database,
  creditNoteId: string,
  actor: string,
): Promise<RenderedDocument | undefined> {
  // Frozen facts need no transaction to be of one moment.
  const facts = await readCreditNoteFacts(database, creditNoteId);
  if (facts === undefined) return undefined;
  const audit = { invoiceId: facts.invoiceId, actor, detail: { creditNoteId } };
  const rendered = await keptOrMade(database, { creditNoteId }, () => render(creditNoteDocumentOf(facts)), audit);
  return { ...rendered, fileName: fileNameOf(facts.number) };
}
