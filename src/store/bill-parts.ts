import type { BillSums } from '../domain/invoice/bill.ts';
import type { Sql } from './database.ts';

export type InvoiceDiscount = {
  redemptionId: string | null;
  key: string;
  name: string;
  amountMinor: bigint;
  working: unknown;
};
export type InvoiceTax = {
  key: string;
  name: string;
  /** 19 is 19 %. */
  percentage: string;
  isInclusive: boolean;
  country: string | null;
  taxableMinor: bigint;
  amountMinor: bigint;
  reason: string | null;
};
export type InvoiceLineTax = { lineId: string; key: string; taxableMinor: bigint; amountMinor: bigint };
export type InvoiceCredit = {
  id: string;
  source: 'balance' | 'wallet' | 'carried';
  accountId: string | null;
  name: string;
  /** Below zero for what is carried. */
  amountMinor: bigint;
};

/** What leads from an invoice's charges to its total, each part in its order. */
export type InvoiceBill = BillSums & {
  taxRounding: 'invoice' | 'line';
  discounts: readonly InvoiceDiscount[];
  taxes: readonly InvoiceTax[];
  lineTaxes: readonly InvoiceLineTax[];
  credits: readonly InvoiceCredit[];
};

/** A bill that is its charges and nothing else. */
export function plainBill(subtotalMinor: bigint): InvoiceBill {
  const none = { discountMinor: 0n, taxMinor: 0n, inclusiveTaxMinor: 0n, carriedMinor: 0n, creditMinor: 0n };
  const parts = { discounts: [], taxes: [], lineTaxes: [], credits: [] };
  return { subtotalMinor, ...none, totalMinor: subtotalMinor, taxRounding: 'invoice', ...parts };
}

type Written = { id: string; bill: InvoiceBill };

/** Each part of each invoice beside the invoice's id and its place there. */
function placed<Part>(invoices: readonly Written[], partsOf: (bill: InvoiceBill) => readonly Part[]) {
  return invoices.flatMap(({ id, bill }) =>
    partsOf(bill).map((part, index) => ({ ...part, invoiceId: id, position: index + 1 })),
  );
}

/** Writes the parts of drafts whose lines are there; statements only for the parts that there are. */
export async function insertParts(sql: Sql, invoices: readonly Written[]): Promise<void> {
  const discounts = placed(invoices, (bill) => bill.discounts);
  if (discounts.length > 0) {
    await sql.query(
      `INSERT INTO invoice_discounts (invoice_id, position, redemption_id, key, name, amount_minor, working)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[])`,
      [
        discounts.map((one) => one.invoiceId),
        discounts.map((one) => one.position),
        discounts.map((one) => one.redemptionId),
        discounts.map((one) => one.key),
        discounts.map((one) => one.name),
        discounts.map((one) => one.amountMinor),
        discounts.map((one) => JSON.stringify(one.working)),
      ],
    );
  }
  await insertTaxes(sql, invoices);
  const credits = placed(invoices, (bill) => bill.credits);
  if (credits.length > 0) {
    await sql.query(
      `INSERT INTO invoice_credits (id, invoice_id, position, source, account_id, name, amount_minor)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::text[], $7::bigint[])`,
      [
        credits.map((one) => one.id),
        credits.map((one) => one.invoiceId),
        credits.map((one) => one.position),
        credits.map((one) => one.source),
        credits.map((one) => one.accountId),
        credits.map((one) => one.name),
        credits.map((one) => one.amountMinor),
      ],
    );
  }
}

async function insertTaxes(sql: Sql, invoices: readonly Written[]): Promise<void> {
  const taxes = placed(invoices, (bill) => bill.taxes);
  if (taxes.length === 0) return;
  await sql.query(
    `INSERT INTO invoice_taxes (invoice_id, position, key, name, percentage, is_inclusive, country, taxable_minor,
       amount_minor, reason)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::numeric[], $6::boolean[], $7::text[],
       $8::bigint[], $9::bigint[], $10::text[])`,
    [
      taxes.map((one) => one.invoiceId),
      taxes.map((one) => one.position),
      taxes.map((one) => one.key),
      taxes.map((one) => one.name),
      taxes.map((one) => one.percentage),
      taxes.map((one) => one.isInclusive),
      taxes.map((one) => one.country),
      taxes.map((one) => one.taxableMinor),
      taxes.map((one) => one.amountMinor),
      taxes.map((one) => one.reason),
    ],
  );
  const parts = placed(invoices, (bill) => bill.lineTaxes);
  await sql.query(
    `INSERT INTO invoice_line_taxes (line_id, key, invoice_id, taxable_minor, amount_minor)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[])`,
    [
      parts.map((one) => one.lineId),
      parts.map((one) => one.key),
      parts.map((one) => one.invoiceId),
      parts.map((one) => one.taxableMinor),
      parts.map((one) => one.amountMinor),
    ],
  );
}

