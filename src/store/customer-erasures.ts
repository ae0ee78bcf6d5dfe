import type { Sql } from './database.ts';

/** What is in the way of an erasure, each as how many there are. */
export type Obstacles = {
  liveSubscriptions: bigint;
  unbilledPeriods: bigint;
  drafts: bigint;
  waitingItems: bigint;
  unpaidInvoices: bigint;
  unsyncedInvoices: bigint;
  openRefunds: bigint;
  /** Requests that create the customer at a target, and were never answered. */
  openRequests: bigint;
};

/** Whoever has ended is billed once a run has looked beyond its end: until then its last period may not be laid out. */
const isLive = `s.ends_at IS NULL OR s.ends_at > business_now(k) OR NOT EXISTS (
  SELECT FROM billing_runs r
  WHERE r.clock_id = c.clock_id AND r.kind = 'invoicing' AND r.finished_at IS NOT NULL AND r.cutoff_at >= s.ends_at)`;

/** Counts what is not over yet between us and a customer, whose row is locked. */
export async function countObstacles(sql: Sql, customerId: string): Promise<Obstacles> {
  const { rows } = await sql.query<Obstacles>(
    `SELECT
       (SELECT count(*) FROM subscriptions s JOIN customers c ON c.id = s.customer_id JOIN clocks k ON k.id = c.clock_id
        WHERE s.customer_id = $1 AND (${isLive})) AS "liveSubscriptions",
       (SELECT count(*) FROM periods p WHERE p.customer_id = $1 AND p.settled_by IS NULL) AS "unbilledPeriods",
       (SELECT count(*) FROM invoice_states t WHERE t.customer_id = $1 AND t.lifecycle IN ('draft', 'held')) AS drafts,
       (SELECT count(*) FROM pending_items p LEFT JOIN invoice_states t ON t.invoice_id = p.invoice_id
        WHERE p.customer_id = $1 AND (p.invoice_id IS NULL OR t.lifecycle = 'void')) AS "waitingItems",
       (SELECT count(*) FROM invoice_states t WHERE t.customer_id = $1 AND t.lifecycle = 'issued'
          AND t.payment IN ('unpaid', 'processing', 'partly_paid')) AS "unpaidInvoices",
       (SELECT count(*) FROM invoice_states t WHERE t.customer_id = $1 AND t.sync NOT IN ('none', 'synced')) AS "unsyncedInvoices",
       (SELECT count(*) FROM refunds f JOIN invoices i ON i.id = f.invoice_id
        WHERE i.customer_id = $1 AND f.outcome IS NULL) AS "openRefunds",
       (SELECT count(*) FROM stored_requests r WHERE r.subject_kind = 'customer' AND r.subject_id = $1
          AND r.step = 'create' AND r.answered_at IS NULL) AS "openRequests"`,
    [customerId],
  );
  return rows[0] as Obstacles;
}

/** How many of each kind were erased. */
export type ErasedCounts = {
  contact: number;
  externalId: number;
  billingProfile: number;
  billingContacts: number;
  taxIds: number;
  contactCorrections: number;
  paymentMethods: number;
  paymentMethodPages: number;
  storedRequests: number;
  /** What Stripe said of failures, which may quote what was wrong with a name or an address. */
  failureSentences: number;
  /** Corrections of usage that name it by its external id. */
  usageCorrections: number;
  mailsNotSent: number;
  /** People who saw its pages, where they were signed in, and the links by which they came. */
  users: number;
  sessions: number;
  signInLinks: number;
  /** Keys that were bound to it, which work no more. */
  apiKeys: number;
};

/** What stands where a name stood. */
export const tombstone = 'Erased customer';

/**
 * Takes away all personal data of a customer, whose row is locked, and that no invoice has to keep. The row of its erasure
 * is written afterwards: from then on triggers refuse to write any again.
 */
