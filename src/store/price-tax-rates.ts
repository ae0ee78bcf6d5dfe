import type { Sql } from './database.ts';

/** The keys of the tax rates that these prices name, in order; prices that name none are left out. */
export async function readPriceTaxRates(sql: Sql, priceIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ id: string; keys: string[] }>(
    `SELECT id, terms -> 'taxRates' AS keys FROM prices WHERE id = ANY ($1::uuid[]) AND terms ? 'taxRates'`,
    [priceIds],
  );
  return new Map(rows.map(({ id, keys }) => [id, keys]));
}
