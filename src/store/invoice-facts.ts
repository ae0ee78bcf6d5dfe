import type { Step } from '../domain/rating/step.ts';
import { deleteParts, type InvoiceBill, insertParts } from './bill-parts.ts';
import type { Sql } from './database.ts';
import { isUsageRemoved } from './usage-removal-marks.ts';

/** What one live invoice is unique by. */
export type InvoiceKey = {
  customerId: string;
  currency: string;
  billingGroup: string;
  periodStartAt: Date;
  periodEndAt: Date;
  purpose: string;
};

export type NewInvoice = InvoiceKey & {
  id: string;
  revision: number;
  clockId: string;
  zone: string;
  /** Null for one that was ordered, and no run has made. */
  runId: string | null;
  cutoffAt: Date;
  dueAt: Date;
  usageCutAt: Date;
  bill: InvoiceBill;
  lines: readonly InvoiceLine[];
};

/** A charge as it was rated. */
export type RatedInvoiceLine = {
  id: string;
  invoiceId: string;
  position: number;
  subscriptionId: string | null;
  priceId: string | null;
  priceKey: string;
  description: string;
  meterKey: string | null;
  quantity: string | null;
  billableQuantity: string | null;
  exactAmount: string;
  amountMinor: bigint;
  eventCount: bigint;
  skippedCount: bigint;
  working: Step[];
  /** The values of the price's groups, if it has any. */
  group: string[] | null;
  /** The period that it bills; null on an invoice that bills none. */
  periodId: string | null;
};

/** A line as it stands on an invoice: the charge, and what discounts and taxes come to on it. */
export type InvoiceLine = RatedInvoiceLine & { discountMinor: bigint; taxMinor: bigint; inclusiveTaxMinor: bigint };

/** The keys as a set of rows, for joins. */
const keyRows = `unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
  WITH ORDINALITY AS k (customer_id, currency, billing_group, period_start_at, period_end_at, purpose, position)`;
const keyValues = (keys: readonly InvoiceKey[]): unknown[] => [
  keys.map((key) => key.customerId),
  keys.map((key) => key.currency),
  keys.map((key) => key.billingGroup),
  keys.map((key) => key.periodStartAt),
  keys.map((key) => key.periodEndAt),
  keys.map((key) => key.purpose),
];

/** Locks the live invoices of these keys, in one order for everybody. */
export async function lockLiveInvoices(sql: Sql, keys: readonly InvoiceKey[]): Promise<void> {
  await sql.query(
    `SELECT FROM invoice_states s WHERE s.lifecycle <> 'void' AND EXISTS (
       SELECT FROM ${keyRows} WHERE (k.customer_id, k.currency, k.billing_group, k.period_start_at, k.period_end_at,
         k.purpose) = (s.customer_id, s.currency, s.billing_group, s.period_start_at, s.period_end_at, s.purpose))
     ORDER BY s.invoice_id FOR UPDATE`,
    keyValues(keys),
  );
}

export type KeyState = {
  /** The highest revision that was ever used for the key; 0 if none was. */
  lastRevision: number;
  live: { id: string; lifecycle: string } | null;
};

/** For each key, in their order: its revisions so far and the invoice that is live. */
export async function readKeyStates(sql: Sql, keys: readonly InvoiceKey[]): Promise<KeyState[]> {
  const { rows } = await sql.query<KeyState>(
    `SELECT coalesce((SELECT max(i.revision) FROM invoices i WHERE (i.customer_id, i.currency, i.billing_group,
              i.period_start_at, i.period_end_at, i.purpose) = (k.customer_id, k.currency, k.billing_group,
              k.period_start_at, k.period_end_at, k.purpose)), 0) AS "lastRevision",
            (SELECT jsonb_build_object('id', s.invoice_id, 'lifecycle', s.lifecycle) FROM invoice_states s
             WHERE (s.customer_id, s.currency, s.billing_group, s.period_start_at, s.period_end_at, s.purpose)
               = (k.customer_id, k.currency, k.billing_group, k.period_start_at, k.period_end_at, k.purpose)
               AND s.lifecycle <> 'void') AS live
     FROM ${keyRows} ORDER BY k.position`,
    keyValues(keys),
  );
  return rows;
}

