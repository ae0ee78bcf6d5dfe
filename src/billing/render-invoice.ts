import type { InvoiceDocument } from '../documents/model.ts';
import { renderInvoice as render } from '../documents/render.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { type DocumentFacts, readDocumentFacts } from '../store/document-facts.ts';
import { canonicalJson } from './canonical-json.ts';
import { invoiceDocumentOf } from './documents/invoice-document.ts';
import { fileNameOf, keptOrMade, type RenderedDocument, renderedOf } from './documents/kept-document.ts';

/**
 * The document of an invoice. That of an issued or void one is made once for each state that it shows and then kept, so
 * that the same bytes are answered for ever, whatever a later version would make; that of a draft is made each time.
 * @returns undefined if there is no such invoice
 * @throws DurabillError document-absent, document-too-long, document-failed, unavailable
 */
export async function renderInvoice(
  database: Database,
  invoiceId: string,
  actor: string,
): Promise<RenderedDocument | undefined> {
  const facts = await readAtOnce(database, invoiceId);
  if (facts === undefined) return undefined;
  if (facts.lifecycle === 'skipped') {
    throw new DurabillError('document-absent', { reason: 'The invoice was skipped: it is over nothing.' });
  }
  const document = invoiceDocumentOf(facts);
  const fileName = fileNameOf(facts.number ?? `draft-${facts.id}`);
  if (document.stamp?.kind === 'draft') return { ...renderedOf(await render(document)), fileName };
  const place = { invoiceId, state: stateOf(document) };
  const audit = { invoiceId, actor, detail: { stamp: document.stamp?.kind ?? null } };
  return { ...(await keptOrMade(database, place, () => render(document), audit)), fileName };
}

async function readAtOnce(database: Database, invoiceId: string): Promise<DocumentFacts | undefined> {
  return await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await readDocumentFacts(sql, invoiceId);
  });
}

/** Everything on a document that may change after the issue; all the rest are facts. */
function stateOf({ stamp, paymentDueOn, paymentUrl }: InvoiceDocument): string {
  if (stamp?.kind === 'paid') return canonicalJson({ stamp: 'paid', paidAt: stamp.paidAt.toISOString(), paymentDueOn });
  if (stamp?.kind === 'void') return canonicalJson({ stamp: 'void', paymentDueOn });
  return canonicalJson({ stamp: null, paymentDueOn, paymentUrl });
}