export async function erasePersonalData(sql: Sql, customerId: string): Promise<ErasedCounts> {
  const counted = async (text: string, values: unknown[] = [customerId]) =>
    (await sql.query(text, values)).rowCount ?? 0;
  return {
    // Whatever was sent of the contact before is older than this instant: targets get the tombstone next.
    contact: await counted(
      `UPDATE customer_contacts SET name = $2, email = NULL, updated_at = greatest(clock_timestamp(), updated_at + interval '1 ms')
       WHERE customer_id = $1`,
      [customerId, tombstone],
    ),
    externalId: await counted(`UPDATE customers SET external_id = 'erased-' || id WHERE id = $1`),
    billingContacts: await counted('DELETE FROM customer_billing_contacts WHERE customer_id = $1'),
    billingProfile: await counted('DELETE FROM customer_billing WHERE customer_id = $1'),
    taxIds: await counted('DELETE FROM customer_tax_ids WHERE customer_id = $1'),
    contactCorrections: await counted(
      `UPDATE corrections SET changes = '{}' WHERE customer_id = $1 AND kind = 'contact' AND changes <> '{}'`,
    ),
    paymentMethods: await counted(
      `UPDATE payment_methods SET brand = NULL, last4 = NULL, exp_month = NULL, exp_year = NULL, is_default = false,
         gone_at = coalesce(gone_at, now()) WHERE customer_id = $1`,
    ),
    paymentMethodPages: await counted(
      `UPDATE payment_method_sessions SET return_url = 'about:blank', url = NULL,
         status = CASE WHEN status IN ('wanted', 'open') THEN 'expired' ELSE status END WHERE customer_id = $1`,
    ),
    storedRequests: await eraseStoredRequests(sql, customerId),
    failureSentences: await counted(
      `UPDATE sync_attempts a SET reason = split_part(a.reason, ' Stripe says: ', 1)
       FROM invoices i WHERE i.id = a.invoice_id AND i.customer_id = $1 AND a.reason LIKE '% Stripe says: %'`,
    ),
    usageCorrections: await counted(`SELECT FROM usage_corrections WHERE ${namesCustomer}`),
    mailsNotSent: await counted(
      `UPDATE messages SET state = 'skipped', reason = 'customer-erased' WHERE customer_id = $1 AND state = 'pending'`,
    ),
    // Before the users, whose addresses they bear: who is a user elsewhere too asks for another one.
    signInLinks: await counted(
      `DELETE FROM sign_in_links WHERE customer_id = $1
         OR email IN (SELECT email FROM customer_users WHERE customer_id = $1)`,
    ),
    sessions: await counted('DELETE FROM sessions WHERE customer_id = $1'),
    users: await counted('DELETE FROM customer_users WHERE customer_id = $1'),
    apiKeys: await counted(
      `UPDATE api_keys SET name = 'erased', revoked_at = coalesce(revoked_at, now()) WHERE customer_id = $1`,
    ),
  };
}

const namesCustomer = `content @> jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('customerId', $1::text)))`;

/** Once its erasure is written, corrections of usage name the customer by its pseudonym. */
export async function pseudonymiseCorrections(sql: Sql, customerId: string): Promise<void> {
  await sql.query(`UPDATE usage_corrections SET content = with_pseudonyms(content) WHERE ${namesCustomer}`, [
    customerId,
  ]);
}

/** No wallet of the customer asks for money any more. */
export async function stopTopUps(sql: Sql, customerId: string): Promise<void> {
  await sql.query(
    `UPDATE wallets SET threshold_minor = NULL, top_up_minor = NULL, top_up_monthly_minor = NULL
     WHERE customer_id = $1 AND threshold_minor IS NOT NULL`,
    [customerId],
  );
}

/**
 * What was said of the customer to targets. Requests about invoices stay with them: they say what the invoices say.
 * @returns how many
 */
export async function eraseStoredRequests(sql: Sql, customerId: string): Promise<number> {
  const { rowCount } = await sql.query(
    `UPDATE stored_requests SET params = '{}' WHERE subject_kind = 'customer' AND subject_id = $1 AND params <> '{}'`,
    [customerId],
  );
  return rowCount ?? 0;
}

