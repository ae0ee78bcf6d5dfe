import type { Sql } from './database.ts';

/** What was made for a request of this id, and whether it asked for the same; undefined for a new one. */
export async function findOneOff(
  sql: Sql,
  request: { customerId: string; requestId: string; contentHash: Buffer },
): Promise<{ invoiceId: string; isSame: boolean } | undefined> {
  const { rows } = await sql.query<{ invoiceId: string; isSame: boolean }>(
    `SELECT invoice_id AS "invoiceId", content_hash = $3 AS "isSame" FROM one_off_requests
     WHERE customer_id = $1 AND request_id = $2`,
    [request.customerId, request.requestId, request.contentHash],
  );
  return rows[0];
}

export async function insertOneOff(
  sql: Sql,
  request: { customerId: string; requestId: string; contentHash: Buffer; invoiceId: string },
): Promise<void> {
  await sql.query(
    `INSERT INTO one_off_requests (customer_id, request_id, invoice_id, content_hash) VALUES ($1, $2, $3, $4)`,
    [request.customerId, request.requestId, request.invoiceId, request.contentHash],
  );
}

/** Whoever is to pay for a one-off invoice, locked: orders of one customer take turns. */
export type OneOffPayer = { clockId: string; currency: string; zone: string; now: Date };

export async function lockOneOffPayer(sql: Sql, customerId: string): Promise<OneOffPayer | undefined> {
  const { rows } = await sql.query<OneOffPayer>(
    `SELECT c.clock_id AS "clockId", c.currency, c.zone, business_now(k) AS now
     FROM customers c JOIN clocks k ON k.id = c.clock_id WHERE c.id = $1 FOR NO KEY UPDATE OF c`,
    [customerId],
  );
  return rows[0];
}
