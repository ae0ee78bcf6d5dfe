import type { Sql } from './database.ts';

/** What an invoice says instead of what its customer's say: null as theirs, '' nothing. */
export type InvoiceTerms = { memo: string | null; purchaseOrder: string | null; paymentTermsDays: number | null };

export async function readTerms(sql: Sql, invoiceId: string): Promise<InvoiceTerms> {
  const { rows } = await sql.query<InvoiceTerms>(
    `SELECT memo, purchase_order AS "purchaseOrder", payment_terms_days AS "paymentTermsDays"
     FROM invoice_terms WHERE invoice_id = $1`,
    [invoiceId],
  );
  return rows[0] ?? { memo: null, purchaseOrder: null, paymentTermsDays: null };
}

/** Stores the terms of a draft, whose state is locked. */
export async function replaceTerms(sql: Sql, invoiceId: string, terms: InvoiceTerms): Promise<void> {
  await sql.query(
    `INSERT INTO invoice_terms (invoice_id, memo, purchase_order, payment_terms_days) VALUES ($1, $2, $3, $4)
     ON CONFLICT (invoice_id) DO UPDATE SET memo = excluded.memo, purchase_order = excluded.purchase_order,
       payment_terms_days = excluded.payment_terms_days`,
    [invoiceId, terms.memo, terms.purchaseOrder, terms.paymentTermsDays],
  );
}
