import { appendAudit } from '../../store/audit.ts';
import type { Database, Sql } from '../../store/database.ts';
import { lockAccounts } from '../../store/ledger.ts';
import {
  closeTopUp,
  lockSettled,
  type OpenTopUp,
  readNotedMinor,
  topUpOfInvoice,
  topUpsToSettle,
} from '../../store/top-ups.ts';
import { findWallet, lockWallets, type Wallet } from '../../store/wallets.ts';
import { bookTransfers } from '../book-transfers.ts';
import { balanceAccountIdOf } from '../ids.ts';
import type { BegunPage } from '../in-pages.ts';
import { addGrant } from './grant-credit.ts';

const actor = 'top-up';

/**
 * Fills wallets with the top-ups of a clock that are paid, and closes those whose invoice is void; a page by order.
 * @returns the page as it begins; its cursor is the last order, undefined when there are no more
 */
export async function settleTopUps(
  database: Database,
  clockId: string,
  page: { after: string; limit: number },
): Promise<BegunPage<{ topUpsSettled: number }>> {
  const orders = await topUpsToSettle(database, { clockId, ...page });
  const cursor = orders.length < page.limit ? undefined : orders.at(-1)?.id;
  return { cursor, done: settleEach(database, orders) };
}

async function settleEach(database: Database, orders: readonly OpenTopUp[]): Promise<{ topUpsSettled: number }> {
  let topUpsSettled = 0;
  for (const order of orders) {
    if (await database.transaction((sql) => settle(sql, order))) topUpsSettled += 1;
  }
  return { topUpsSettled };
}

/** The same for the order that this invoice is for, if it is for one: called as soon as the invoice is paid or void. */
export async function settleTopUp(database: Database, invoiceId: string): Promise<void> {
  const order = await topUpOfInvoice(database, invoiceId);
  if (order !== undefined) await database.transaction((sql) => settle(sql, order));
}

/**
 * Once, whoever comes first. What credit notes took back of its invoice was not paid, or was given back. Money that comes for a wallet that has ended meanwhile goes to the customer's balance: in
 * the wallet it would be taken away again.
 */
async function settle(sql: Sql, { id, walletId, customerId, amountMinor: orderedMinor }: OpenTopUp): Promise<boolean> {
  await lockAccounts(sql, [customerId]);
  await lockWallets(sql, customerId);
  const settled = await lockSettled(sql, id);
  if (settled === undefined) return false;
  const { invoiceId } = settled;
  const amountMinor = orderedMinor - (await readNotedMinor(sql, invoiceId));
  const isPaid = settled.isPaid && amountMinor > 0n;
  const wallet = (await findWallet(sql, walletId)) as Wallet;
  const hasEnded = wallet.endsAt !== null && wallet.endsAt <= wallet.now;
  if (isPaid && !hasEnded) {
    const terms = { amountMinor, isPaid: true, priority: 50, startsAt: wallet.now, endsAt: null };
    const grant = await addGrant(sql, wallet, { ...terms, requestId: `top-up:${id}` }, actor);
    await closeTopUp(sql, id, 'granted', grant.id);
    return true;
  }
  if (isPaid) {
    const { currency } = wallet;
    const moves = [{ accountId: balanceAccountIdOf(customerId, currency), amountMinor }];
    await bookTransfers(
      sql,
      [{ kind: 'credit', reference: `top-up:${id}`, customerId, currency, invoiceId, against: 'funded', moves }],
      actor,
    );
  }
  const outcome = isPaid ? 'credited' : 'cancelled';
  await closeTopUp(sql, id, outcome, null);
  const detail = { orderId: id, invoiceId, amountMinor: String(isPaid ? amountMinor : orderedMinor) };
  await appendAudit(sql, [{ subjectKind: 'wallet', subjectId: walletId, actor, action: `top-up ${outcome}`, detail }]);
  return true;
}
