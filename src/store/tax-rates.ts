import type { Sql } from './database.ts';

export type NewTaxRate = {
  id: string;
  key: string;
  name: string;
  /** A decimal without trailing zeros: "19", "9.975". */
  percentage: string;
  inclusive: boolean;
  compound: boolean;
  country: string | null;
  taxType: string | null;
  description: string | null;
};
export type StoredTaxRate = NewTaxRate & { createdAt: Date; archivedAt: Date | null };

const columns = `id, key, name, trim_scale(percentage)::text AS percentage, is_inclusive AS inclusive, is_compound AS compound,
  country, tax_type AS "taxType", description, created_at AS "createdAt", archived_at AS "archivedAt"`;

/** Adds a rate unless its key is taken; answers whether it did. */
export async function insertTaxRate(sql: Sql, rate: NewTaxRate): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO tax_rates (id, key, name, percentage, is_inclusive, is_compound, country, tax_type, description)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    [
      ...[rate.id, rate.key, rate.name, rate.percentage, rate.inclusive, rate.compound],
      ...[rate.country, rate.taxType, rate.description],
    ],
  );
  return rowCount === 1;
}

/** Those of these rates that are there, archived or not, by key. */
export async function findTaxRates(sql: Sql, keys: readonly string[]): Promise<Map<string, StoredTaxRate>> {
  const { rows } = await sql.query<StoredTaxRate>(`SELECT ${columns} FROM tax_rates WHERE key = ANY ($1)`, [keys]);
  return new Map(rows.map((rate) => [rate.key, rate]));
}

/** A page of rates in the order of their keys, those after `after`; the archived ones only where asked for. */
export async function listTaxRates(
  sql: Sql,
  page: { after: string | undefined; limit: number; archived: boolean },
): Promise<StoredTaxRate[]> {
  const { rows } = await sql.query<StoredTaxRate>(
    `SELECT ${columns} FROM tax_rates WHERE ($1::text IS NULL OR key > $1) AND ($3 OR archived_at IS NULL)
     ORDER BY key LIMIT $2`,
    [page.after ?? null, page.limit, page.archived],
  );
  return rows;
}

/** Archives a rate; answers whether it was not archived yet. */
export async function archiveRate(sql: Sql, key: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE tax_rates SET archived_at = now() WHERE key = $1 AND archived_at IS NULL`,
    [key],
  );
  return rowCount === 1;
}
