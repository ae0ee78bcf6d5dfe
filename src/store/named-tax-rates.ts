import type { Sql } from './database.ts';

/** The keys of the tax rates that these prices name, in order; prices that name none are left out. */
export async function readPriceTaxRates(sql: Sql, priceIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ id: string; keys: string[] }>(
    `SELECT id, terms -> 'taxRates' AS keys FROM prices WHERE id = ANY ($1::uuid[]) AND terms ? 'taxRates'`,
    [priceIds],
  );
  return new Map(rows.map(({ id, keys }) => [id, keys]));
}

/** The same of the lines of these invoices that no price made, by the items that they bill. */
export async function readItemTaxRates(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ lineId: string; keys: string[] }>(
    `SELECT line_id AS "lineId", tax_rates AS keys FROM pending_items
     WHERE invoice_id = ANY ($1::uuid[]) AND tax_rates IS NOT NULL`,
    [invoiceIds],
  );
  return new Map(rows.map(({ lineId, keys }) => [lineId, keys]));
}
