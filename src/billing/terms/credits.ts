import type { CreditSource } from '../../domain/credit/apply-credits.ts';
import type { InvoiceCredit } from '../../store/bill-parts.ts';
import type { Sql } from '../../store/database.ts';
import type { BillToCompose } from './bill-to-compose.ts';

export type CreditReading = {
  /** Locks the accounts until the end of the transaction, so that what is read is there when it is booked. */
  isIssue: boolean;
  /** What the bill would have been at an instant, before credits. */
  grossUntil: (invoiceId: string, until: Date) => Promise<bigint>;
};

/** What each bill can be paid with, in the order in which it is taken. */
export async function readCreditTerms(
  _sql: Sql,
  _bills: readonly BillToCompose[],
  _reading: CreditReading,
): Promise<Map<string, readonly CreditSource[]>> {
  return new Map();
}

/** What an invoice takes from accounts of its customer, or gives to their balance, when it is issued. */
export type CreditsToBook = {
  invoiceId: string;
  customerId: string;
  currency: string;
  credits: readonly InvoiceCredit[];
};

/** Books the credits of invoices that are being issued. */
export async function bookCredits(_sql: Sql, _issued: readonly CreditsToBook[]): Promise<void> {}

/** Gives back what invoices that are void now took, and takes back what they gave. */
export async function reverseCredits(_sql: Sql, _invoiceIds: readonly string[]): Promise<void> {}
