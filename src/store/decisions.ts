import type { Sql } from './database.ts';

/** A person's answer to an invoice that waits, or a hold of one that does not. */
export type Decision = {
  id: string;
  invoiceId: string;
  /** Of a hold, which answers nothing: how often it had been parked. */
  parkingNumber: number;
  kind: string;
  correctionId: string | null;
};

/** @returns false if the decision is already there */
export async function insertDecision(
  sql: Sql,
  decision: Decision & { actor: string; reason: string },
): Promise<boolean> {
  const { id, invoiceId, parkingNumber, kind, actor, reason, correctionId } = decision;
  const { rowCount } = await sql.query(
    `INSERT INTO decisions (id, invoice_id, parking_number, kind, actor, reason, correction_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [id, invoiceId, parkingNumber, kind, actor, reason, correctionId],
  );
  return rowCount === 1;
}

/** What a decision was made for. */
export async function findDecision(sql: Sql, id: string): Promise<Decision | undefined> {
  const { rows } = await sql.query<Decision>(
    `SELECT id, invoice_id AS "invoiceId", parking_number AS "parkingNumber", kind, correction_id AS "correctionId"
     FROM decisions WHERE id = $1`,
    [id],
  );
  return rows[0];
}
