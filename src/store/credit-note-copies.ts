import type { Sql } from './database.ts';

/** A credit note as a target is told of it. */
export type CreditNoteToBring = {
  id: string;
  number: string;
  issuedAt: Date;
  reason: 'duplicate' | 'fraudulent' | 'order_change' | 'product_unsatisfactory' | 'other';
  memo: string | null;
  moneyMinor: bigint;
  totalMinor: bigint;
  dueMinor: bigint;
  refundMinor: bigint;
  lines: { lineId: string; amountMinor: bigint; taxes: { key: string; taxableMinor: bigint; amountMinor: bigint }[] }[];
};

/** The notes of an invoice that are not at their target, in the order of their issue; those over no money never go there. */
export async function readNotesToBring(sql: Sql, accountId: string, invoiceId: string): Promise<CreditNoteToBring[]> {
  type Text<Of> = { [K in keyof Of]: Of[K] extends bigint ? string : Of[K] };
  type Line = CreditNoteToBring['lines'][number];
  type LineText = Omit<Text<Line>, 'taxes'> & { taxes: Text<Line['taxes'][number]>[] };
  const { rows } = await sql.query<Omit<CreditNoteToBring, 'lines'> & { lines: LineText[] }>(
    `SELECT n.id, n.number, n.issued_at AS "issuedAt", n.reason, n.memo, n.money_minor AS "moneyMinor",
       n.total_minor AS "totalMinor", n.due_minor AS "dueMinor", n.refund_minor AS "refundMinor",
       (SELECT jsonb_agg(jsonb_build_object('lineId', l.line_id, 'amountMinor', (l.amount_minor - l.discount_minor)::text,
          'taxes', coalesce((SELECT jsonb_agg(jsonb_build_object('key', t.key, 'taxableMinor', t.taxable_minor::text,
             'amountMinor', t.amount_minor::text) ORDER BY t.key)
           FROM credit_note_line_taxes t WHERE (t.credit_note_id, t.line_id) = (l.credit_note_id, l.line_id)), '[]'))
          ORDER BY l.position)
        FROM credit_note_lines l WHERE l.credit_note_id = n.id) AS lines
     FROM credit_notes n
     WHERE n.invoice_id = $2 AND n.money_minor > 0 AND NOT EXISTS (
       SELECT FROM credit_note_copies c WHERE c.credit_note_id = n.id AND c.account_id = $1)
     ORDER BY n.issued_at, n.number`,
    [accountId, invoiceId],
  );
  return rows.map(({ lines, ...note }) => ({
    ...note,
    lines: lines.map(({ lineId, amountMinor, taxes }) => ({
      lineId,
      amountMinor: BigInt(amountMinor),
      taxes: taxes.map((tax) => ({
        key: tax.key,
        taxableMinor: BigInt(tax.taxableMinor),
        amountMinor: BigInt(tax.amountMinor),
      })),
    })),
  }));
}

/** @returns false if its copy is known already */
export async function insertNoteCopy(
  sql: Sql,
  copy: { accountId: string; creditNoteId: string; remoteId: string; refundIds: string[]; overpaidMinor: bigint },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO credit_note_copies (account_id, credit_note_id, remote_id, refund_ids, overpaid_minor)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, credit_note_id) DO NOTHING`,
    [copy.accountId, copy.creditNoteId, copy.remoteId, copy.refundIds, copy.overpaidMinor],
  );
  return rowCount === 1;
}
