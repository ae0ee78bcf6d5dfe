import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';

export type CollectionMethod = 'send_invoice' | 'charge_automatically';

/** How a customer is collected from, and what they pay by. */
export type CustomerCollection = {
  method: CollectionMethod;
  paymentMethod: {
    kind: string;
    brand: string | null;
    last4: string | null;
    expMonth: number | null;
    expYear: number | null;
    savedAt: Date;
  } | null;
};

export async function readCustomerCollection(sql: Sql, customerId: string): Promise<CustomerCollection | undefined> {
  type Row = Pick<CustomerCollection, 'method'> & {
    [K in keyof NonNullable<CustomerCollection['paymentMethod']>]:
      | NonNullable<CustomerCollection['paymentMethod']>[K]
      | null;
  };
  const { rows } = await sql.query<Row>(
    `SELECT c.collection_method AS method, p.kind, p.brand, p.last4, p.exp_month AS "expMonth", p.exp_year AS "expYear",
            p.saved_at AS "savedAt"
     FROM customers c LEFT JOIN payment_methods p ON p.customer_id = c.id AND p.is_default WHERE c.id = $1`,
    [customerId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { method, kind, savedAt, ...shown } = row;
  return { method, paymentMethod: kind === null || savedAt === null ? null : { kind, savedAt, ...shown } };
}

/** @returns false if it was so already */
export async function setCollectionMethod(sql: Sql, customerId: string, method: CollectionMethod): Promise<boolean> {
  const { rowCount } = await sql.query(
    'UPDATE customers SET collection_method = $2 WHERE id = $1 AND collection_method <> $2',
    [customerId, method],
  );
  return rowCount === 1;
}

export type MethodSession = {
  id: string;
  customerId: string;
  status: 'wanted' | 'open' | 'complete' | 'expired' | 'failed';
  returnUrl: string;
  remoteId: string | null;
  url: string | null;
  expiresAt: Date | null;
  code: string | null;
};

const sessionColumns = `id, customer_id AS "customerId", status, return_url AS "returnUrl", remote_id AS "remoteId", url,
  expires_at AS "expiresAt", code`;

/**
 * Wants a page on which the customer saves a payment method, unless there is one that leads back to the same place.
 * @returns the session, and whether this call has wanted it
 */
export async function wantSession(
  sql: Sql,
  wish: { id: string; customerId: string; returnUrl: string; actor: string },
): Promise<{ session: MethodSession; isNew: boolean }> {
  await sql.query('SELECT FROM customers WHERE id = $1 FOR UPDATE', [wish.customerId]);
  // One that leads elsewhere, or whose time is nearly over, makes room; at Stripe it just expires.
  await sql.query(
    `UPDATE payment_method_sessions SET status = 'expired'
     WHERE customer_id = $1 AND status IN ('wanted', 'open') AND (return_url <> $2 OR expires_at < now() + interval '10 minutes')`,
    [wish.customerId, wish.returnUrl],
  );
  const { rowCount } = await sql.query(
    `INSERT INTO payment_method_sessions (id, customer_id, return_url, wanted_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [wish.id, wish.customerId, wish.returnUrl, wish.actor],
  );
  const { rows } = await sql.query<MethodSession>(
    `SELECT ${sessionColumns} FROM payment_method_sessions WHERE customer_id = $1 AND status IN ('wanted', 'open')`,
    [wish.customerId],
  );
  return { session: rows[0] as MethodSession, isNew: rowCount === 1 };
}

export async function readSession(sql: Sql, id: string): Promise<MethodSession | undefined> {
  const { rows } = await sql.query<MethodSession>(
    `SELECT ${sessionColumns} FROM payment_method_sessions WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Pages of a customer that there is something to do about: to be opened, or opened and perhaps used by now. */
export async function readSessionsInUse(
  sql: Sql,
  customerId: string,
): Promise<(MethodSession & { currency: string })[]> {
  const { rows } = await sql.query<MethodSession & { currency: string }>(
    `SELECT ${sessionColumns}, (SELECT currency FROM customers c WHERE c.id = s.customer_id) AS currency
     FROM payment_method_sessions s WHERE customer_id = $1
       AND (status IN ('wanted', 'open') OR (status = 'expired' AND remote_id IS NOT NULL AND expires_at > now() - interval '1 hour'))
     ORDER BY wanted_at DESC LIMIT 5`,
    [customerId],
  );
  return rows;
}

export async function openSession(
  sql: Sql,
  id: string,
  page: { remoteId: string; url: string; expiresAt: Date },
): Promise<void> {
  await sql.query(
    `UPDATE payment_method_sessions SET status = CASE status WHEN 'wanted' THEN 'open' ELSE status END,
       remote_id = $2, url = $3, expires_at = $4 WHERE id = $1`,
    [id, page.remoteId, page.url, page.expiresAt],
  );
}

export async function endSession(
  sql: Sql,
  id: string,
  status: 'complete' | 'expired' | 'failed',
  code: string | null = null,
): Promise<void> {
  await sql.query('UPDATE payment_method_sessions SET status = $2, code = $3 WHERE id = $1', [id, status, code]);
}

/** The customer pays by this from now on, and by no other. */
export async function rememberMethod(
  sql: Sql,
  method: {
    accountId: string;
    customerId: string;
    remoteId: string;
    kind: string;
    brand: string | null;
    last4: string | null;
    expMonth: number | null;
    expYear: number | null;
  },
): Promise<void> {
  await sql.query(
    'UPDATE payment_methods SET is_default = false WHERE customer_id = $1 AND is_default AND remote_id <> $2',
    [method.customerId, method.remoteId],
  );
  await sql.query(
    `INSERT INTO payment_methods (account_id, remote_id, customer_id, kind, brand, last4, exp_month, exp_year, is_default)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true)
     ON CONFLICT (account_id, remote_id) DO UPDATE SET is_default = true, gone_at = NULL`,
    [
      method.accountId,
      method.remoteId,
      method.customerId,
      method.kind,
      method.brand,
      method.last4,
      method.expMonth,
      method.expYear,
    ],
  );
}

/** The target has this payment method no more: nothing is charged to it again. */
export async function forgetMethod(sql: Sql, accountId: string, remoteId: string): Promise<void> {
  await sql.query(
    `WITH gone AS (
       UPDATE payment_methods SET is_default = false, gone_at = now()
       WHERE account_id = $1 AND remote_id = $2 AND gone_at IS NULL RETURNING customer_id),
     audited AS (${auditOf(
       `SELECT 'customer' AS subject_kind, customer_id AS subject_id, 'sync' AS actor, 'payment method gone' AS action,
          jsonb_build_object('remoteId', $2::text) AS detail FROM gone`,
     )})
     SELECT FROM gone`,
    [accountId, remoteId],
  );
}

/** Customers by their ids at the target, for those that are mapped. */
export async function findMappedCustomers(
  sql: Sql,
  accountId: string,
  remoteIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql.query<{ customerId: string }>(
    'SELECT customer_id AS "customerId" FROM customer_mappings WHERE account_id = $1 AND remote_id = ANY ($2)',
    [accountId, remoteIds],
  );
  return rows.map(({ customerId }) => customerId);
}
