import type { Sql } from './database.ts';

/** What a target is told of a line: what is left of it after its discount, and the taxes on that. */
export type OutgoingLine = { id: string; description: string; amountMinor: bigint; taxes: OutgoingTax[] };
export type OutgoingTax = {
  key: string;
  name: string;
  /** 19 is 19 %. */
  percentage: string;
  isInclusive: boolean;
  country: string | null;
  taxType: string | null;
  taxableMinor: bigint;
  amountMinor: bigint;
};

/** As it comes out of JSON, which has no whole numbers as large as ours may be. */
type TextOf<Of, Changed = unknown> = { [K in keyof Of]: Of[K] extends bigint ? string : Of[K] } & Changed;
export type OutgoingRow = TextOf<OutgoingLine, { taxes: TextOf<OutgoingTax>[] | null }>;

/** Lines that a target takes, credits among them; the views that group have it too. */
const linesAtTarget = 250;

const linesOf = (lines: string, taxes: string, invoiceId: string) => `(
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'description', l.description,
    'amountMinor', l.amount_minor::text, 'taxes', taxes.list) ORDER BY l.part, l.position), '[]')
  FROM ${lines} l LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('key', t.key, 'name', t.name, 'percentage', trim_scale(t.percentage)::text,
      'isInclusive', t.is_inclusive, 'country', t.country,
      'taxType', (SELECT r.tax_type FROM tax_rates r WHERE r.key = t.key),
      'taxableMinor', p.taxable_minor::text, 'amountMinor', p.amount_minor::text) ORDER BY t.position) AS list
    FROM ${taxes} p JOIN invoice_taxes t USING (invoice_id, key)
    WHERE p.invoice_id = ${invoiceId} AND p.line_id = l.id) taxes ON true
  WHERE l.invoice_id = ${invoiceId})`;

/**
 * The lines of the invoice `i`, for a statement that every sync begins with: each by itself, null where they cannot all be
 * told so. PostgreSQL plans and sets up all of a statement each time, and what groups lines is most of it.
 */
export const plainLines = `CASE WHEN i.line_count <= ${linesAtTarget}
  THEN ${linesOf('plain_outgoing_lines', 'invoice_line_taxes', 'i.id')} END`;

/** @param plain what `plainLines` has read of the invoice */
export async function readOutgoingLines(
  sql: Sql,
  invoiceId: string,
  plain: OutgoingRow[] | null,
): Promise<OutgoingLine[]> {
  const fits = plain !== null && plain.length <= linesAtTarget;
  const rows = fits ? plain : await readGroupedLines(sql, invoiceId);
  return rows.map(({ amountMinor, taxes, ...line }) => ({
    ...line,
    amountMinor: BigInt(amountMinor),
    taxes: (taxes ?? []).map((tax) => ({
      ...tax,
      taxableMinor: BigInt(tax.taxableMinor),
      amountMinor: BigInt(tax.amountMinor),
    })),
  }));
}

async function readGroupedLines(sql: Sql, invoiceId: string): Promise<OutgoingRow[]> {
  const { rows } = await sql.query<{ lines: OutgoingRow[] }>(
    `SELECT ${linesOf('outgoing_invoice_lines', 'outgoing_line_taxes', '$1')} AS lines`,
    [invoiceId],
  );
  return rows[0]?.lines ?? [];
}