export type Erasure = {
  customerId: string;
  requestId: string;
  reason: string;
  actor: string;
  erasedAt: Date;
  counts: ErasedCounts;
  copiesErasedAt: Date | null;
};

export async function insertErasure(
  sql: Sql,
  erasure: Pick<Erasure, 'customerId' | 'requestId' | 'reason' | 'actor' | 'counts'>,
): Promise<void> {
  const { customerId, requestId, reason, actor, counts } = erasure;
  await sql.query(
    // A customer that no target knows has no copy.
    `INSERT INTO customer_erasures (customer_id, request_id, reason, actor, counts, copies_erased_at)
     SELECT $1, $2, $3, $4, $5, CASE WHEN NOT EXISTS (SELECT FROM customer_mappings WHERE customer_id = $1)
       THEN clock_timestamp() END`,
    [customerId, requestId, reason, actor, JSON.stringify(counts)],
  );
}

export async function findErasure(sql: Sql, customerId: string): Promise<Erasure | undefined> {
  const { rows } = await sql.query<Erasure>(
    `SELECT customer_id AS "customerId", request_id AS "requestId", reason, actor, erased_at AS "erasedAt",
       '{"users": 0, "sessions": 0, "signInLinks": 0, "apiKeys": 0}'::jsonb || counts AS counts,
       copies_erased_at AS "copiesErasedAt" FROM customer_erasures WHERE customer_id = $1`,
    [customerId],
  );
  return rows[0];
}

/** Which of these customers were erased. */
export async function findErased(sql: Sql, customerIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.query<{ customerId: string }>({
    name: 'find-erased-customers',
    text: `SELECT customer_id AS "customerId" FROM customer_erasures WHERE customer_id = ANY ($1::uuid[])`,
    values: [customerIds],
  });
  return new Set(rows.map(({ customerId }) => customerId));
}

/** Erased customers of whom a target may still have personal data, the longest waiting first. */
export async function listUnsentErasures(sql: Sql, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ customerId: string }>(
    `SELECT customer_id AS "customerId" FROM customer_erasures WHERE copies_erased_at IS NULL
     ORDER BY erased_at, customer_id LIMIT $1`,
    [limit],
  );
  return rows.map(({ customerId }) => customerId);
}

/** @returns false if it was known already */
export async function markCopiesErased(sql: Sql, customerId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE customer_erasures SET copies_erased_at = clock_timestamp() WHERE customer_id = $1 AND copies_erased_at IS NULL`,
    [customerId],
  );
  return rowCount === 1;
}

/** What an erased customer's books still have, and since which day it may go. */
export type KeptInvoice = {
  invoiceId: string;
  number: string;
  issuedAt: Date;
  /** First day on which the law does not ask for it any more. */
  keptUntil: string;
  documents: number;
  creditNotes: number;
};

export async function listKeptInvoices(sql: Sql, customerId: string): Promise<KeptInvoice[]> {
  const { rows } = await sql.query<KeptInvoice>(
    `SELECT i.id AS "invoiceId", i.number, i.issued_at AS "issuedAt",
       to_char(make_date(extract(year FROM i.issued_at AT TIME ZONE i.zone)::int + 1 + r.invoice_years, 1, 1), 'YYYY-MM-DD')
         AS "keptUntil",
       (SELECT count(*)::int FROM invoice_documents d WHERE d.invoice_id = i.id) AS documents,
       (SELECT count(*)::int FROM credit_notes n WHERE n.invoice_id = i.id) AS "creditNotes"
     FROM invoices i CROSS JOIN retention_settings r WHERE i.customer_id = $1 AND i.number IS NOT NULL AND i.issued_at IS NOT NULL
     ORDER BY i.issued_at, i.number`,
    [customerId],
  );
  return rows;
}
