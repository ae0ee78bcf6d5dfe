import type { Database } from '../../store/database.ts';
import { toppedUpCustomers } from '../../store/top-ups.ts';
import { firstCursor } from '../extend-periods.ts';
import { type BegunPage, inPages } from '../in-pages.ts';
import { expireGrants } from './expire-grants.ts';
import { invoiceTopUps } from './invoice-top-ups.ts';
import { orderTopUps } from './order-top-ups.ts';
import { settleTopUps } from './settle-top-ups.ts';

type Scan = { id: string; clockId: string; cutoffAt: Date };

/** What one transaction takes on; those of top-ups have a transaction for each. */
const limits = { expire: 500, order: 500, topUps: 100 };

/**
 * What a due scan does for the wallets of its clock once it has issued: books the top-ups that are paid, takes what is
 * left of grants that have ended, orders the top-ups that are needed after it, and makes the invoices for them. All of
 * it may be repeated.
 * @returns counts by name, of what there was
 */
export async function tendWallets(database: Database, scan: Scan): Promise<Record<string, number>> {
  const { clockId } = scan;
  const counts: Record<string, number> = {};
  const through = async (limit: number, begin: (page: Page) => Promise<BegunPage<Record<string, number>>>) => {
    await inPages({
      after: firstCursor,
      atOnce: 1,
      begin: (after) => begin({ after, limit }),
      onDone: (_, done) => {
        for (const [name, count] of Object.entries(done)) if (count > 0) counts[name] = (counts[name] ?? 0) + count;
      },
    });
  };
  await through(limits.topUps, (page) => settleTopUps(database, clockId, page));
  await through(limits.expire, (page) => expireGrants(database, scan, page));
  await through(limits.order, (page) => orderPage(database, scan, page));
  await through(limits.topUps, (page) => invoiceTopUps(database, scan, page));
  return counts;
}

type Page = { after: string; limit: number };

async function orderPage(
  database: Database,
  { id, clockId }: Scan,
  page: Page,
): Promise<BegunPage<{ topUpsOrdered: number }>> {
  const customers = await toppedUpCustomers(database, { clockId, ...page });
  const cursor = customers.length < page.limit ? undefined : customers.at(-1);
  const order = () => database.transaction((sql) => orderTopUps(sql, customers, `run ${id}`));
  return {
    cursor,
    done: (customers.length === 0 ? Promise.resolve(0) : order()).then((topUpsOrdered) => ({ topUpsOrdered })),
  };
}
