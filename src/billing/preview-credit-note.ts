import { parseCurrency } from '../domain/money/currency.ts';
import { decimalText } from '../domain/money/exact.ts';
import { formatMoney } from '../domain/money/money.ts';
import { type CreditNoteLineView, type NoteSum, numbersOf } from '../store/credit-note-views.ts';
import type { Database } from '../store/database.ts';
import { safeNumber } from '../store/invoice-views.ts';
import { type CreditOrder, planCreditNote } from './plan-credit-note.ts';

export type PreviewedNote = { [name in NoteSum]: number } & {
  currency: string;
  total: string;
  lines: CreditNoteLineView[];
};

/**
 * What a credit note would be over if it were issued now, planned as it would be. Nothing is written.
 * @throws DurabillError not-found, credit-note-refused, decimal-invalid
 */
export async function previewCreditNote(
  database: Database,
  invoiceId: string,
  order: CreditOrder,
): Promise<PreviewedNote> {
  const planned = await database.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await planCreditNote(sql, invoiceId, order);
  });
  const { currency } = planned.invoice;
  return {
    currency,
    total: formatMoney({ amountMinor: planned.totalMinor, currency: parseCurrency(currency) }),
    ...numbersOf(planned),
    lines: planned.lines.map(({ position, description, quantity, amountMinor, discountMinor, taxes }) => ({
      position,
      description,
      quantity: quantity === null ? null : decimalText(quantity),
      amountMinor: safeNumber(amountMinor),
      discountMinor: safeNumber(discountMinor),
      taxes: taxes.map((tax) => ({
        ...tax,
        taxableMinor: safeNumber(tax.taxableMinor),
        amountMinor: safeNumber(tax.amountMinor),
      })),
    })),
  };
}
