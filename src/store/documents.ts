import type { Sql } from './database.ts';

export type StoredDocument = { hash: Buffer; bytes: Buffer };

/** A document's place: what it is of and, where that may change, in which state. */
export type DocumentPlace = { invoiceId: string; state: string } | { creditNoteId: string };

/** The document that was made for this place, if one was. */
export async function findDocument(sql: Sql, place: DocumentPlace): Promise<StoredDocument | undefined> {
  const { table, columns, values } = rowOf(place);
  const where = columns.map((column, index) => `p.${column} = $${index + 1}`).join(' AND ');
  const { rows } = await sql.query<StoredDocument>(
    `SELECT d.hash, d.bytes FROM ${table} p JOIN documents d ON d.hash = p.hash WHERE ${where}`,
    values,
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
  const { table, columns, values } = rowOf(place);
  const places = columns.map((_, index) => `$${index + 2}`).join(', ');
  const { rowCount } = await sql.query(
    `INSERT INTO ${table} (hash, ${columns.join(', ')}) VALUES ($1, ${places}) ON CONFLICT DO NOTHING`,
    [document.hash, ...values],
  );
  return rowCount === 1;
}

function rowOf(place: DocumentPlace): { table: string; columns: string[]; values: string[] } {
  return 'creditNoteId' in place
    ? { table: 'credit_note_documents', columns: ['credit_note_id'], values: [place.creditNoteId] }
    : { table: 'invoice_documents', columns: ['invoice_id', 'state'], values: [place.invoiceId, place.state] };
}
