import { readNoted } from '../store/credit-notes.ts';
import type { Database } from '../store/database.ts';
import { safeNumber } from '../store/invoice-views.ts';
import { type Movement, readMovements } from '../store/payments.ts';
import { findInvoice } from '../store/whole-invoice.ts';

/** Movements that are shown of one invoice: far more than any has. */
const mostMovements = 500;

export type InvoicePayments = {
  currency: string;
  totalMinor: number;
  amountPaidMinor: number;
  openMinor: number;
  /** Came in beyond what was to be paid, without what has gone to the balance since a credit note had lowered that. */
  overpaidMinor: number;
  refundedMinor: number;
  disputedMinor: number;
  movements: (Omit<Movement, 'amountMinor'> & { amountMinor: number | null })[];
};

/** All that happened to the money of an invoice, in one list, and what it comes to. */
export async function showPayments(database: Database, invoiceId: string): Promise<InvoicePayments | undefined> {
  const found = await findInvoice(database, invoiceId);
  if (found === undefined) return undefined;
  const { currency, totalMinor, amountPaidMinor, refundedMinor, disputedMinor, lifecycle } = found.invoice;
  const { due, overpaid } = await readNoted(database, invoiceId);
  const payableMinor = totalMinor - safeNumber(due);
  const movements = await readMovements(database, invoiceId, mostMovements);
  return {
    currency,
    totalMinor,
    amountPaidMinor,
    openMinor: lifecycle === 'issued' ? Math.max(0, payableMinor - amountPaidMinor) : 0,
    overpaidMinor: Math.max(0, amountPaidMinor - payableMinor - safeNumber(overpaid)),
    refundedMinor,
    disputedMinor,
    movements: movements.map((one) => ({
      ...one,
      amountMinor: one.amountMinor === null ? null : safeNumber(one.amountMinor),
    })),
  };
}