/** Inserts drafts with their states, lines and what leads to their totals. Generated at their clock's time. */
export async function insertDrafts(sql: Sql, invoices: readonly NewInvoice[]): Promise<void> {
  await sql.query(
    `WITH facts AS (
       INSERT INTO invoices (customer_id, currency, billing_group, period_start_at, period_end_at, purpose, id, revision,
         clock_id, zone, run_id, cutoff_at, due_at, usage_cut_at, line_count, subtotal_minor, discount_minor, tax_minor,
         inclusive_tax_minor, carried_minor, credit_minor, total_minor, tax_rounding, generated_at)
       SELECT k.customer_id, k.currency, k.billing_group, k.period_start_at, k.period_end_at, k.purpose, f.id, f.revision,
         f.clock_id, f.zone, f.run_id, f.cutoff_at, f.due_at, f.usage_cut_at, f.line_count, f.subtotal, f.discount,
         f.tax, f.inclusive_tax, f.carried, f.credit, f.total, f.tax_rounding, business_now(c)
       FROM ${keyRows}
       JOIN unnest($7::uuid[], $8::int[], $9::uuid[], $10::text[], $11::uuid[], $12::timestamptz[], $13::timestamptz[],
         $14::timestamptz[], $15::int[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[],
         $21::bigint[], $22::bigint[], $23::text[]) WITH ORDINALITY AS f (id, revision, clock_id, zone, run_id, cutoff_at,
         due_at, usage_cut_at, line_count, subtotal, discount, tax, inclusive_tax, carried, credit, total, tax_rounding,
         position) USING (position)
       JOIN clocks c ON c.id = f.clock_id
       RETURNING id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose)
     INSERT INTO invoice_states
       (invoice_id, customer_id, currency, billing_group, period_start_at, period_end_at, purpose, priority)
     SELECT f.*, c.priority FROM facts f JOIN customers c ON c.id = f.customer_id`,
    [
      ...keyValues(invoices),
      invoices.map((invoice) => invoice.id),
      invoices.map((invoice) => invoice.revision),
      invoices.map((invoice) => invoice.clockId),
      invoices.map((invoice) => invoice.zone),
      invoices.map((invoice) => invoice.runId),
      invoices.map((invoice) => invoice.cutoffAt),
      invoices.map((invoice) => invoice.dueAt),
      invoices.map((invoice) => invoice.usageCutAt),
      invoices.map((invoice) => invoice.lines.length),
      ...sumColumns(invoices),
    ],
  );
  await insertLines(
    sql,
    invoices.flatMap(({ lines }) => lines),
  );
  await insertParts(sql, invoices);
}

/** The sums of bills, a list for each column. */
const sumColumns = (invoices: readonly { bill: InvoiceBill }[]): unknown[] => [
  invoices.map(({ bill }) => bill.subtotalMinor),
  invoices.map(({ bill }) => bill.discountMinor),
  invoices.map(({ bill }) => bill.taxMinor),
  invoices.map(({ bill }) => bill.inclusiveTaxMinor),
  invoices.map(({ bill }) => bill.carriedMinor),
  invoices.map(({ bill }) => bill.creditMinor),
  invoices.map(({ bill }) => bill.totalMinor),
  invoices.map(({ bill }) => bill.taxRounding),
];

async function insertLines(sql: Sql, lines: readonly InvoiceLine[]): Promise<void> {
  await sql.query(
    `INSERT INTO invoice_lines (id, invoice_id, position, subscription_id, price_id, price_key, description, meter_key,
       quantity, billable_quantity, exact_amount, amount_minor, event_count, skipped_count, working, group_values,
       period_id, discount_minor, tax_minor, inclusive_tax_minor)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
       $9::numeric[], $10::numeric[], $11::numeric[], $12::bigint[], $13::bigint[], $14::bigint[], $15::jsonb[],
       $16::jsonb[], $17::uuid[], $18::bigint[], $19::bigint[], $20::bigint[])`,
    [
      lines.map((line) => line.id),
      lines.map((line) => line.invoiceId),
      lines.map((line) => line.position),
      lines.map((line) => line.subscriptionId),
      lines.map((line) => line.priceId),
      lines.map((line) => line.priceKey),
      lines.map((line) => line.description),
      lines.map((line) => line.meterKey),
      lines.map((line) => line.quantity),
      lines.map((line) => line.billableQuantity),
      lines.map((line) => line.exactAmount),
      lines.map((line) => line.amountMinor),
      lines.map((line) => line.eventCount),
      lines.map((line) => line.skippedCount),
      lines.map((line) => JSON.stringify(line.working)),
      lines.map((line) => (line.group === null ? null : JSON.stringify(line.group))),
      lines.map((line) => line.periodId),
      lines.map((line) => line.discountMinor),
      lines.map((line) => line.taxMinor),
      lines.map((line) => line.inclusiveTaxMinor),
    ],
  );
}

