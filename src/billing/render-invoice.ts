import { createHash } from 'node:crypto';
import type { InvoiceDocument } from '../documents/model.ts';
import { renderInvoice as render } from '../documents/render.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type DocumentFacts, readDocumentFacts } from '../store/document-facts.ts';
import { type DocumentPlace, findDocument, insertDocument, type StoredDocument } from '../store/documents.ts';
import { canonicalJson } from './canonical-json.ts';
import { invoiceDocumentOf } from './invoice-document.ts';

export type RenderedInvoice = {
  bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  hash: string;
  /** What a file of it is called, without anything that a file system or a header would mind. */
  fileName: string;
  /** Characters that no font has, if it was made just now. */
  unwritable: readonly string[];
};

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
): Promise<RenderedInvoice | undefined> {
  const facts = await readAtOnce(database, invoiceId);
  if (facts === undefined) return undefined;
  if (facts.lifecycle === 'skipped') {
    throw new DurabillError('document-absent', { reason: 'The invoice was skipped: it is over nothing.' });
  }
  const document = invoiceDocumentOf(facts);
  const fileName = `${facts.number ?? `draft-${facts.id}`}.pdf`.replace(/[^\w.-]/g, '_');
  if (document.stamp?.kind === 'draft') return { ...(await made(document)), fileName };

  const place: DocumentPlace = { invoiceId, kind: 'invoice', state: stateOf(document) };
  const kept = await findDocument(database, place);
  if (kept !== undefined) return { ...answered(kept), fileName, unwritable: [] };
  const fresh = await made(document);
  const first = await keep(database, place, fresh, actor);
  return { ...fresh, ...answered(first), fileName };
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

async function made(document: InvoiceDocument): Promise<Omit<RenderedInvoice, 'fileName'>> {
  const { bytes, unwritable } = await render(document);
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex'), unwritable };
}

function answered({ bytes, hash }: StoredDocument): { bytes: Buffer; hash: string } {
  return { bytes, hash: hash.toString('hex') };
}

/** Keeps a new document and answers the one that is kept: another request may have been first. */
async function keep(
  database: Database,
  place: DocumentPlace,
  { bytes, hash }: { bytes: Buffer; hash: string },
  actor: string,
): Promise<StoredDocument> {
  return await database.transaction(async (sql) => {
    const document = { bytes, hash: Buffer.from(hash, 'hex') };
    if (!(await insertDocument(sql, place, document))) {
      return (await findDocument(sql, place)) as StoredDocument;
    }
    const detail = { kind: place.kind, hash, bytes: bytes.length };
    await appendAudit(sql, [
      { subjectKind: 'invoice', subjectId: place.invoiceId, actor, action: 'document made', detail },
    ]);
    return document;
  });
}
