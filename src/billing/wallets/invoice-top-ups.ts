import type { Database } from '../../store/database.ts';
import { type OpenTopUp, setTopUpInvoice, topUpsToInvoice } from '../../store/top-ups.ts';
import { createOneOff } from '../create-one-off.ts';
import type { BegunPage } from '../in-pages.ts';

/**
 * Makes an invoice for each top-up that was ordered, due at the scan's cut-off so that the scan itself issues it; a page
 * by order, each in a transaction of its own, which takes its customer's turn. They are few: one for each wallet that
 * fell to its threshold since the last scan.
 * @returns the page as it begins; its cursor is the last order, undefined when there are no more
 */
export async function invoiceTopUps(
  database: Database,
  scan: { id: string; clockId: string; cutoffAt: Date },
  page: { after: string; limit: number },
): Promise<BegunPage<{ topUpsInvoiced: number }>> {
  const orders = await topUpsToInvoice(database, { clockId: scan.clockId, ...page });
  const cursor = orders.length < page.limit ? undefined : orders.at(-1)?.id;
  return { cursor, done: invoiceEach(database, orders, scan) };
}

async function invoiceEach(
  database: Database,
  orders: readonly OpenTopUp[],
  scan: { id: string; cutoffAt: Date },
): Promise<{ topUpsInvoiced: number }> {
  let topUpsInvoiced = 0;
  for (const { id, customerId, walletName, amountMinor } of orders) {
    // No tax: what the wallet pays for later is taxed then.
    const lines = [{ description: `Top-up of ${walletName}`, amountMinor, taxRates: [] }];
    const order = { customerId, requestId: `top-up:${id}`, lines, dueAt: scan.cutoffAt, reason: 'automatic top-up' };
    await database.transaction(async (sql) => {
      const { id: invoiceId, created } = await createOneOff(sql, order, `run ${scan.id}`);
      await setTopUpInvoice(sql, id, invoiceId);
      if (created) topUpsInvoiced += 1;
    });
  }
  return { topUpsInvoiced };
}
