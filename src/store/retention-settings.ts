import type { Sql } from './database.ts';

/** How long the law asks for what is not needed any more, and how long raw usage stays. */
export type RetentionSettings = {
  /** Full calendar years after the one in which an invoice was issued. */
  invoiceYears: number;
  /** Months that raw usage events are kept after the invoice that bills them was issued; null for ever. */
  usageMonths: number | null;
};

/** @param lock makes changes of the settings take turns, or wait */
export async function readRetention(
  sql: Sql,
  { forUpdate = false, forShare = false } = {},
): Promise<RetentionSettings> {
  const { rows } = await sql.query<RetentionSettings>(
    `SELECT invoice_years AS "invoiceYears", usage_months AS "usageMonths" FROM retention_settings
     ${forUpdate ? 'FOR UPDATE' : forShare ? 'FOR SHARE' : ''}`,
  );
  return rows[0] as RetentionSettings;
}

export async function writeRetention(sql: Sql, settings: RetentionSettings, actor: string): Promise<void> {
  await sql.query(
    `UPDATE retention_settings SET invoice_years = $1, usage_months = $2, changed_by = $3, changed_at = clock_timestamp()`,
    [settings.invoiceYears, settings.usageMonths, actor],
  );
}
