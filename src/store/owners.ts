import type { Sql } from './database.ts';
import { uuidOrNull } from './uuid.ts';

/** Of what kinds a thing is that belongs to a customer, and where that stands. */
const tables = {
  invoice: 'invoices',
  'credit-note': 'credit_notes',
  wallet: 'wallets',
  subscription: 'subscriptions',
  message: 'messages',
  'webhook-endpoint': 'webhook_endpoints',
  'api-key': 'api_keys',
} as const;

export type OwnedKind = 'customer' | keyof typeof tables;

/**
 * Whose a thing is, by our id; a customer, by external id or our id, is its own. Undefined if there is no such thing.
 * Each request of a customer asks this first, so it is planned once a connection.
 */
export async function findOwner(sql: Sql, kind: OwnedKind, reference: string): Promise<string | undefined> {
  const id = uuidOrNull(reference);
  if (kind === 'customer') {
    const { rows } = await sql.query<{ id: string }>({
      name: 'find-owner-customer',
      text: 'SELECT id FROM customers WHERE external_id = $1 OR id = $2 ORDER BY external_id = $1 DESC LIMIT 1',
      values: [reference, id],
    });
    return rows[0]?.id;
  }
  if (id === null) return undefined;
  const { rows } = await sql.query<{ customerId: string }>({
    name: `find-owner-${kind}`,
    text: `SELECT customer_id AS "customerId" FROM ${tables[kind]} WHERE id = $1::uuid`,
    values: [id],
  });
  return rows[0]?.customerId;
}
