import type { Database } from '../store/database.ts';
import { type Reconciliation, readReconciliation, tellReconciliation } from '../store/reconciliations.ts';
import {
  customersToRetrieve,
  invoicesToRetrieve,
  type Sight,
  storeGoneCustomer,
  storeGoneInvoice,
  storeRemoteCustomers,
  storeRemoteInvoices,
} from '../store/remote-objects.ts';
import type { TargetInventory } from '../targets/port.ts';
import type { StripeAccount } from './stripe-account.ts';
import { notingOutage } from './target-outage.ts';

export type InventoryDependencies = { database: Database; stripe: StripeAccount; inventory: TargetInventory };

/**
 * The ways through what Stripe has: all customers and the window's invoices by lists, then one by one what a list did
 * not have and yet has to be looked at.
 */
export const inventoryStages = ['customers', 'invoices', 'other customers', 'other invoices'] as const;
export type InventoryStage = (typeof inventoryStages)[number];

export type InventoryPage = { after: string | null; counts: Record<string, number> };

/** Objects that are looked at one by one in one call, and at once; a turn of the shared pace is taken for each. */
const singles = { limit: 100, atOnce: 8 };

/**
 * Takes one page of the inventory and stores what was seen. A page that is repeated changes nothing.
 * @param after the cursor that the page before answered, null for the first
 * @returns null as the cursor after the last page
 * @throws TargetError
 */
export async function takeInventory(
  dependencies: InventoryDependencies,
  page: { reconciliationId: string; stage: InventoryStage; after: string | null },
): Promise<InventoryPage> {
  const { database, stripe } = dependencies;
  const run = await readReconciliation(database, page.reconciliationId);
  const sight = { accountId: await stripe.accountId(), runId: run.id };
  const taken = await notingOutage(database, 'stripe', () => take[page.stage](dependencies, run, sight, page.after));
  await tellReconciliation(database, run.id, {});
  return taken;
}

type Take = (
  dependencies: InventoryDependencies,
  run: Reconciliation,
  sight: Sight,
  after: string | null,
) => Promise<InventoryPage>;

const take: Record<InventoryStage, Take> = {
  async customers({ database, inventory }, _run, sight, after) {
    const { rows, next } = await inventory.listCustomers(after);
    const { ours, others } = await storeRemoteCustomers(database, sight, rows);
    return { after: next, counts: { customers: ours, otherCustomers: others } };
  },

  async invoices({ database, inventory }, { fromAt, toAt }, sight, after) {
    const { rows, next } = await inventory.listInvoices({ from: fromAt, to: toAt }, after);
    const { ours, others } = await storeRemoteInvoices(database, sight, rows);
    return { after: next, counts: { invoices: ours, otherInvoices: others } };
  },

  async 'other customers'({ database, inventory }, run, sight, after) {
    const ids = await customersToRetrieve(
      database,
      { id: run.id, accountId: sight.accountId },
      { after: after ?? '', limit: singles.limit },
    );
    let gone = 0;
    await eachOf(ids, async (remoteId) => {
      const seen = await inventory.retrieveCustomer(remoteId);
      if (seen !== 'gone') return void (await storeRemoteCustomers(database, sight, [seen]));
      await storeGoneCustomer(database, sight, remoteId);
      gone += 1;
    });
    return { after: ids.at(-1) ?? null, counts: { customers: ids.length - gone, goneCustomers: gone } };
  },

  async 'other invoices'({ database, inventory }, { id, kind, fromAt, toAt }, sight, after) {
    const run = { id, accountId: sight.accountId, everyOpenOne: kind !== 'on-demand', fromAt, toAt };
    const ids = await invoicesToRetrieve(database, run, { after: after ?? '', limit: singles.limit });
    let gone = 0;
    await eachOf(ids, async (remoteId) => {
      const seen = await inventory.retrieveInvoice(remoteId);
      if (seen !== 'gone') return void (await storeRemoteInvoices(database, sight, [seen]));
      await storeGoneInvoice(database, sight, remoteId);
      gone += 1;
    });
    return { after: ids.at(-1) ?? null, counts: { invoices: ids.length - gone, goneInvoices: gone } };
  },
};

async function eachOf(ids: readonly string[], look: (id: string) => Promise<void>): Promise<void> {
  for (let from = 0; from < ids.length; from += singles.atOnce) {
    await Promise.all(ids.slice(from, from + singles.atOnce).map(look));
  }
}
