import { notedOf } from './credit-notes.ts';
import type { Sql } from './database.ts';

export type Recipient = { name: string; address: string };

/** What a mail about an invoice is made from, as the books have it now. */
export type InvoiceMailSubject = {
  ordinal: number | null;
  /** Of the customer's first contact for bills, or else the customer's own. */
  name: string;
  email: string | null;
  /** The other contacts for bills, and the users who want the mails too; never the first one again. */
  others: Recipient[];
  /** The seller on the invoice, where one was named. */
  seller: string | null;
  language: string;
  number: string;
  currency: string;
  /** What is or was to be paid: the total, less what credit notes have lowered of it. */
  totalMinor: bigint;
  paidMinor: bigint;
  dueOn: string | null;
  lifecycle: string;
  payment: string;
  url: string | null;
};

export async function readInvoiceMailSubject(sql: Sql, messageId: string): Promise<InvoiceMailSubject> {
  const { rows } = await sql.query<InvoiceMailSubject>({
    name: 'read-invoice-mail-subject',
    text: `SELECT m.ordinal, coalesce(k.name, p.name) AS name, coalesce(k.email, p.email) AS email, further.list AS others,
       y.seller ->> 'legalName' AS seller, coalesce(b.language, y.language, 'en') AS language,
       i.number, i.currency, i.total_minor - noted.due AS "totalMinor", s.amount_paid_minor AS "paidMinor",
       s.payment_due_on AS "dueOn", s.lifecycle, s.payment,
       (SELECT r.remote_url FROM invoice_mappings r WHERE r.invoice_id = i.id ORDER BY r.updated_at DESC LIMIT 1) AS url
     FROM messages m JOIN invoices i ON i.id = m.invoice_id JOIN invoice_states s ON s.invoice_id = i.id
     CROSS JOIN LATERAL (${notedOf('i.id')}) noted
     LEFT JOIN customer_contacts p ON p.customer_id = m.customer_id
     LEFT JOIN customer_billing b ON b.customer_id = m.customer_id
     LEFT JOIN customer_billing_contacts k ON k.customer_id = m.customer_id AND k.place = 1
     LEFT JOIN invoice_parties y ON y.invoice_id = i.id
     CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('name', o.name, 'address', o.email) ORDER BY o.place, o.email), '[]') AS list
       FROM (
         SELECT DISTINCT ON (lower(each.email)) each.* FROM (
           SELECT c.name, c.email, c.place FROM customer_billing_contacts c WHERE c.customer_id = m.customer_id AND c.place > 1
           UNION ALL
           SELECT u.name, u.email, 1000 FROM customer_users u
           WHERE u.customer_id = m.customer_id AND u.receives_invoices AND u.state <> 'disabled') each
         WHERE lower(each.email) <> lower(coalesce(k.email, p.email, '')) ORDER BY lower(each.email), each.place LIMIT 50) o) further
     WHERE m.id = $1`,
    values: [messageId],
  });
  return rows[0] as InvoiceMailSubject;
}

/** What a mail about a webhook endpoint is made from: what happened as it was noted then, the rest as it is now. */
export type EndpointMailSubject = {
  endpointId: string;
  /** Null: of the business. */
  customerId: string | null;
  /** Null once it is removed. */
  url: string | null;
  /** Whether what the mail says is so still. */
  isSo: boolean;
  lastAnswer: string;
  failingSince: Date;
  /** Admins: of the customer, or of the business. */
  recipients: Recipient[];
  seller: string | null;
  language: string;
};

export async function readEndpointMailSubject(sql: Sql, messageId: string): Promise<EndpointMailSubject> {
  const { rows } = await sql.query<EndpointMailSubject>({
    name: 'read-endpoint-mail-subject',
    text: `SELECT m.endpoint_id AS "endpointId", m.customer_id AS "customerId", e.url, m.last_answer AS "lastAnswer",
       m.failing_since AS "failingSince", admins.list AS recipients, seller.legal_name AS seller,
       coalesce(b.language, seller.language, 'en') AS language,
       coalesce(CASE m.kind WHEN 'webhook-failing' THEN e.state = 'enabled' AND e.failing_since = m.failing_since
         ELSE e.disabled_because IN ('gone', 'failing') END, false) AS "isSo"
     FROM messages m LEFT JOIN webhook_endpoints e ON e.id = m.endpoint_id
     LEFT JOIN customer_billing b ON b.customer_id = m.customer_id
     LEFT JOIN LATERAL (SELECT legal_name, language FROM seller_settings ORDER BY version DESC LIMIT 1) seller ON true
     CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'address', a.email) ORDER BY a.email), '[]') AS list
       FROM (
         SELECT u.name, u.email FROM customer_users u
         WHERE u.customer_id = m.customer_id AND u.role = 'admin' AND u.state <> 'disabled'
         UNION ALL
         SELECT o.name, o.email FROM operators o
         WHERE m.customer_id IS NULL AND o.role = 'admin' AND o.disabled_at IS NULL
         ORDER BY email LIMIT 50) a) admins
     WHERE m.id = $1`,
    values: [messageId],
  });
  return rows[0] as EndpointMailSubject;
}
