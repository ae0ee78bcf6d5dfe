import { DurabillError } from '../../errors/error.ts';
import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { findWallet, lockWallets, updateWallet, type Wallet } from '../../store/wallets.ts';
import { told } from './create-wallet.ts';
import { orderTopUps } from './order-top-ups.ts';
import { readEnd, readPriority, readTopUp, refuseWallet, type TopUpInput } from './read-terms.ts';

export type WalletChange = {
  /** Our id of the wallet. */
  id: string;
  priority?: number;
  /** An instant from now on; null takes an end back that is still to come. */
  endsAt?: string | null;
  /** Null ends the automatic top-ups; an order that is open stays. */
  topUp?: TopUpInput | null;
};

/**
 * Changes when a wallet ends, when it pays and how it is topped up; what is not named stays as it is. One that has ended
 * stays so.
 * @throws DurabillError not-found, request-invalid, wallet-refused
 */
export async function changeWallet(database: Database, change: WalletChange, actor: string): Promise<Wallet> {
  return await database.transaction(async (sql) => {
    const wallet = await findWallet(sql, change.id);
    if (wallet === undefined) throw unknownWallet(change.id);
    await lockWallets(sql, wallet.customerId);
    const before = (await findWallet(sql, wallet.id)) as Wallet;
    if (before.endsAt !== null && before.endsAt <= before.now) {
      const reason = `It ended at ${before.endsAt.toISOString()}.`;
      throw refuseWallet('id', reason, 'Open another one.');
    }
    const after = {
      priority: change.priority === undefined ? before.priority : readPriority(change.priority),
      endsAt: change.endsAt === undefined ? before.endsAt : readEnd(change.endsAt, before.now),
      topUp: change.topUp === undefined ? before.topUp : readTopUp(change.topUp, before),
    };
    if (JSON.stringify(told(before)) === JSON.stringify(told(after))) return before;
    await updateWallet(sql, before.id, after);
    const detail = { from: told(before), to: told(after) };
    await appendAudit(sql, [{ subjectKind: 'wallet', subjectId: before.id, actor, action: 'changed', detail }]);
    await orderTopUps(sql, [before.customerId], actor);
    return (await findWallet(sql, before.id)) as Wallet;
  });
}

export function unknownWallet(reference: string): DurabillError {
  return new DurabillError('not-found', {
    field: 'id',
    reason: `There is no wallet with the id "${reference.slice(0, 255)}".`,
    mend: 'Those of a customer are at GET /v1/customers/{id}/wallets.',
  });
}
