import type { Sql } from './database.ts';
import type { InvoiceKey } from './invoice-facts.ts';

/** A draft that a customer will get as an invoice. */
export type DraftInReview = {
  id: string;
  billingGroup: string;
  currency: string;
  purpose: string;
  lifecycle: 'draft' | 'held';
  periodStartAt: Date;
  periodEndAt: Date;
  dueAt: Date;
  totalMinor: bigint;
  paymentTermsDays: number;
};

/** The drafts of a customer, those that are due first first: at most `limit`. */
export async function readDraftsInReview(sql: Sql, customerId: string, limit: number): Promise<DraftInReview[]> {
  const { rows } = await sql.query<DraftInReview>({
    name: 'read-drafts-in-review',
    text: `SELECT i.id, i.billing_group AS "billingGroup", i.currency, i.purpose, s.lifecycle,
             i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt", i.due_at AS "dueAt",
             i.total_minor AS "totalMinor", coalesce(t.payment_terms_days, c.payment_terms_days) AS "paymentTermsDays"
           FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
           LEFT JOIN invoice_terms t ON t.invoice_id = i.id
           WHERE i.customer_id = $1 AND s.lifecycle IN ('draft', 'held') ORDER BY i.due_at, i.id LIMIT $2`,
    values: [customerId, limit],
  });
  return rows;
}

/** A bill of the same subscriptions before another. */
export type BillBefore = {
  /** The place of the bill that was asked about. */
  place: number;
  id: string;
  number: string | null;
  periodStartAt: Date;
  periodEndAt: Date;
};

/** Of each bill the last one before it of the same customer, currency and group that is live and has one of its subscriptions. */
export async function readBillsBefore(
  sql: Sql,
  bills: readonly { key: InvoiceKey; subscriptionIds: readonly string[] }[],
): Promise<BillBefore[]> {
  if (bills.length === 0) return [];
  const { rows } = await sql.query<BillBefore>({
    name: 'read-bills-before',
    text: `SELECT k.place::int AS place, b.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
             WITH ORDINALITY AS k (customer_id, currency, billing_group, period_start_at, subscriptions, place)
           CROSS JOIN LATERAL (
             SELECT i.id, i.number, i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt"
             FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
             WHERE i.customer_id = k.customer_id AND i.currency = k.currency AND i.billing_group = k.billing_group
               AND i.purpose = 'period' AND i.period_start_at < k.period_start_at AND s.lifecycle <> 'void'
               AND EXISTS (SELECT FROM invoice_lines l
                 WHERE l.invoice_id = i.id AND l.subscription_id = ANY (k.subscriptions::uuid[]))
             ORDER BY i.period_end_at DESC, i.period_start_at DESC, i.id LIMIT 1) b
           ORDER BY k.place`,
    values: [
      bills.map(({ key }) => key.customerId),
      bills.map(({ key }) => key.currency),
      bills.map(({ key }) => key.billingGroup),
      bills.map(({ key }) => key.periodStartAt),
      bills.map(({ subscriptionIds }) => `{${subscriptionIds.join()}}`),
    ],
  });
  return rows.map(({ place, ...bill }) => ({ ...bill, place: place - 1 }));
}
