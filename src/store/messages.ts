import { auditOf } from './audit.ts';
import { notedOf } from './credit-notes.ts';
import type { Sql } from './database.ts';

export type MessageKind = 'invoice-sent' | 'reminder' | 'payment-failed' | 'final-notice' | 'payment-received';
export type MessageState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'skipped';

/** A mail that this process has claimed, with what it is about as the books have it now. */
export type ClaimedMessage = {
  id: string;
  kind: MessageKind;
  ordinal: number | null;
  attempts: number;
  tries: number;
  messageId: string;
  /** Of the customer's first contact for bills, or else the customer's own. */
  name: string;
  email: string | null;
  /** The other contacts for bills, and the users who want the mails too; never the first one again. */
  others: { name: string; address: string }[];
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

/**
 * Claims the mail that has been due the longest, of an invoice in the order in which they were owed: nobody is reminded of what has
 * not been told yet. From here on it is not known what becomes of it until that is told.
 * @param domain the right side of a Message-ID that has none yet
 */
export async function claimMessage(sql: Sql, domain: string): Promise<ClaimedMessage | undefined> {
  const { rows } = await sql.query<ClaimedMessage>({
    name: 'claim-message',
    text: `WITH claimed AS (
       UPDATE messages SET state = 'sending', attempts = attempts + 1, tries = tries + 1, claimed_at = now(),
         message_id = coalesce(message_id, id || '@' || $1)
       WHERE id = (SELECT d.id FROM messages d WHERE d.state = 'pending' AND d.next_at <= now()
           AND NOT EXISTS (SELECT FROM messages e WHERE e.invoice_id = d.invoice_id AND e.state IN ('pending', 'sending')
             AND e.created_at < d.created_at)
         ORDER BY d.next_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
       RETURNING *)
     SELECT m.id, m.kind, m.ordinal, m.attempts, m.tries, m.message_id AS "messageId",
       coalesce(k.name, p.name) AS name, coalesce(k.email, p.email) AS email, further.list AS others, y.seller ->> 'legalName' AS seller,
       coalesce(b.language, y.language, 'en') AS language,
       i.number, i.currency, i.total_minor - noted.due AS "totalMinor", s.amount_paid_minor AS "paidMinor",
       s.payment_due_on AS "dueOn", s.lifecycle, s.payment,
       (SELECT r.remote_url FROM invoice_mappings r WHERE r.invoice_id = i.id ORDER BY r.updated_at DESC LIMIT 1) AS url
     FROM claimed m JOIN invoices i ON i.id = m.invoice_id JOIN invoice_states s ON s.invoice_id = i.id
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
         WHERE lower(each.email) <> lower(coalesce(k.email, p.email, '')) ORDER BY lower(each.email), each.place LIMIT 50) o) further`,
    values: [domain],
  });
  return rows[0];
}

export type Settled = { state: Exclude<MessageState, 'sending'>; reason: string | null; waitMs?: number };

/**
 * Tells what came of a claimed mail, with a link of its invoice's chain. One that was taken for lost meanwhile is told all
 * the same: to know is better. @returns false if it has been claimed anew, or a person has decided about it
 */
export async function settleMessage(
  sql: Sql,
  claimed: Pick<ClaimedMessage, 'id' | 'attempts' | 'email' | 'others'>,
  { state, reason, waitMs = 0 }: Settled,
): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'settle-message',
    text: `WITH settled AS (
       UPDATE messages SET state = $3, reason = $4, claimed_at = NULL, next_at = now() + $5 * interval '1 ms',
         sent_at = CASE WHEN $3 = 'sent' THEN now() END
       WHERE id = $1 AND attempts = $2 AND (state = 'sending' OR (state = 'unknown' AND reason = 'process-ended'))
       RETURNING *),
     audited AS (${auditOf(told('settled', `'mail'`, '$6::int'))})
     SELECT FROM settled`,
    values: [
      claimed.id,
      claimed.attempts,
      state,
      reason,
      waitMs,
      claimed.others.length + (claimed.email === null ? 0 : 1),
    ],
  });
  return rowCount === 1;
}

/** A try that is repeated by itself is no news. */
const told = (rows: string, actor: string, recipients = 'NULL') =>
  `SELECT 'invoice' AS subject_kind, invoice_id AS subject_id, ${actor} AS actor, 'mail ' || state AS action,
     jsonb_strip_nulls(jsonb_build_object('message', id, 'kind', kind, 'attempt', attempts, 'reason', reason, 'recipients', ${recipients})) AS detail
   FROM ${rows} WHERE state <> 'pending'`;

/** Claims of processes that have ended: whether the mail server has those mails nobody here knows. @returns how many */
export async function giveUpClaims(sql: Sql, olderThanMs: number): Promise<number> {
  const { rowCount } = await sql.query(
    `WITH abandoned AS (
       SELECT id FROM messages WHERE state = 'sending' AND claimed_at < now() - $1 * interval '1 ms' FOR UPDATE SKIP LOCKED),
     given_up AS (
       UPDATE messages m SET state = 'unknown', claimed_at = NULL, reason = 'process-ended'
       FROM abandoned a WHERE m.id = a.id RETURNING m.*),
     audited AS (${auditOf(told('given_up', `'mail'`))})
     SELECT FROM given_up`,
    [olderThanMs],
  );
  return rowCount ?? 0;
}

/** A person's word about a mail: send it again, or leave it. @returns false if it is not in one of the states */
export async function decideMessage(
  sql: Sql,
  decided: { id: string; from: readonly MessageState[]; to: 'pending' | 'skipped'; actor: string; why: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `WITH decided AS (
       UPDATE messages SET state = $3, reason = CASE WHEN $3 = 'skipped' THEN 'dismissed' END, tries = 0, next_at = now()
       WHERE id = $1 AND state = ANY ($2) RETURNING *),
     audited AS (${auditOf(
       `SELECT 'invoice' AS subject_kind, invoice_id AS subject_id, $4::text AS actor,
          CASE WHEN $3 = 'skipped' THEN 'mail dismissed' ELSE 'mail to be sent again' END AS action,
          jsonb_build_object('message', id, 'kind', kind, 'why', $5::text) AS detail
        FROM decided`,
     )})
     SELECT FROM decided`,
    [decided.id, decided.from, decided.to, decided.actor, decided.why],
  );
  return rowCount === 1;
}

/** Seconds since the mail that waits the longest was due; 0 when none is. */
export async function readMailLagSeconds(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ seconds: number }>(
    `SELECT greatest(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds FROM messages
     WHERE state = 'pending'`,
  );
  return rows[0]?.seconds ?? 0;
}

export type MailToOwe = {
  key: string;
  kind: 'reminder' | 'final-notice';
  invoiceId: string;
  ordinal: number | null;
};

/** Notes mails that are owed, each once for its key. The caller's transaction has locked the invoices' states. */
export async function oweMessages(sql: Sql, mails: readonly MailToOwe[]): Promise<void> {
  if (mails.length === 0) return;
  await sql.query(
    `INSERT INTO messages (id, key, kind, customer_id, invoice_id, ordinal)
     SELECT gen_random_uuid(), m.key, m.kind, i.customer_id, i.id, m.ordinal
     FROM unnest($1::text[], $2::text[], $3::uuid[], $4::int[]) AS m (key, kind, invoice_id, ordinal)
     JOIN invoices i ON i.id = m.invoice_id ON CONFLICT (key) DO NOTHING`,
    [
      mails.map(({ key }) => key),
      mails.map(({ kind }) => kind),
      mails.map(({ invoiceId }) => invoiceId),
      mails.map(({ ordinal }) => ordinal),
    ],
  );
}
