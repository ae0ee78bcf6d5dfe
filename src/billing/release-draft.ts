import type { Sql } from '../store/database.ts';

export async function releaseDraft(sql: Sql, release: { invoiceId: string; parkingNumber: number }): Promise<void> {
  await sql.query(
    `UPDATE invoice_states SET lifecycle = 'draft', failure_code = NULL, failure_reason = NULL
     WHERE invoice_id = $1 AND lifecycle = 'held'`,
    [release.invoiceId],
  );
}