export async function readLines(sql: Sql, invoiceIds: readonly string[]): Promise<Map<string, InvoiceLine[]>> {
  const { rows } = await sql.query<InvoiceLine>(
    `SELECT id, invoice_id AS "invoiceId", position, subscription_id AS "subscriptionId", price_id AS "priceId",
            price_key AS "priceKey", description, meter_key AS "meterKey", trim_scale(quantity) AS quantity,
            trim_scale(billable_quantity) AS "billableQuantity", trim_scale(exact_amount) AS "exactAmount",
            amount_minor AS "amountMinor", event_count AS "eventCount", skipped_count AS "skippedCount", working,
            group_values AS "group", period_id AS "periodId", discount_minor AS "discountMinor", tax_minor AS "taxMinor",
            inclusive_tax_minor AS "inclusiveTaxMinor"
     FROM invoice_lines WHERE invoice_id = ANY ($1::uuid[]) ORDER BY invoice_id, position`,
    [invoiceIds],
  );
  const byInvoice = new Map<string, InvoiceLine[]>(invoiceIds.map((id) => [id, []]));
  for (const row of rows) byInvoice.get(row.invoiceId)?.push(row);
  return byInvoice;
}

/** Gives drafts new lines and totals, as of a later reading of the usage. */
export async function rebuildDrafts(
  sql: Sql,
  drafts: readonly { id: string; lines: readonly InvoiceLine[]; bill: InvoiceBill }[],
  usageCutAt: Date,
): Promise<void> {
  if (drafts.length === 0) return;
  const ids = drafts.map((draft) => draft.id);
  await sql.query(`DELETE FROM invoice_lines WHERE invoice_id = ANY ($1::uuid[])`, [ids]);
  await deleteParts(sql, ids);
  await insertLines(
    sql,
    drafts.flatMap((draft) => draft.lines),
  );
  await insertParts(sql, drafts);
  await sql.query(
    `UPDATE invoices i SET line_count = d.line_count, usage_cut_at = $2, subtotal_minor = d.subtotal,
       discount_minor = d.discount, tax_minor = d.tax, inclusive_tax_minor = d.inclusive_tax, carried_minor = d.carried,
       credit_minor = d.credit, total_minor = d.total, tax_rounding = d.tax_rounding
     FROM unnest($1::uuid[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
       $10::bigint[], $11::text[]) AS d (id, line_count, subtotal, discount, tax, inclusive_tax, carried, credit, total,
       tax_rounding) WHERE i.id = d.id`,
    [ids, usageCutAt, drafts.map((draft) => draft.lines.length), ...sumColumns(drafts)],
  );
}

/** Machine time of the database: what is received later is not in what is read from here on. */
export async function readMachineTime(sql: Sql): Promise<Date> {
  const { rows } = await sql.query<{ now: Date }>(`SELECT clock_timestamp()::timestamptz(3) AS now`);
  return (rows[0] as { now: Date }).now;
}

/** What a clock's periods were billed with whose usage is there, a page by id after the cursor: issued, or skipped as over nothing. */
export async function billedInvoices(
  sql: Sql,
  page: { clockId: string; after: string; limit: number },
): Promise<{ id: string; currency: string }[]> {
  const { rows } = await sql.query<{ id: string; currency: string }>(
    `SELECT i.id, i.currency
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     WHERE i.clock_id = $1 AND i.id > $2 AND s.lifecycle IN ('issued', 'skipped') AND i.purpose = 'period'
       AND NOT ${isUsageRemoved('i')} ORDER BY i.id LIMIT $3`,
    [page.clockId, page.after, page.limit],
  );
  return rows;
}
