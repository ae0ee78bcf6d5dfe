import type { Sql } from '../store/database.ts';
import { bookTransfers } from './book-transfers.ts';
import { balanceAccountIdOf } from './ids.ts';

export type BalanceCredit = {
  customerId: string;
  currency: string;
  /** Above zero. */
  amountMinor: bigint;
  /** What it is for, such as the id of a credit note: booked once. */
  reference: string;
  invoiceId: string | null;
};

/**
 * Writes credits to the balances of customers, which later bills are paid with first. Whoever calls it tells of it where
 * it came from, such as in the history of the credit note.
 * @returns the references of those that were not booked before
 */
export async function creditBalance(sql: Sql, credits: readonly BalanceCredit[], actor: string): Promise<Set<string>> {
  return await bookTransfers(
    sql,
    credits.map(({ amountMinor, ...credit }) => ({
      ...credit,
      kind: 'credit',
      against: 'credited',
      moves: [{ accountId: balanceAccountIdOf(credit.customerId, credit.currency), amountMinor }],
    })),
    actor,
  );
}
