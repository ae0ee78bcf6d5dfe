import { auditOf } from './audit.ts';
import type { Sql } from './database.ts';
import { isDue } from './is-due.ts';

export type InvoiceMailKind = 'invoice-sent' | 'reminder' | 'payment-failed' | 'final-notice' | 'payment-received';
export type EndpointMailKind = 'webhook-failing' | 'webhook-given-up';
export type MessageKind = InvoiceMailKind | EndpointMailKind;
export type MessageState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'skipped';

/** A mail that this process has claimed. */
export type ClaimedMessage = {
  id: string;
  attempts: number;
  tries: number;
  messageId: string;
} & ({ kind: InvoiceMailKind; invoiceId: string } | { kind: EndpointMailKind; invoiceId: null });

/**
 * Claims the mail that has been due the longest, of an invoice in the order in which they were owed: nobody is reminded of what has
 * not been told yet. From here on it is not known what becomes of it until that is told.
 * @param domain the right side of a Message-ID that has none yet
 */
export async function claimMessage(sql: Sql, domain: string): Promise<ClaimedMessage | undefined> {
  const { rows } = await sql.query<ClaimedMessage>({
    name: 'claim-message',
    text: `UPDATE messages SET state = 'sending', attempts = attempts + 1, tries = tries + 1, claimed_at = now(),
       message_id = coalesce(message_id, id || '@' || $1)
     WHERE id = (SELECT d.id FROM messages d WHERE d.state = 'pending' AND ${isDue('d.next_at')}
         AND NOT EXISTS (SELECT FROM messages e WHERE e.invoice_id = d.invoice_id AND e.state IN ('pending', 'sending')
           AND e.created_at < d.created_at)
       ORDER BY d.next_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
     RETURNING id, kind, attempts, tries, message_id AS "messageId", invoice_id AS "invoiceId"`,
    values: [domain],
  });
  return rows[0];
}

export type Settled = { state: Exclude<MessageState, 'sending'>; reason: string | null; waitMs?: number };

/**
 * Tells what came of a claimed mail, with a link of its subject's chain. One that was taken for lost meanwhile is told all
 * the same: to know is better. @returns false if it has been claimed anew, or a person has decided about it
 */
export async function settleMessage(
  sql: Sql,
  claimed: Pick<ClaimedMessage, 'id' | 'attempts'>,
  { state, reason, waitMs = 0 }: Settled,
  recipients: number,
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
    values: [claimed.id, claimed.attempts, state, reason, waitMs, recipients],
  });
  return rowCount === 1;
}

/** In whose chain stands what becomes of a mail. */
const subject = `CASE WHEN invoice_id IS NULL THEN 'webhook-endpoint' ELSE 'invoice' END AS subject_kind,
  coalesce(invoice_id, endpoint_id) AS subject_id`;

/** A try that is repeated by itself is no news. */
const told = (rows: string, actor: string, recipients = 'NULL') =>
  `SELECT ${subject}, ${actor} AS actor, 'mail ' || state AS action,
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
       `SELECT ${subject}, $4::text AS actor,
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
