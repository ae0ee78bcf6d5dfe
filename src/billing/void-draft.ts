import type { Sql } from '../store/database.ts';

export async function voidDraft(sql: Sql, { invoiceId }: { invoiceId: string; parkingNumber: number }): Promise<void> {
  await sql.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1 AND lifecycle = 'held'`, [
    invoiceId,
  ]);
}
