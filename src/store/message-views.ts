import type { Sql } from './database.ts';
import { type CreationPage, creationValues, latestFirst } from './list-pages.ts';
import type { MessageKind, MessageState } from './messages.ts';
import { uuidOrNull } from './uuid.ts';

/** A mail as it is shown: without the address, which is read when it is sent. */
export type MessageView = {
  id: string;
  kind: MessageKind;
  /** Null for a mail to operators. */
  customerId: string | null;
  /** What it is about: an invoice or a webhook endpoint. */
  invoiceId: string | null;
  endpointId: string | null;
  invoiceNumber: string | null;
  ordinal: number | null;
  state: MessageState;
  attempts: number;
  nextAt: Date | null;
  messageId: string | null;
  reason: string | null;
  createdAt: Date;
  sentAt: Date | null;
};

const select = `SELECT m.id, m.kind, m.customer_id AS "customerId", m.invoice_id AS "invoiceId", i.number AS "invoiceNumber",
    m.endpoint_id AS "endpointId", m.ordinal, m.state, m.attempts, CASE WHEN m.state = 'pending' THEN m.next_at END AS "nextAt",
    m.message_id AS "messageId", m.reason, m.created_at AS "createdAt", m.sent_at AS "sentAt"
  FROM messages m LEFT JOIN invoices i ON i.id = m.invoice_id`;

/** A page of mails, the latest first, after the cursor. */
export async function listMessages(
  sql: Sql,
  filter: { state?: MessageState; invoiceId?: string },
  page: CreationPage,
): Promise<MessageView[]> {
  const { rows } = await sql.query<MessageView>(
    `${select} WHERE ($1::text IS NULL OR m.state = $1) AND ($2::uuid IS NULL OR m.invoice_id = $2)
       AND ${latestFirst(3, 'm.')}`,
    [filter.state ?? null, filter.invoiceId ?? null, ...creationValues(page)],
  );
  return rows;
}

export async function findMessage(sql: Sql, reference: string): Promise<MessageView | undefined> {
  const { rows } = await sql.query<MessageView>(`${select} WHERE m.id = $1`, [uuidOrNull(reference)]);
  return rows[0];
}
