import type { Sql } from './database.ts';

/** How long the law asks for what is not needed any more. */
export type RetentionSettings = {
  /** Full calendar years after the one in which an invoice was issued. */
  invoiceYears: number;
};

/** @param forUpdate makes changes of the settings take turns */
export async function readRetention(sql: Sql, { forUpdate = false } = {}): Promise<RetentionSettings> {
  const { rows } = await sql.query<RetentionSettings>(
    `SELECT invoice_years AS "invoiceYears" FROM retention_settings
     ${forUpdate ? 'FOR UPDATE' : ''}`,
  );
  return rows[0] as RetentionSettings;
}

export async function writeRetention(sql: Sql, settings: RetentionSettings, actor: string): Promise<void> {
  await sql.query(`UPDATE retention_settings SET invoice_years = $1, changed_by = $2, changed_at = clock_timestamp()`, [
    settings.invoiceYears,
    actor,
  ]);
}
