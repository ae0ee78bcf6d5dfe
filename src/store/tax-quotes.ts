import type { Sql } from './database.ts';
import { waits } from './pending-items.ts';

/** What an outside engine can be asked of an invoice. */
export type BillToQuote = {
  invoiceId: string;
  currency: string;
  dueAt: Date;
  customer: { id: string; externalId: string; zone: string; taxIds: { type: string; value: string }[] };
  items: { id: string; plan: string | null; price: string | null; description: string }[];
};

/**
 * The invoices of taxable customers among these, each with what it may bill: every price of its periods' plans, used or
 * not, and the items of its customer and group, those that wait for a bill among them. So late usage makes no other question of it.
 */
export async function readBillsToQuote(sql: Sql, invoiceIds: readonly string[]): Promise<BillToQuote[]> {
  const { rows } = await sql.query<BillToQuote>(
    `SELECT i.id AS "invoiceId", i.currency, i.due_at AS "dueAt",
       jsonb_build_object('id', c.id, 'externalId', c.external_id, 'zone', c.zone, 'taxIds', coalesce((
         SELECT jsonb_agg(jsonb_build_object('type', t.type, 'value', t.value) ORDER BY t.place)
         FROM customer_tax_ids t WHERE t.customer_id = c.id), '[]')) AS customer,
       coalesce((SELECT jsonb_agg(to_jsonb(item) ORDER BY item.plan, item.price, item.id) FROM (
         SELECT DISTINCT r.id, p.key AS plan, r.key AS price, r.name AS description
         FROM periods d JOIN plan_versions v ON v.id = d.plan_version_id JOIN plans p ON p.id = v.plan_id
         JOIN prices r ON r.plan_version_id = v.id WHERE d.settled_by = i.id
         UNION ALL
         SELECT p.id, NULL, NULL, p.description FROM pending_items p WHERE p.invoice_id = i.id
           OR ((p.customer_id, p.currency, p.billing_group) = (i.customer_id, i.currency, i.billing_group) AND (${waits}))
       ) item), '[]') AS items
     FROM invoices i JOIN customers c ON c.id = i.customer_id LEFT JOIN customer_taxes x ON x.customer_id = c.id
     WHERE i.id = ANY ($1::uuid[]) AND coalesce(x.status, 'taxable') = 'taxable' ORDER BY i.id`,
    [invoiceIds],
  );
  return rows;
}

export type Asked = { invoiceId: string; contentHash: Buffer };
/** What came of a question: an answer, or why there is none. */
export type Quoted = Asked & ({ answer: Record<string, unknown>; failure: null } | { answer: null; failure: string });

/** What came of just these questions, by invoice. */
export async function readQuotes(sql: Sql, asked: readonly Asked[]): Promise<Map<string, Quoted>> {
  const { rows } = await sql.query<Quoted>(
    `SELECT q.invoice_id AS "invoiceId", q.content_hash AS "contentHash", q.answer, q.failure
     FROM unnest($1::uuid[], $2::bytea[]) AS a (invoice_id, content_hash) JOIN tax_quotes q USING (invoice_id, content_hash)`,
    [asked.map(({ invoiceId }) => invoiceId), asked.map(({ contentHash }) => contentHash)],
  );
  return new Map(rows.map((row) => [row.invoiceId, row]));
}

/** Stores what came of questions. An answer that is there already stays: whoever was faster has asked the same. */
export async function storeQuotes(sql: Sql, quoted: readonly Quoted[]): Promise<void> {
  await sql.query(
    `INSERT INTO tax_quotes AS q (invoice_id, content_hash, answer, failure)
     SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::jsonb[], $4::text[]) ORDER BY 1, 2
     ON CONFLICT (invoice_id, content_hash) DO UPDATE
     SET answer = EXCLUDED.answer, failure = EXCLUDED.failure, asked_at = EXCLUDED.asked_at WHERE q.answer IS NULL`,
    [
      quoted.map(({ invoiceId }) => invoiceId),
      quoted.map(({ contentHash }) => contentHash),
      quoted.map(({ answer }) => (answer === null ? null : JSON.stringify(answer))),
      quoted.map(({ failure }) => failure),
    ],
  );
}

/** Drafts that are held for nothing but a missing answer, those of these invoices, go on. @returns their ids */
export async function releaseQuoted(sql: Sql, invoiceIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `WITH locked AS (
       SELECT s.invoice_id FROM invoice_states s WHERE s.invoice_id = ANY ($1::uuid[]) AND s.lifecycle = 'held'
         AND s.failure_code = 'tax-unavailable' AND NOT EXISTS (
           SELECT FROM held_findings f WHERE f.invoice_id = s.invoice_id AND f.parking_number = s.parking_number
             AND f.code <> 'tax-unavailable')
       ORDER BY s.invoice_id FOR UPDATE)
     UPDATE invoice_states s SET lifecycle = 'draft', failure_code = NULL, failure_reason = NULL, touched_at = now()
     FROM locked l WHERE l.invoice_id = s.invoice_id RETURNING s.invoice_id AS id`,
    [invoiceIds],
  );
  return rows.map(({ id }) => id);
}
