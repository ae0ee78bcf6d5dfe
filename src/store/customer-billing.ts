import type { Address, BillingContact } from '../domain/party/party.ts';
import type { Sql } from './database.ts';

/** What a customer's invoices say of it, and on which terms they are. */
export type CustomerBilling = {
  legalName: string | null;
  address: Address | null;
  language: string | null;
  purchaseOrder: string | null;
  memo: string | null;
  paymentTermsDays: number;
  contacts: BillingContact[];
};

/** A customer without a profile has an empty one; undefined if there is no such customer. */
export async function readBilling(sql: Sql, customerId: string): Promise<CustomerBilling | undefined> {
  const { rows } = await sql.query<CustomerBilling>(
    `SELECT b.legal_name AS "legalName", b.address, b.language, b.purchase_order AS "purchaseOrder", b.memo,
       c.payment_terms_days AS "paymentTermsDays",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'email', p.email, 'role', p.role) ORDER BY p.place), '[]')
        FROM customer_billing_contacts p WHERE p.customer_id = c.id) AS contacts
     FROM customers c LEFT JOIN customer_billing b ON b.customer_id = c.id WHERE c.id = $1`,
    [customerId],
  );
  return rows[0];
}

/** Makes the profile of a customer, whose row is locked, what it is to be. */
export async function replaceBilling(sql: Sql, customerId: string, billing: CustomerBilling): Promise<void> {
  const { legalName, address, language, purchaseOrder, memo, paymentTermsDays, contacts } = billing;
  await sql.query(`UPDATE customers SET payment_terms_days = $2 WHERE id = $1`, [customerId, paymentTermsDays]);
  await sql.query(
    `INSERT INTO customer_billing (customer_id, legal_name, address, language, purchase_order, memo)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (customer_id) DO UPDATE SET legal_name = excluded.legal_name, address = excluded.address,
       language = excluded.language, purchase_order = excluded.purchase_order, memo = excluded.memo,
       updated_at = clock_timestamp()`,
    [customerId, legalName, address && JSON.stringify(address), language, purchaseOrder, memo],
  );
  await sql.query(`DELETE FROM customer_billing_contacts WHERE customer_id = $1`, [customerId]);
  await sql.query(
    `INSERT INTO customer_billing_contacts (customer_id, place, name, email, role)
     SELECT $1, row_number() OVER (ORDER BY place), name, email, role
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS p (name, email, role, place)`,
    [
      customerId,
      contacts.map(({ name }) => name),
      contacts.map(({ email }) => email),
      contacts.map(({ role }) => role),
    ],
  );
}

/** What targets know of the customer is not what it is here any more: the next sync tells them. */
export async function touchContact(sql: Sql, customerId: string): Promise<void> {
  await sql.query(`UPDATE customer_contacts SET updated_at = clock_timestamp() WHERE customer_id = $1`, [customerId]);
}
