import type { Buyer, Seller } from '../domain/party/party.ts';
import type { Sql } from './database.ts';

/** The parties and terms of an invoice: frozen when it was issued, as they would be now before that. */
export type InvoiceParties = {
  /** Null as long as nobody has said who bills. */
  seller: Seller | null;
  buyer: Buyer;
  language: string;
  memo: string | null;
  purchaseOrder: string | null;
  paymentTermsDays: number;
};

/**
 * As they are now, of the invoices that the condition on `i.id` names. What an invoice says for itself goes first; '' there
 * says nothing.
 */
const currentOf = (named: string) => `SELECT i.id AS invoice_id,
    (SELECT jsonb_build_object('version', s.version, 'legalName', s.legal_name, 'address', s.address, 'taxIds', s.tax_ids,
       'registration', s.registration, 'bankDetails', s.bank_details, 'footer', s.footer)
     FROM seller_settings s ORDER BY s.version DESC LIMIT 1) AS seller,
    jsonb_build_object('name', coalesce(k.name, c.external_id), 'legalName', b.legal_name, 'email', k.email,
      'address', b.address, 'taxIds', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('type', t.type, 'value', t.value) ORDER BY t.place), '[]')
        FROM customer_tax_ids t WHERE t.customer_id = c.id), 'contacts', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'email', p.email, 'role', p.role) ORDER BY p.place), '[]')
        FROM customer_billing_contacts p WHERE p.customer_id = c.id)) AS buyer,
    coalesce(b.language, (SELECT s.language FROM seller_settings s ORDER BY s.version DESC LIMIT 1), 'en') AS language,
    nullif(coalesce(t.memo, b.memo), '') AS memo, nullif(coalesce(t.purchase_order, b.purchase_order), '') AS purchase_order,
    coalesce(t.payment_terms_days, c.payment_terms_days) AS payment_terms_days
  FROM invoices i JOIN customers c ON c.id = i.customer_id
  LEFT JOIN customer_contacts k ON k.customer_id = c.id LEFT JOIN customer_billing b ON b.customer_id = c.id
  LEFT JOIN invoice_terms t ON t.invoice_id = i.id
  WHERE i.id ${named}`;

/**
 * Freezes the parties and terms of drafts that are about to be issued, in the transaction that issues them and before it
 * does: after that nobody changes them.
 */
export async function freezeParties(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await sql.query(
    `INSERT INTO invoice_parties (invoice_id, seller, buyer, language, memo, purchase_order, payment_terms_days)
     SELECT * FROM (${currentOf('= ANY ($1::uuid[])')}) now ORDER BY invoice_id`,
    [invoiceIds],
  );
}

/**
 * The parties of the invoice $1 with `isFrozen`, as a subselect. One that was issued before parties were kept, or is a
 * draft, has those of now.
 */
export const selectParties = `WITH frozen AS (SELECT * FROM invoice_parties WHERE invoice_id = $1::uuid)
     SELECT seller, buyer, language, memo, purchase_order AS "purchaseOrder", payment_terms_days AS "paymentTermsDays",
       is_frozen AS "isFrozen"
     FROM (SELECT *, true AS is_frozen FROM frozen
           UNION ALL SELECT *, false FROM (${currentOf('= $1::uuid')}) now WHERE NOT EXISTS (SELECT FROM frozen)) parties`;

/** The parties of an invoice. @returns with `isFrozen`; undefined if there is no such invoice */
export async function readParties(
  sql: Sql,
  invoiceId: string,
): Promise<(InvoiceParties & { isFrozen: boolean }) | undefined> {
  const { rows } = await sql.query<InvoiceParties & { isFrozen: boolean }>(selectParties, [invoiceId]);
  return rows[0];
}
