import type { Sql } from './database.ts';

export type StoredDocument = { hash: Buffer; bytes: Buffer };

/** A document's place: of which invoice it is, and in which of its states. */
export type DocumentPlace = { invoiceId: string; kind: 'invoice'; state: string };

/** The document that was made of an invoice in this state, if one was. */
export async function findDocument(sql: Sql, place: DocumentPlace): Promise<StoredDocument | undefined> {
  const { rows } = await sql.query<StoredDocument>(
    `SELECT d.hash, d.bytes FROM invoice_documents i JOIN documents d ON d.hash = i.hash
     WHERE i.invoice_id = $1 AND i.kind = $2 AND i.state = $3`,
    [place.invoiceId, place.kind, place.state],
  );
  return rows[0];
}

/**
 * Keeps a document by the hash of its bytes, for good. Of two that were made at once for one place the first stays.
 * @returns whether it is this one that is kept
 */
export async function insertDocument(sql: Sql, place: DocumentPlace, document: StoredDocument): Promise<boolean> {
  await sql.query(
    `INSERT INTO documents (hash, media_type, bytes) VALUES ($1, 'application/pdf', $2) ON CONFLICT DO NOTHING`,
    [document.hash, document.bytes],
  );
  const { rowCount } = await sql.query(
    `INSERT INTO invoice_documents (invoice_id, kind, state, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [place.invoiceId, place.kind, place.state, document.hash],
  );
  return rowCount === 1;
}
