import type { Giving } from '../domain/credit-note/give-back.ts';
import type { Currency } from '../domain/money/currency.ts';
import { formatMoney } from '../domain/money/money.ts';
import type { CreditReason } from './credit-notes.ts';
import type { Sql } from './database.ts';
import { safeNumber } from './invoice-views.ts';
import { uuidOrNull } from './uuid.ts';

const sums = [
  'subtotalMinor',
  'discountMinor',
  'taxMinor',
  'inclusiveTaxMinor',
  'totalMinor',
  'dueMinor',
  'refundMinor',
  'outOfBandMinor',
  'balanceMinor',
] as const;
export type NoteSum = (typeof sums)[number];

/** Sums as whole minor units that JSON can say. */
export function numbersOf(note: { [name in NoteSum]: bigint }): { [name in NoteSum]: number } {
  return Object.fromEntries(sums.map((name) => [name, safeNumber(note[name])])) as { [name in NoteSum]: number };
}

export type CreditNoteLineView = {
  /** Of the invoice's line. */
  position: number;
  description: string;
  quantity: string | null;
  amountMinor: number;
  discountMinor: number;
  taxes: { key: string; isInclusive: boolean; taxableMinor: number; amountMinor: number }[];
};

/** A credit note as it is shown. */
export type CreditNoteView = { [name in NoteSum]: number } & {
  id: string;
  number: string;
  invoiceId: string;
  invoiceNumber: string;
  customerId: string;
  customerExternalId: string;
  currency: string;
  total: string;
  issuedAt: Date;
  reason: CreditReason;
  memo: string | null;
  giveBack: Giving;
  lines: CreditNoteLineView[];
  /** Its copies where invoices are sent to. */
  copies: { target: string; remoteId: string; overpaidMinor: number }[];
};

/** The last note of the page before. */
export type CreditNoteCursor = { issuedAt: Date; id: string };

const select = `SELECT n.id, n.number, n.invoice_id AS "invoiceId", i.number AS "invoiceNumber",
    n.customer_id AS "customerId", c.external_id AS "customerExternalId", n.currency, n.issued_at AS "issuedAt",
    n.reason, n.memo, n.give_back AS "giveBack", n.subtotal_minor AS "subtotalMinor", n.discount_minor AS "discountMinor",
    n.tax_minor AS "taxMinor", n.inclusive_tax_minor AS "inclusiveTaxMinor", n.total_minor AS "totalMinor",
    n.due_minor AS "dueMinor", n.refund_minor AS "refundMinor", n.out_of_band_minor AS "outOfBandMinor",
    n.balance_minor AS "balanceMinor", lines.list AS lines, coalesce(sent.list, '[]') AS copies
  FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id JOIN customers c ON c.id = n.customer_id
  CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('position', o.position, 'description', l.description,
      'quantity', trim_scale(l.quantity)::text, 'amountMinor', l.amount_minor, 'discountMinor', l.discount_minor,
      'taxes', coalesce((SELECT jsonb_agg(jsonb_build_object('key', t.key, 'isInclusive', t.is_inclusive,
          'taxableMinor', t.taxable_minor, 'amountMinor', t.amount_minor) ORDER BY t.key)
        FROM credit_note_line_taxes t WHERE (t.credit_note_id, t.line_id) = (l.credit_note_id, l.line_id)), '[]'))
      ORDER BY l.position) AS list
    FROM credit_note_lines l JOIN invoice_lines o ON o.id = l.line_id WHERE l.credit_note_id = n.id) lines
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('target', a.target, 'remoteId', k.remote_id, 'overpaidMinor', k.overpaid_minor)
      ORDER BY a.target) AS list
    FROM credit_note_copies k JOIN target_accounts a USING (account_id) WHERE k.credit_note_id = n.id) sent ON true`;

type Stored = Omit<CreditNoteView, NoteSum | 'total'> & { [name in NoteSum]: bigint };

function viewOf(row: Stored): CreditNoteView {
  const total = formatMoney({ amountMinor: row.totalMinor, currency: row.currency as Currency });
  return { ...row, ...numbersOf(row), total };
}

/** The notes of an invoice, in the order of their issue. */
export async function listNotesOf(sql: Sql, invoiceId: string): Promise<CreditNoteView[]> {
  const { rows } = await sql.query<Stored>(`${select} WHERE n.invoice_id = $1 ORDER BY n.issued_at, n.number`, [
    invoiceId,
  ]);
  return rows.map(viewOf);
}

/** A page of credit notes, the newest first. */
export async function listCreditNotes(
  sql: Sql,
  { customerId }: { customerId?: string },
  page: { after: CreditNoteCursor | undefined; limit: number },
): Promise<CreditNoteView[]> {
  const { rows } = await sql.query<Stored>(
    `${select} WHERE ($1::uuid IS NULL OR n.customer_id = $1)
       AND ($2::timestamptz IS NULL OR n.issued_at < $2 OR (n.issued_at = $2 AND n.id > $3::uuid))
     ORDER BY n.issued_at DESC, n.id LIMIT $4`,
    [customerId ?? null, page.after?.issuedAt ?? null, page.after?.id ?? null, page.limit],
  );
  return rows.map(viewOf);
}

export async function findCreditNote(sql: Sql, reference: string): Promise<CreditNoteView | undefined> {
  const { rows } = await sql.query<Stored>(`${select} WHERE n.id = $1`, [uuidOrNull(reference)]);
  return rows[0] && viewOf(rows[0]);
}
