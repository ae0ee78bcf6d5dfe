import { appendAudit } from '../../store/audit.ts';
import type { Sql } from '../../store/database.ts';
import { insertTopUps, lockToppedUp, neededTopUps } from '../../store/top-ups.ts';
import { topUpIdOf } from '../ids.ts';

/**
 * Orders a top-up for each wallet of these customers that has fallen to its threshold or below, in the transaction that
 * made it fall. One that is open already is not ordered again, so it may be asked as often as one likes: what a death
 * kept from being ordered, the next booking or scan orders.
 * @returns how many it ordered
 */
export async function orderTopUps(sql: Sql, customerIds: readonly string[], actor: string): Promise<number> {
  const walletIds = await lockToppedUp(sql, customerIds);
  if (walletIds.length === 0) return 0;
  const needed = await neededTopUps(sql, walletIds);
  if (needed.length === 0) return 0;
  const orders = needed.map((order) => ({ ...order, id: topUpIdOf(order.walletId, order.number) }));
  await insertTopUps(sql, orders);
  await appendAudit(
    sql,
    orders.map(({ id, walletId, amountMinor, balanceMinor }) => ({
      subjectKind: 'wallet',
      subjectId: walletId,
      actor,
      action: 'top-up ordered',
      detail: { orderId: id, amountMinor: String(amountMinor), balanceMinor: String(balanceMinor) },
    })),
  );
  return orders.length;
}
