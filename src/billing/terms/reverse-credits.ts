import { appendAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/database.ts';
import { type BookedTransfer, lockAccounts, transfersToReverse } from '../../store/ledger.ts';
import { insertTakenBack } from '../../store/pending-charges.ts';
import { bookTransfers, type Transfer } from '../book-transfers.ts';
import { takenBackIdOf } from '../ids.ts';

/**
 * Gives back what invoices that are void now took from accounts, to the same accounts: also to a grant that has ended,
 * which the next scan empties again unless the bill is issued anew. What they gave to a balance is taken from it; where
 * the customer has spent that since, the rest is asked for on the next bill, since no balance falls below zero.
 */
export async function reverseCredits(sql: Sql, invoiceIds: readonly string[], actor = 'durabill'): Promise<void> {
  const booked = await transfersToReverse(sql, invoiceIds);
  if (booked.length === 0) return;
  await lockAccounts(sql, [...new Set(booked.map(({ customerId }) => customerId))]);
  // Read again, now that nobody else moves what is in them.
  const reversals = reversalsOf(await transfersToReverse(sql, invoiceIds));
  const done = await bookTransfers(sql, reversals, actor);
  const charged = await insertTakenBack(
    sql,
    reversals
      .filter(({ missingMinor }) => missingMinor > 0n)
      .map(({ missingMinor, invoiceId }) => ({ id: takenBackIdOf(invoiceId), invoiceId, amountMinor: missingMinor })),
  );
  await appendAudit(
    sql,
    reversals
      .filter(({ invoiceId }) => done.has(invoiceId) || charged.has(invoiceId))
      .map(({ invoiceId, kind, moves, missingMinor }) => ({
        subjectKind: 'invoice',
        subjectId: invoiceId,
        actor,
        action: kind === 'unapply' ? 'credits given back' : 'carried credit taken back',
        detail: {
          moves: moves.map(({ accountId, amountMinor }) => ({ accountId, amountMinor: String(amountMinor) })),
          ...(missingMinor > 0n && { missingMinor: String(missingMinor) }),
        },
      })),
  );
}

type Reversal = Transfer & { invoiceId: string; missingMinor: bigint };

/** What is given back comes first: a balance that gains by one can pay for another. */
function reversalsOf(booked: readonly BookedTransfer[]): Reversal[] {
  const held = new Map(booked.flatMap(({ moves }) => moves.map((one) => [one.accountId, one.balanceMinor])));
  const ordered = [...booked].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'apply' ? -1 : 1));
  return ordered.map(({ kind, invoiceId, customerId, currency, moves: booked }) => {
    const moves = booked.map(({ accountId, amountMinor }) => {
      const there = held.get(accountId) as bigint;
      const moved = there - amountMinor < 0n ? -there : -amountMinor;
      held.set(accountId, there + moved);
      return { accountId, amountMinor: moved };
    });
    const wanted = booked.reduce((sum, { amountMinor }) => sum - amountMinor, 0n);
    const missingMinor = moves.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) - wanted;
    return {
      kind: kind === 'apply' ? 'unapply' : 'uncarry',
      against: kind === 'apply' ? 'applied' : 'carried',
      reference: invoiceId,
      invoiceId,
      customerId,
      currency,
      moves: moves.filter(({ amountMinor }) => amountMinor !== 0n),
      missingMinor,
    };
  });
}
