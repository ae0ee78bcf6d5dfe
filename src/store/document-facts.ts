import type { Currency } from '../domain/money/currency.ts';
import type { Step } from '../domain/rating/step.ts';
import { type InvoiceBill, readBills } from './bill-parts.ts';
import type { Sql } from './database.ts';
import { type InvoiceParties, readParties } from './invoice-parties.ts';
import type { Lifecycle, Payment } from './invoice-status.ts';

/** What a document of an invoice is made of, and the states that it shows. */
export type DocumentFacts = {
  id: string;
  number: string | null;
  currency: Currency;
  zone: string;
  periodStartAt: Date;
  periodEndAt: Date;
  generatedAt: Date;
  issuedAt: Date | null;
  /** Number of the invoice whose place it takes. */
  replaces: string | null;
  lifecycle: Lifecycle;
  payment: Payment;
  paymentDueOn: string | null;
  paidAt: Date | null;
  /** Where it is paid; null where it cannot be yet. */
  paymentUrl: string | null;
  lines: DocumentLineFacts[];
  bill: InvoiceBill;
  parties: InvoiceParties;
};

export type DocumentLineFacts = {
  id: string;
  description: string;
  quantity: string | null;
  working: Step[];
  amountMinor: bigint;
  discountMinor: bigint;
  periodStartAt: Date | null;
  periodEndAt: Date | null;
};

type Head = Omit<DocumentFacts, 'lines' | 'bill' | 'parties'>;

/**
 * Reads them; in a transaction that sees one moment, since a draft may be rebuilt between two statements.
 * @returns undefined if there is no such invoice
 */
export async function readDocumentFacts(sql: Sql, invoiceId: string): Promise<DocumentFacts | undefined> {
  const { rows } = await sql.query<Head>(
    `SELECT i.id, i.number, i.currency, i.zone, i.period_start_at AS "periodStartAt", i.period_end_at AS "periodEndAt",
       i.generated_at AS "generatedAt", i.issued_at AS "issuedAt", before.number AS replaces, s.lifecycle, s.payment,
       s.payment_due_on AS "paymentDueOn", s.paid_at AS "paidAt",
       (SELECT m.remote_url FROM invoice_mappings m WHERE m.invoice_id = i.id AND m.remote_url IS NOT NULL
        ORDER BY m.account_id LIMIT 1) AS "paymentUrl"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id LEFT JOIN invoices before ON before.id = i.replaces
     WHERE i.id = $1`,
    [invoiceId],
  );
  const parties = await readParties(sql, invoiceId);
  const bill = (await readBills(sql, [invoiceId])).get(invoiceId);
  if (rows[0] === undefined || parties === undefined || bill === undefined) return undefined;
  return { ...rows[0], lines: await readLines(sql, invoiceId), bill, parties };
}

async function readLines(sql: Sql, invoiceId: string): Promise<DocumentLineFacts[]> {
  const { rows } = await sql.query<DocumentLineFacts>(
    `SELECT l.id, l.description, trim_scale(l.quantity) AS quantity, l.working, l.amount_minor AS "amountMinor",
       l.discount_minor AS "discountMinor", p.start_at AS "periodStartAt", p.end_at AS "periodEndAt"
     FROM invoice_lines l LEFT JOIN periods p ON p.id = l.period_id WHERE l.invoice_id = $1 ORDER BY l.position`,
    [invoiceId],
  );
  return rows;
}
