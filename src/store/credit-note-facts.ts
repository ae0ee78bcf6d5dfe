import type { Currency } from '../domain/money/currency.ts';
import type { CreditReason } from './credit-notes.ts';
import type { Sql } from './database.ts';
import { type InvoiceParties, readParties } from './invoice-parties.ts';

/** What the document of a credit note is made of, all of it frozen. */
export type CreditNoteFacts = {
  id: string;
  number: string;
  currency: Currency;
  issuedAt: Date;
  reason: CreditReason;
  memo: string | null;
  subtotalMinor: bigint;
  discountMinor: bigint;
  totalMinor: bigint;
  dueMinor: bigint;
  refundMinor: bigint;
  outOfBandMinor: bigint;
  balanceMinor: bigint;
  /** Of the invoice. */
  invoiceId: string;
  invoiceNumber: string;
  invoiceIssuedAt: Date;
  zone: string;
  lines: CreditedLine[];
  taxes: CreditedTax[];
  parties: InvoiceParties;
};

export type CreditedLine = {
  description: string;
  quantity: string | null;
  amountMinor: bigint;
  discountMinor: bigint;
  /** Keys of its taxes. */
  taxKeys: string[];
};

/** A tax of the invoice and what of it is given back, in the order of the invoice. */
export type CreditedTax = {
  key: string;
  name: string;
  percentage: string;
  isInclusive: boolean;
  reason: string | null;
  taxableMinor: bigint;
  amountMinor: bigint;
};

/** @returns undefined if there is no such credit note */
export async function readCreditNoteFacts(sql: Sql, id: string): Promise<CreditNoteFacts | undefined> {
  const { rows } = await sql.query<Omit<CreditNoteFacts, 'lines' | 'taxes' | 'parties'>>(
    `SELECT n.id, n.number, n.currency, n.issued_at AS "issuedAt", n.reason, n.memo, n.subtotal_minor AS "subtotalMinor",
       n.discount_minor AS "discountMinor", n.total_minor AS "totalMinor", n.due_minor AS "dueMinor",
       n.refund_minor AS "refundMinor", n.out_of_band_minor AS "outOfBandMinor", n.balance_minor AS "balanceMinor",
       i.id AS "invoiceId", i.number AS "invoiceNumber", i.issued_at AS "invoiceIssuedAt", i.zone
     FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE n.id = $1`,
    [id],
  );
  const [note] = rows;
  const parties = note && (await readParties(sql, note.invoiceId));
  if (note === undefined || parties === undefined) return undefined;
  return { ...note, lines: await readLines(sql, id), taxes: await readTaxes(sql, id), parties };
}

async function readLines(sql: Sql, id: string): Promise<CreditedLine[]> {
  const { rows } = await sql.query<CreditedLine>(
    `SELECT l.description, trim_scale(l.quantity) AS quantity, l.amount_minor AS "amountMinor",
       l.discount_minor AS "discountMinor", array(SELECT t.key FROM credit_note_line_taxes t
         WHERE (t.credit_note_id, t.line_id) = (l.credit_note_id, l.line_id)) AS "taxKeys"
     FROM credit_note_lines l WHERE l.credit_note_id = $1 ORDER BY l.position`,
    [id],
  );
  return rows;
}

async function readTaxes(sql: Sql, id: string): Promise<CreditedTax[]> {
  const { rows } = await sql.query<CreditedTax>(
    `SELECT x.key, x.name, trim_scale(x.percentage) AS percentage, x.is_inclusive AS "isInclusive", x.reason,
       sum(t.taxable_minor)::bigint AS "taxableMinor", sum(t.amount_minor)::bigint AS "amountMinor"
     FROM credit_note_line_taxes t JOIN credit_notes n ON n.id = t.credit_note_id
     JOIN invoice_taxes x ON x.invoice_id = n.invoice_id AND x.key = t.key
     WHERE t.credit_note_id = $1 GROUP BY x.invoice_id, x.key ORDER BY x.position`,
    [id],
  );
  return rows;
}

/** What credit notes have given back of the lines of these invoices, net of their discounts, by line. */
export async function readCreditedLines(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, bigint>> {
  const { rows } = await sql.query<{ lineId: string; minor: string }>(
    `SELECT c.line_id AS "lineId", sum(c.amount_minor - c.discount_minor)::text AS minor
     FROM invoice_lines l JOIN credit_note_lines c ON c.line_id = l.id
     WHERE l.invoice_id = ANY ($1::uuid[]) GROUP BY c.line_id`,
    [invoiceIds],
  );
  return new Map(rows.map(({ lineId, minor }) => [lineId, BigInt(minor)]));
}
