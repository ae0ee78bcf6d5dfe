import type { CalendarStep } from '../domain/invoice/calendar.ts';
import type { Sql } from './database.ts';
import type { Lifecycle, Payment } from './invoice-status.ts';
import { waits } from './pending-items.ts';

/** Of whom the calendar is, by the customer's clock. */
export type CalendarOwner = {
  customerId: string;
  currency: string;
  zone: string;
  now: Date;
  paymentTermsDays: number;
  /** Bills are charged to a payment method that is saved. */
  isCharged: boolean;
};

export async function readCalendarOwner(sql: Sql, customerId: string): Promise<CalendarOwner | undefined> {
  const { rows } = await sql.query<CalendarOwner>(
    `SELECT c.id AS "customerId", c.currency, c.zone, business_now(k) AS now, c.payment_terms_days AS "paymentTermsDays",
       c.collection_method = 'charge_automatically'
         AND EXISTS (SELECT FROM payment_methods p WHERE p.customer_id = c.id AND p.is_default) AS "isCharged"
     FROM customers c JOIN clocks k ON k.id = c.clock_id WHERE c.id = $1`,
    [customerId],
  );
  return rows[0];
}

export type StoredCalendarInvoice = {
  id: string;
  number: string | null;
  billingGroup: string;
  purpose: string;
  currency: string;
  lifecycle: Lifecycle;
  payment: Payment;
  totalMinor: bigint;
  generatedAt: Date;
  dueAt: Date;
  issuedAt: Date | null;
  paymentDueOn: string | null;
  paidAt: Date | null;
  paymentTermsDays: number;
};

/** Invoices of a customer of which anything may be in the window, drafts among them: at most `limit`, the latest first. */
export async function readCalendarInvoices(
  sql: Sql,
  window: { customerId: string; from: Date; to: Date; limit: number },
): Promise<StoredCalendarInvoice[]> {
  const { rows } = await sql.query<StoredCalendarInvoice>(
    `SELECT i.id, i.number, i.billing_group AS "billingGroup", i.purpose, i.currency, s.lifecycle, s.payment,
       i.total_minor AS "totalMinor", i.generated_at AS "generatedAt", i.due_at AS "dueAt", i.issued_at AS "issuedAt",
       s.payment_due_on AS "paymentDueOn", s.paid_at AS "paidAt",
       coalesce(t.payment_terms_days, c.payment_terms_days) AS "paymentTermsDays"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
     LEFT JOIN invoice_terms t ON t.invoice_id = i.id
     WHERE i.customer_id = $1 AND i.generated_at < $3
       AND greatest(i.generated_at, i.issued_at, s.paid_at, s.payment_due_on + 1,
         CASE WHEN s.lifecycle IN ('draft', 'held') THEN 'infinity'::timestamptz END) >= $2
     ORDER BY i.generated_at DESC, i.id LIMIT $4`,
    [window.customerId, window.from, window.to, window.limit],
  );
  return rows;
}

/**
 * What is done in the window to get invoices of a customer paid: steps of dunning that are planned or done (what nobody but
 * an operator hears of is left out), and charges, each at most `limit`.
 */
export async function readCalendarSteps(
  sql: Sql,
  window: { customerId: string; from: Date; to: Date; limit: number },
): Promise<CalendarStep[]> {
  const { rows } = await sql.query<CalendarStep>(
    `SELECT i.id AS "invoiceId", i.number, i.billing_group AS "billingGroup", d.kind, d.at, d.is_done AS "isDone", d.outcome
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN LATERAL (
       SELECT CASE action WHEN 'retry' THEN 'charged' WHEN 'mark_uncollectible' THEN 'given-up' ELSE 'reminded' END AS kind,
         coalesce(done_at, due_at) AS at, state = 'done' AS is_done, NULL AS outcome
       FROM dunning_steps WHERE invoice_id = i.id AND action <> 'notify_operator'
         AND ((state = 'planned' AND s.lifecycle = 'issued' AND s.payment NOT IN ('paid', 'uncollectible'))
           OR (state = 'done' AND action <> 'retry'))
       UNION ALL
       SELECT 'charged', settled_at, true, outcome FROM collection_attempts
       WHERE invoice_id = i.id AND kind = 'pay' AND outcome IN ('paid', 'processing', 'declined')) d ON true
     WHERE i.customer_id = $1 AND d.at >= $2 AND d.at < $3 ORDER BY d.at, i.id LIMIT $4`,
    [window.customerId, window.from, window.to, window.limit],
  );
  return rows;
}

/** The groups of a customer for which items wait. */
export async function readWaitingGroups(sql: Sql, customerId: string): Promise<string[]> {
  const { rows } = await sql.query<{ billingGroup: string }>(
    `SELECT DISTINCT p.billing_group AS "billingGroup" FROM pending_items p WHERE p.customer_id = $1 AND ${waits} ORDER BY 1`,
    [customerId],
  );
  return rows.map(({ billingGroup }) => billingGroup);
}

/** Prepaid credit of a customer that ends in the window, and of which something is left. */
export async function readEndingGrants(
  sql: Sql,
  window: { customerId: string; from: Date; to: Date },
): Promise<{ wallet: string; currency: string; balanceMinor: bigint; endsAt: Date }[]> {
  const { rows } = await sql.query<{ wallet: string; currency: string; balanceMinor: bigint; endsAt: Date }>(
    `SELECT w.name AS wallet, w.currency, a.balance_minor AS "balanceMinor", least(g.ends_at, w.ends_at) AS "endsAt"
     FROM wallets w JOIN wallet_grants g ON g.wallet_id = w.id JOIN ledger_accounts a ON a.grant_id = g.id
     WHERE w.customer_id = $1 AND a.balance_minor > 0 AND least(g.ends_at, w.ends_at) >= $2
       AND least(g.ends_at, w.ends_at) < $3
     ORDER BY 4, g.id`,
    [window.customerId, window.from, window.to],
  );
  return rows;
}
