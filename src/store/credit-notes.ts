import type { GivenBack, Giving } from '../domain/credit-note/give-back.ts';
import type { LinePart, TaxPart } from '../domain/credit-note/line-share.ts';
import type { Sql } from './database.ts';
import type { Lifecycle, Payment } from './invoice-status.ts';
import { takesMoney } from './remote-records.ts';

export const creditReasons = ['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other'] as const;
export type CreditReason = (typeof creditReasons)[number];

/** An invoice as it stands before another credit note. Minor units. */
export type InvoiceToCredit = {
  id: string;
  customerId: string;
  clockId: string;
  currency: string;
  lifecycle: Lifecycle;
  wanted: 'final' | 'void';
  payment: Payment;
  totalMinor: bigint;
  creditMinor: bigint;
  amountPaidMinor: bigint;
  /** What its notes are over, in all; of that money; and what has lowered what was to be paid. */
  notedMinor: bigint;
  notedMoneyMinor: bigint;
  notedDueMinor: bigint;
  /** Came in at the target, and what of that went back there, is to go back, or goes back by notes and has not yet. */
  collectedMinor: bigint;
  refundedMinor: bigint;
  refundingMinor: bigint;
  notedBackMinor: bigint;
  /** What a bank has taken back or asks back. */
  disputedMinor: bigint;
  /** Came in elsewhere, and went back elsewhere without a note. */
  returnedMinor: bigint;
};

/**
 * What the credit notes of an invoice have lowered of what is to be paid, and what they give back, less their refunds that
 * were seen at the target: a part of a statement. @param invoiceId a column
 */
export const creditedOf = (invoiceId: string): string => `SELECT
    coalesce(sum(n.due_minor), 0)::bigint AS due,
    (coalesce(sum(n.money_minor - n.due_minor), 0) - coalesce((
      SELECT sum(r.amount_minor) FROM remote_records r
      WHERE r.invoice_id = ${invoiceId} AND r.kind = 'refund' AND r.status NOT IN ('failed', 'canceled') AND EXISTS (
        SELECT FROM credit_note_copies c JOIN credit_notes own ON own.id = c.credit_note_id
        WHERE own.invoice_id = ${invoiceId} AND r.remote_id = ANY (c.refund_ids))), 0))::bigint AS back
  FROM credit_notes n WHERE n.invoice_id = ${invoiceId}`;

/** What a bank has taken back of an invoice's payments, or asks back. An inquiry takes no money, and what was won came back. */
export const disputedOf = (
  invoiceId: string,
): string => `(SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM remote_records d
    WHERE d.invoice_id = ${invoiceId} AND d.kind = 'dispute' AND ${takesMoney('d.status')})`;

/**
 * What the credit notes of an invoice have lowered of what is to be paid, and what of that its customer had paid before the
 * notes came to the target, so that it went to their balance: a part of a statement. @param invoiceId a column
 */
export const notedOf = (invoiceId: string): string => `SELECT
    (SELECT coalesce(sum(n.due_minor), 0)::bigint FROM credit_notes n WHERE n.invoice_id = ${invoiceId}) AS due,
    (SELECT coalesce(sum(c.overpaid_minor), 0)::bigint FROM credit_note_copies c JOIN credit_notes n ON n.id = c.credit_note_id
     WHERE n.invoice_id = ${invoiceId}) AS overpaid`;

/** The same of one invoice. */
export async function readNoted(sql: Sql, invoiceId: string): Promise<{ due: bigint; overpaid: bigint }> {
  const { rows } = await sql.query<{ due: bigint; overpaid: bigint }>(notedOf('$1::uuid'), [invoiceId]);
  return rows[0] as (typeof rows)[number];
}

