import { createHash } from 'node:crypto';
import type { TypesetDocument } from '../../documents/typeset/typesetter.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { type DocumentPlace, findDocument, insertDocument, type StoredDocument } from '../../store/documents.ts';

/** A document as a file. */
export type RenderedDocument = {
  bytes: Buffer;
  /** SHA-256 of the bytes, in hex. */
  hash: string;
  /** Without anything that a file system or a header would mind. */
  fileName: string;
  /** How many characters no font has, if it was made just now. */
  unwritable: number;
};

type Rendered = Omit<RenderedDocument, 'fileName'>;

/** The file of a document that is made now. */
export function renderedOf({ bytes, unwritable }: TypesetDocument): Rendered {
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex'), unwritable: unwritable.length };
}

export function fileNameOf(number: string): string {
  return `${number}.pdf`.replace(/[^\w.-]/g, '_');
}

/**
 * The document that is kept for a place; where there is none it is made, kept, and told of in the invoice's audit chain.
 * Of two that were made at once both callers get the first.
 */
export async function keptOrMade(
  database: Database,
  place: DocumentPlace,
  make: () => Promise<TypesetDocument>,
  audit: { invoiceId: string; actor: string; detail: Record<string, unknown> },
): Promise<Rendered> {
  const kept = await findDocument(database, place);
  if (kept !== undefined) return { ...answered(kept), unwritable: 0 };
  const made = renderedOf(await make());
  const first = await database.transaction(async (sql) => {
    const document = { bytes: made.bytes, hash: Buffer.from(made.hash, 'hex') };
    if (!(await insertDocument(sql, place, document))) return (await findDocument(sql, place)) as StoredDocument;
    const { invoiceId, actor } = audit;
    const detail = { ...audit.detail, hash: made.hash, bytes: made.bytes.length };
    await appendAudit(sql, [{ subjectKind: 'invoice', subjectId: invoiceId, actor, action: 'document made', detail }]);
    return document;
  });
  return { ...made, ...answered(first) };
}

function answered({ bytes, hash }: StoredDocument): { bytes: Buffer; hash: string } {
  return { bytes, hash: hash.toString('hex') };
}
