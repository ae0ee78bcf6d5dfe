import type { Address, BillingContact } from '../domain/party/party.ts';
import type { Sql } from './database.ts';
import { listRemovedUsage, type RemovedUsage } from './usage-removal-marks.ts';

export type PersonalData = {
  taxIds: { type: string; value: string }[];
  taxReason: string | null;
  contactCorrections: {
    id: string;
    changes: { name?: string; email?: string | null };
    reason: string;
    storedAt: Date;
  }[];
  paymentMethods: {
    kind: string;
    brand: string | null;
    last4: string | null;
    expMonth: number | null;
    expYear: number | null;
    savedAt: Date;
    goneAt: Date | null;
  }[];
  mails: { kind: string; invoiceNumber: string | null; state: string; createdAt: Date; sentAt: Date | null }[];
  users: {
    id: string;
    email: string;
    name: string;
    role: string;
    receivesInvoices: boolean;
    state: string;
    createdAt: Date;
    signedInAt: Date | null;
  }[];
  /** Where its people were signed in, as far as it is still known. */
  sessions: {
    userId: string | null;
    signedInBy: string;
    userAgent: string | null;
    createdAt: Date;
    seenAt: Date;
    endedAt: Date | null;
  }[];
  invoices: InvoicePersonalData[];
  usage: { eventType: string; events: number; firstAt: Date; lastAt: Date }[];
  /** What the policy of retention has removed. */
  usageRemoved: RemovedUsage[];
  audit: { entries: number; firstAt: Date | null; lastAt: Date | null };
};

export type InvoicePersonalData = {
  id: string;
  number: string | null;
  lifecycle: string;
  issuedAt: Date | null;
  /** Null while it is a draft: its parties are those of the profile. */
  buyer: {
    name: string;
    legalName: string | null;
    email: string | null;
    address: Address | null;
    taxIds: { type: string; value: string }[];
    contacts: BillingContact[];
  } | null;
  memo: string | null;
  purchaseOrder: string | null;
  documents: number;
};

/** All that the books say of a customer as a person, beside its contact and profile. */
export async function readPersonalData(sql: Sql, customerId: string): Promise<PersonalData> {
  const all = async <Row extends object>(text: string) => (await sql.query<Row>(text, [customerId])).rows;
  const [tax] = await all<{ reason: string | null }>('SELECT reason FROM customer_taxes WHERE customer_id = $1');
  const [audit] = await all<PersonalData['audit']>(
    `SELECT count(*)::float8 AS entries, min(at) AS "firstAt", max(at) AS "lastAt" FROM audit_log
     WHERE (subject_kind = 'customer' AND subject_id = $1)
        OR (subject_kind = 'invoice' AND subject_id IN (SELECT id FROM invoices WHERE customer_id = $1))
        OR (subject_kind = 'subscription' AND subject_id IN (SELECT id FROM subscriptions WHERE customer_id = $1))`,
  );
  return {
    taxIds: await all('SELECT type, value FROM customer_tax_ids WHERE customer_id = $1 ORDER BY place'),
    taxReason: tax?.reason ?? null,
    contactCorrections: await all(
      `SELECT id, changes, reason, stored_at AS "storedAt" FROM corrections WHERE customer_id = $1 AND kind = 'contact'
       ORDER BY stored_at, id`,
    ),
    paymentMethods: await all(
      `SELECT kind, brand, last4, exp_month AS "expMonth", exp_year AS "expYear", saved_at AS "savedAt", gone_at AS "goneAt"
       FROM payment_methods WHERE customer_id = $1 ORDER BY saved_at, remote_id`,
    ),
    mails: await all(
      `SELECT m.kind, i.number AS "invoiceNumber", m.state, m.created_at AS "createdAt", m.sent_at AS "sentAt"
       FROM messages m LEFT JOIN invoices i ON i.id = m.invoice_id WHERE m.customer_id = $1 ORDER BY m.created_at, m.id`,
    ),
    users: await all(
      `SELECT id, email, name, role, receives_invoices AS "receivesInvoices", state, created_at AS "createdAt",
         signed_in_at AS "signedInAt" FROM customer_users WHERE customer_id = $1 ORDER BY email COLLATE "C"`,
    ),
    sessions: await all(
      `SELECT user_id AS "userId", signed_in_by AS "signedInBy", user_agent AS "userAgent", created_at AS "createdAt",
         seen_at AS "seenAt", coalesce(revoked_at, CASE WHEN expires_at < now() THEN expires_at END) AS "endedAt"
       FROM sessions WHERE customer_id = $1 ORDER BY created_at, id`,
    ),
    invoices: await all(
      `SELECT i.id, i.number, t.lifecycle, i.issued_at AS "issuedAt", p.buyer, coalesce(p.memo, o.memo) AS memo,
         coalesce(p.purchase_order, o.purchase_order) AS "purchaseOrder",
         (SELECT count(*)::int FROM invoice_documents d WHERE d.invoice_id = i.id) AS documents
       FROM invoices i JOIN invoice_states t ON t.invoice_id = i.id LEFT JOIN invoice_parties p ON p.invoice_id = i.id
       LEFT JOIN invoice_terms o ON o.invoice_id = i.id WHERE i.customer_id = $1
       ORDER BY i.generated_at, i.id`,
    ),
    usage: await all(
      `SELECT event_type AS "eventType", count(*)::float8 AS events, min(occurred_at) AS "firstAt", max(occurred_at) AS "lastAt"
       FROM usage_events WHERE customer_id = $1 GROUP BY event_type ORDER BY event_type`,
    ),
    usageRemoved: await listRemovedUsage(sql, customerId),
    audit: audit as PersonalData['audit'],
  };
}

/** Where a list of a customer's events stands. */
export type CustomerEventCursor = { type: string; occurredAt: Date; source: string; id: string; version: number };

export type CustomerEvent = CustomerEventCursor & {
  receivedAt: Date;
  properties: Record<string, unknown>;
  /** Since when a correction has put another version, or nothing, in its place; null if it counts. */
  supersededAt: Date | null;
};

const eventOrder = `u.event_type COLLATE "C", u.occurred_at, u.source COLLATE "C", u.event_id COLLATE "C", u.version`;

/** The usage events of a customer, every version of them, by type and time: the next so many after the cursor. */
export async function listCustomerEvents(
  sql: Sql,
  customerId: string,
  page: { after: CustomerEventCursor | undefined; limit: number },
): Promise<CustomerEvent[]> {
  const { type, occurredAt, source, id, version } = page.after ?? {};
  const { rows } = await sql.query<CustomerEvent>(
    `SELECT u.event_type AS type, u.occurred_at AS "occurredAt", u.source, u.event_id AS id, u.version, u.properties,
       u.received_at AS "receivedAt", u.superseded_at AS "supersededAt"
     FROM usage_events u WHERE u.customer_id = $1
       AND ($2::text IS NULL OR (${eventOrder}) > ($2, $3::timestamptz, $4::text, $5::text, $6::int))
     ORDER BY ${eventOrder} LIMIT $7`,
    [customerId, type ?? null, occurredAt ?? null, source ?? null, id ?? null, version ?? null, page.limit],
  );
  return rows;
}
