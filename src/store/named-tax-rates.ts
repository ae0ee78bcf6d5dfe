import type { Sql } from './database.ts';
import { waits } from './pending-items.ts';

/** The keys of the tax rates that these prices name, in order; prices that name none are left out. */
export async function readPriceTaxRates(sql: Sql, priceIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ id: string; keys: string[] }>(
    `SELECT id, terms -> 'taxRates' AS keys FROM prices WHERE id = ANY ($1::uuid[]) AND terms ? 'taxRates'`,
    [priceIds],
  );
  return new Map(rows.map(({ id, keys }) => [id, keys]));
}

export type ItemTaxRates = { itemId: string; customerId: string; currency: string; keys: string[] };

/** The same of items that stand on these invoices, or wait for a bill of one of their customers. */
export async function readItemTaxRates(
  sql: Sql,
  bills: readonly { invoiceId: string; customerId: string }[],
): Promise<ItemTaxRates[]> {
  const { rows } = await sql.query<ItemTaxRates>(
    `SELECT p.id AS "itemId", p.customer_id AS "customerId", p.currency, p.tax_rates AS keys FROM pending_items p
     WHERE p.tax_rates IS NOT NULL
       AND (p.invoice_id = ANY ($1::uuid[]) OR (p.customer_id = ANY ($2::uuid[]) AND (${waits})))`,
    [bills.map(({ invoiceId }) => invoiceId), bills.map(({ customerId }) => customerId)],
  );
  return rows;
}