/** @param lock FOR UPDATE: notes of one invoice, and its void, take turns */
export async function readInvoiceToCredit(
  sql: Sql,
  invoiceId: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<InvoiceToCredit | undefined> {
  if (lock !== '') await sql.query('SELECT FROM invoice_states WHERE invoice_id = $1 FOR UPDATE', [invoiceId]);
  const { rows } = await sql.query<InvoiceToCredit>(
    `SELECT i.id, i.customer_id AS "customerId", i.clock_id AS "clockId", i.currency, s.lifecycle, s.wanted, s.payment,
       i.total_minor AS "totalMinor", i.credit_minor AS "creditMinor", s.amount_paid_minor AS "amountPaidMinor",
       noted.total AS "notedMinor", noted.money AS "notedMoneyMinor", noted.due AS "notedDueMinor",
       remote.collected AS "collectedMinor", remote.refunded AS "refundedMinor", back.open AS "refundingMinor",
       back.elsewhere AS "returnedMinor", credited.back AS "notedBackMinor", ${disputedOf('i.id')} AS "disputedMinor"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(total_minor), 0)::bigint AS total, coalesce(sum(money_minor), 0)::bigint AS money,
         coalesce(sum(due_minor), 0)::bigint AS due
       FROM credit_notes WHERE invoice_id = i.id) noted
     CROSS JOIN LATERAL (${creditedOf('i.id')}) credited
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'out_of_band'), 0)::bigint AS elsewhere,
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'target' AND outcome IS NULL), 0)::bigint AS open
       FROM refunds WHERE invoice_id = i.id) back
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'payment' AND status = 'succeeded'), 0)::bigint AS collected,
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund' AND status NOT IN ('failed', 'canceled')), 0)::bigint AS refunded
       FROM remote_records WHERE invoice_id = i.id) remote
     WHERE i.id = $1`,
    [invoiceId],
  );
  return rows[0];
}

/** Whether an invoice was credited, so that it stays issued. Its state is locked by whoever asks. */
export async function isCredited(sql: Sql, invoiceId: string): Promise<boolean> {
  const { rowCount } = await sql.query('SELECT FROM credit_notes WHERE invoice_id = $1 LIMIT 1', [invoiceId]);
  return rowCount === 1;
}

export type StoredLine = LinePart & {
  id: string;
  position: number;
  description: string;
  quantity: string | null;
  credited: LinePart[];
};

type PartText = {
  amountMinor: string;
  discountMinor: string;
  taxes: (Pick<TaxPart, 'key' | 'isInclusive'> & { taxableMinor: string; amountMinor: string })[];
};

/** Amounts come as text: JSON has no whole numbers as large as ours may be. */
function partOf({ amountMinor, discountMinor, taxes }: PartText): LinePart {
  return {
    amountMinor: BigInt(amountMinor),
    discountMinor: BigInt(discountMinor),
    taxes: taxes.map((tax) => ({
      ...tax,
      taxableMinor: BigInt(tax.taxableMinor),
      amountMinor: BigInt(tax.amountMinor),
    })),
  };
}

const taxJson = (inclusive: string) => `jsonb_agg(jsonb_build_object('key', t.key, 'isInclusive', ${inclusive},
  'taxableMinor', t.taxable_minor::text, 'amountMinor', t.amount_minor::text) ORDER BY t.key)`;

/** The lines of an invoice with the parts that its notes have credited. */
export async function readLinesToCredit(sql: Sql, invoiceId: string): Promise<StoredLine[]> {
  type Row = PartText & Pick<StoredLine, 'id' | 'position' | 'description' | 'quantity'> & { credited: PartText[] };
  const { rows } = await sql.query<Row>(
    `SELECT l.id, l.position, l.description, trim_scale(l.quantity)::text AS quantity, l.amount_minor::text AS "amountMinor",
       l.discount_minor::text AS "discountMinor", coalesce(taxes.list, '[]') AS taxes, coalesce(noted.list, '[]') AS credited
     FROM invoice_lines l
     LEFT JOIN LATERAL (
       SELECT ${taxJson('x.is_inclusive')} AS list
       FROM invoice_line_taxes t JOIN invoice_taxes x USING (invoice_id, key) WHERE t.line_id = l.id) taxes ON true
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('amountMinor', c.amount_minor::text, 'discountMinor', c.discount_minor::text,
         'taxes', coalesce((SELECT ${taxJson('t.is_inclusive')} FROM credit_note_line_taxes t
            WHERE (t.credit_note_id, t.line_id) = (c.credit_note_id, c.line_id)), '[]'))) AS list
       FROM credit_note_lines c WHERE c.line_id = l.id) noted ON true
     WHERE l.invoice_id = $1 ORDER BY l.position`,
    [invoiceId],
  );
  return rows.map(({ id, position, description, quantity, credited, ...part }) => ({
    id,
    position,
    description,
    quantity,
    ...partOf(part),
    credited: credited.map(partOf),
  }));
}

export type NewCreditNote = GivenBack & {
  id: string;
  invoiceId: string;
  requestId: string;
  request: unknown;
  reason: CreditReason;
  memo: string | null;
  giveBack: Giving;
  subtotalMinor: bigint;
  discountMinor: bigint;
  taxMinor: bigint;
  inclusiveTaxMinor: bigint;
  totalMinor: bigint;
  lines: readonly (LinePart & { lineId: string; description: string; quantity: string | null })[];
};

/** What was asked for under an id of the sender's; undefined if nothing was. */
export async function findCreditRequest(
  sql: Sql,
  invoiceId: string,
  requestId: string,
): Promise<{ id: string; request: unknown } | undefined> {
  const { rows } = await sql.query<{ id: string; request: unknown }>(
    `SELECT id, request FROM credit_notes WHERE invoice_id = $1 AND request_id = $2`,
    [invoiceId, requestId],
  );
  return rows[0];
}

/**
 * Numbers a note and stores it, issued at its clock's time. The series' row is locked from here to the end of the
 * transaction, so call it last.
 * @returns its number
 */
export async function insertCreditNote(sql: Sql, note: NewCreditNote): Promise<string> {
  const { rows } = await sql.query<{ number: string }>(
    `WITH invoice AS (SELECT * FROM invoices WHERE id = $2),
     series AS (
       INSERT INTO credit_note_series AS n (clock_id, next_number) SELECT clock_id, 2 FROM invoice
       ON CONFLICT (clock_id) DO UPDATE SET next_number = n.next_number + 1 RETURNING clock_id, next_number - 1 AS own)
     INSERT INTO credit_notes (id, invoice_id, customer_id, clock_id, currency, number, issued_at, request_id, request,
       reason, memo, give_back, subtotal_minor, discount_minor, tax_minor, inclusive_tax_minor, total_minor, due_minor,
       refund_minor, out_of_band_minor, balance_minor, money_minor, line_count)
     SELECT $1, i.id, i.customer_id, i.clock_id, i.currency,
       c.number_prefix || '-CN-' || lpad(s.own::text, greatest(6, length(s.own::text)), '0'), business_now(c), $3, $4,
       $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
     FROM invoice i CROSS JOIN series s JOIN clocks c ON c.id = s.clock_id
     RETURNING number`,
    [
      note.id,
      note.invoiceId,
      note.requestId,
      JSON.stringify(note.request),
      note.reason,
      note.memo,
      note.giveBack,
      note.subtotalMinor,
      note.discountMinor,
      note.taxMinor,
      note.inclusiveTaxMinor,
      note.totalMinor,
      note.dueMinor,
      note.refundMinor,
      note.outOfBandMinor,
      note.balanceMinor,
      note.moneyMinor,
      note.lines.length,
    ],
  );
  await insertNoteLines(sql, note);
  return (rows[0] as { number: string }).number;
}

const taxOf = ({ taxes }: LinePart, isInclusive: boolean): bigint =>
  taxes.reduce((sum, tax) => (tax.isInclusive === isInclusive ? sum + tax.amountMinor : sum), 0n);

async function insertNoteLines(sql: Sql, { id, lines }: NewCreditNote): Promise<void> {
  await sql.query(
    `INSERT INTO credit_note_lines (credit_note_id, line_id, position, description, quantity, amount_minor,
       discount_minor, tax_minor, inclusive_tax_minor)
     SELECT $1, l.* FROM unnest($2::uuid[], $3::int[], $4::text[], $5::numeric[], $6::bigint[], $7::bigint[],
       $8::bigint[], $9::bigint[]) AS l`,
    [
      id,
      lines.map((line) => line.lineId),
      lines.map((_, index) => index + 1),
      lines.map((line) => line.description),
      lines.map((line) => line.quantity),
      lines.map((line) => line.amountMinor),
      lines.map((line) => line.discountMinor),
      lines.map((line) => taxOf(line, false)),
      lines.map((line) => taxOf(line, true)),
    ],
  );
  const taxes = lines.flatMap((line) => line.taxes.map((tax) => ({ ...tax, lineId: line.lineId })));
  if (taxes.length === 0) return;
  await sql.query(
    `INSERT INTO credit_note_line_taxes (credit_note_id, line_id, key, is_inclusive, taxable_minor, amount_minor)
     SELECT $1, t.* FROM unnest($2::uuid[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[]) AS t`,
    [
      id,
      taxes.map((tax) => tax.lineId),
      taxes.map((tax) => tax.key),
      taxes.map((tax) => tax.isInclusive),
      taxes.map((tax) => tax.taxableMinor),
      taxes.map((tax) => tax.amountMinor),
    ],
  );
}
