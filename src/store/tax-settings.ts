import type { Sql } from './database.ts';

export type TaxSettings = {
  rounding: 'invoice' | 'line';
  /** Keys, in order, of the rates of whoever has none of their own. */
  defaultRates: string[];
  changedAt: Date | null;
  /** Whether the rounding can be chosen no more. */
  isRoundingFixed: boolean;
};

const columns = `rounding, default_rates AS "defaultRates", changed_at AS "changedAt",
  EXISTS (SELECT FROM invoices WHERE number IS NOT NULL) AS "isRoundingFixed"`;

export async function readTaxSettings(sql: Sql): Promise<TaxSettings> {
  const { rows } = await sql.query<TaxSettings>(`SELECT ${columns} FROM tax_settings`);
  return rows[0] as TaxSettings;
}

/** The settings, until the transaction ends nobody else's to change. Waits for those who issue by the rounding. */
export async function lockTaxSettings(sql: Sql): Promise<TaxSettings> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('tax-rounding', 0))`);
  const { rows } = await sql.query<TaxSettings>(`SELECT ${columns} FROM tax_settings FOR UPDATE`);
  return rows[0] as TaxSettings;
}

/** The settings for bills that are written in this transaction: a change of the rounding waits until it ends. */
export async function shareTaxSettings(sql: Sql): Promise<Pick<TaxSettings, 'rounding' | 'defaultRates'>> {
  await sql.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('tax-rounding', 0))`);
  const { rows } = await sql.query<TaxSettings>(`SELECT rounding, default_rates AS "defaultRates" FROM tax_settings`);
  return rows[0] as TaxSettings;
}

export async function updateTaxSettings(
  sql: Sql,
  { rounding, defaultRates }: Pick<TaxSettings, 'rounding' | 'defaultRates'>,
): Promise<TaxSettings> {
  const { rows } = await sql.query<TaxSettings>(
    `UPDATE tax_settings SET rounding = $1, default_rates = $2, changed_at = now() RETURNING ${columns}`,
    [rounding, defaultRates],
  );
  return rows[0] as TaxSettings;
}