/** Takes the parts of drafts away, before they are written anew. Those of lines go with their lines. */
export async function deleteParts(sql: Sql, invoiceIds: readonly string[]): Promise<void> {
  await sql.query(
    `WITH discounts AS (DELETE FROM invoice_discounts WHERE invoice_id = ANY ($1::uuid[])),
          credits AS (DELETE FROM invoice_credits WHERE invoice_id = ANY ($1::uuid[]))
     DELETE FROM invoice_taxes WHERE invoice_id = ANY ($1::uuid[])`,
    [invoiceIds],
  );
}

type StoredBill = BillSums & { id: string; taxRounding: InvoiceBill['taxRounding']; [parts: string]: unknown };

/** Discounts, taxes and credits of the invoice `i`, each as JSON in its order, with amounts as text. */
export const selectedParts = `
       ${listOf('invoice_discounts', 'p.position', { redemptionId: 'redemption_id', key: 'key', name: 'name', working: 'working' })} AS discounts,
       ${listOf('invoice_taxes', 'p.position', {
         key: 'key',
         name: 'name',
         percentage: 'trim_scale(p.percentage)::text',
         isInclusive: 'is_inclusive',
         country: 'country',
         taxableMinor: 'taxable_minor::text',
         reason: 'reason',
       })} AS taxes,
       ${listOf('invoice_credits', 'p.position', { id: 'id', source: 'source', accountId: 'account_id', name: 'name' })} AS credits`;

/** The bills of invoices as they are stored, by the invoices' ids. */
export async function readBills(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, InvoiceBill>> {
  if (invoiceIds.length === 0) return new Map();
  const { rows } = await sql.query<StoredBill>(
    `SELECT i.id, i.subtotal_minor AS "subtotalMinor", i.discount_minor AS "discountMinor", i.tax_minor AS "taxMinor",
       i.inclusive_tax_minor AS "inclusiveTaxMinor", i.carried_minor AS "carriedMinor", i.credit_minor AS "creditMinor",
       i.total_minor AS "totalMinor", i.tax_rounding AS "taxRounding",
       ${listOf('invoice_line_taxes', 'l.position, t.position', { lineId: 'line_id', key: 'key', taxableMinor: 'taxable_minor::text' }, 'JOIN invoice_lines l ON l.id = p.line_id JOIN invoice_taxes t ON t.invoice_id = p.invoice_id AND t.key = p.key')} AS "lineTaxes",
       ${selectedParts}
     FROM invoices i WHERE i.id = ANY ($1::uuid[])`,
    [invoiceIds],
  );
  return new Map(
    rows.map(({ id, discounts, taxes, lineTaxes, credits, ...sums }) => [
      id,
      {
        ...sums,
        discounts: counted(discounts as InvoiceDiscount[]),
        taxes: counted(taxes as InvoiceTax[]),
        lineTaxes: counted(lineTaxes as InvoiceLineTax[]),
        credits: counted(credits as InvoiceCredit[]),
      } as InvoiceBill,
    ]),
  );
}

/** A part's rows of one invoice as JSON. Amounts are text there: JSON has no whole numbers as large as ours may be. */
function listOf(table: string, order: string, columns: Record<string, string>, joins = ''): string {
  const fields = Object.entries({ ...columns, amountMinor: 'amount_minor::text' }).map(
    ([name, column]) => `'${name}', ${column.startsWith('trim_scale') ? column : `p.${column}`}`,
  );
  return `(SELECT coalesce(jsonb_agg(jsonb_build_object(${fields.join(', ')}) ORDER BY ${order}), '[]')
    FROM ${table} p ${joins} WHERE p.invoice_id = i.id)`;
}

function counted<Part extends { amountMinor: bigint; taxableMinor?: bigint }>(parts: readonly Part[]): Part[] {
  return parts.map((part) => ({
    ...part,
    amountMinor: BigInt(part.amountMinor),
    ...(part.taxableMinor !== undefined && { taxableMinor: BigInt(part.taxableMinor) }),
  }));
}
