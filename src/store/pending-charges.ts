import type { Sql } from './database.ts';

/** What an invoice had carried to a balance, and the customer had spent when it was voided. */
export type TakenBack = { id: string; invoiceId: string; amountMinor: bigint };

/**
 * Puts it on the next bill of the invoice's customer and group, once, and without a tax, which stood on the void invoice.
 * @returns the invoices of those that are new
 */
export async function insertTakenBack(sql: Sql, items: readonly TakenBack[]): Promise<Set<string>> {
  if (items.length === 0) return new Set();
  const { rows } = await sql.query<{ invoiceId: string }>(
    `INSERT INTO pending_items (id, customer_id, currency, billing_group, description, amount_minor, tax_rates, source_kind,
       source_id)
     SELECT n.id, i.customer_id, i.currency, i.billing_group, 'Credit taken back with invoice ' || coalesce(i.number, ''),
       n.amount_minor, '[]', 'correction', i.id
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS n (id, invoice_id, amount_minor)
     JOIN invoices i ON i.id = n.invoice_id ORDER BY n.id ON CONFLICT DO NOTHING RETURNING source_id AS "invoiceId"`,
    [items.map(({ id }) => id), items.map(({ invoiceId }) => invoiceId), items.map(({ amountMinor }) => amountMinor)],
  );
  return new Set(rows.map(({ invoiceId }) => invoiceId));
}
