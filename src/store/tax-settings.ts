import type { Sql } from './database.ts';

export type TaxSettings = {
  rounding: 'invoice' | 'line';
  /** Who says which taxes are on a bill: the table of rates, or an engine that is asked before it is issued. */
  engine: 'table' | 'outside';
  /** Keys, in order, of the rates of whoever has none of their own. */
  defaultRates: string[];
  changedAt: Date | null;
  /** Whether the rounding can be chosen no more. */
  isRoundingFixed: boolean;
};

const columns = `rounding, engine, default_rates AS "defaultRates", changed_at AS "changedAt",
  EXISTS (SELECT FROM invoices WHERE number IS NOT NULL) AS "isRoundingFixed"`;

export async function readTaxSettings(sql: Sql): Promise<TaxSettings> {
  const { rows } = await sql.query<TaxSettings>(`SELECT ${columns} FROM tax_settings`);
  return rows[0] as TaxSettings;
}

/** The settings, until the transaction ends nobody else's to change. */
export async function lockTaxSettings(sql: Sql): Promise<TaxSettings> {
  await sql.query(`SELECT FROM tax_settings FOR UPDATE`);
  return await readTaxSettings(sql);
}

/** Waits for those who issue by the rounding; those who come after wait in turn. @returns whether it can be chosen no more */
export async function lockRounding(sql: Sql): Promise<boolean> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('tax-rounding', 0))`);
  return (await readTaxSettings(sql)).isRoundingFixed;
}

/** The settings for bills that are written in this transaction: a change of the rounding waits until it ends. */
export async function shareTaxSettings(sql: Sql): Promise<Pick<TaxSettings, 'rounding' | 'engine' | 'defaultRates'>> {
  await sql.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('tax-rounding', 0))`);
  const { rows } = await sql.query<TaxSettings>(
    `SELECT rounding, engine, default_rates AS "defaultRates" FROM tax_settings`,
  );
  return rows[0] as TaxSettings;
}

export async function updateTaxSettings(
  sql: Sql,
  { rounding, engine, defaultRates }: Pick<TaxSettings, 'rounding' | 'engine' | 'defaultRates'>,
): Promise<TaxSettings> {
  const { rows } = await sql.query<TaxSettings>(
    `UPDATE tax_settings SET rounding = $1, engine = $2, default_rates = $3, changed_at = now() RETURNING ${columns}`,
    [rounding, engine, defaultRates],
  );
  return rows[0] as TaxSettings;
}
