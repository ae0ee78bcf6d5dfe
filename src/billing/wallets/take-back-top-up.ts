import type { Currency } from '../../domain/money/currency.ts';
import { formatMoney } from '../../domain/money/money.ts';
import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/database.ts';
import { lockAccounts } from '../../store/ledger.ts';
import { filledBy, lockTopUpOf, toppedUpBy } from '../../store/top-ups.ts';
import { bookTransfers } from '../book-transfers.ts';

/**
 * Before a credit note of an invoice that fills a wallet: nobody fills it, and nobody spends of it, until the transaction
 * ends. Locks as whoever settles the top-up does; of other invoices nothing.
 */
export async function lockTopUp(sql: Sql, invoiceId: string): Promise<void> {
  const customerId = await toppedUpBy(sql, invoiceId);
  if (customerId === undefined) return;
  await lockAccounts(sql, [customerId]);
  await lockTopUpOf(sql, invoiceId);
}

type Note = { invoiceId: string; currency: string; totalMinor: bigint };

/**
 * That what a note takes back of a paid top-up is still there: what was spent has paid for bills already.
 * @throws DurabillError credit-note-refused
 */
export async function requireUnspent(sql: Sql, { invoiceId, currency, totalMinor }: Note): Promise<void> {
  const filled = await filledBy(sql, invoiceId);
  if (filled === undefined || totalMinor <= filled.balanceMinor) return;
  const [asked, held] = [totalMinor, filled.balanceMinor].map((amountMinor) =>
    formatMoney({ amountMinor, currency: currency as Currency }),
  );
  throw new DurabillError('credit-note-refused', {
    field: 'amountMinor',
    reason: `${asked} would be taken back of what the invoice has filled, and ${held} of that is not spent.`,
    mend: 'Credit the invoices that it has paid, or name less.',
  });
}

/** Takes what a note gives back of a top-up out of the account that it had filled; of a note before that, nothing. */
export async function takeBackTopUp(
  sql: Sql,
  { id, customerId, ...note }: Note & { id: string; customerId: string },
  actor: string,
): Promise<void> {
  const { invoiceId, currency, totalMinor } = note;
  const filled = await filledBy(sql, invoiceId);
  if (filled === undefined) return;
  const moves = [{ accountId: filled.accountId, amountMinor: -totalMinor }];
  const transfer = {
    kind: 'refund',
    reference: id,
    customerId,
    currency,
    invoiceId,
    against: 'refunded',
    moves,
  } as const;
  await bookTransfers(sql, [transfer], actor);
  const detail = { creditNoteId: id, accountId: filled.accountId, amountMinor: String(totalMinor) };
  await appendAudit(sql, [
    { subjectKind: 'wallet', subjectId: filled.walletId, actor, action: 'top-up taken back', detail },
  ]);
}
