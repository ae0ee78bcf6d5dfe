import { bringToStripe } from '../../src/billing/bring-to-stripe.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { openBooks } from '../support/books.ts';
import { openBackupOf, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { issueInvoice, usd } from '../targets/support.ts';
import { openEvents } from './events.ts';

/** Brings an invoice to Stripe from one of several databases of the same account. */
export async function bringFrom(database: Database, simulator: Simulator, invoiceId: string) {
  const { account: stripe } = openEvents(database, simulator);
  const ensureCustomer = (id: string) => syncCustomer(database, stripe, id);
  return await bringToStripe({ database, stripe, slots: 500, ensureCustomer }, invoiceId);
}

export type Restored = { simulator: Simulator; original: TestDatabase; backup: TestDatabase; close(): Promise<void> };

/**
 * Two databases of one account: one that has billed 1.00 USD, and a backup of it. Whatever the test does to the original
 * afterwards, the backup does not know.
 * @param beforeBackup what else is done before
 */
export async function openRestored(
  beforeBackup: (database: Database, simulator: Simulator) => Promise<void> = async () => {},
): Promise<Restored> {
  const [simulator, original] = await Promise.all([startSimulator(), openTestDatabase()]);
  // Its own pool connects at its first use, and nobody may be connected while the backup is made.
  const early = openDatabase(original.url);
  await openBooks(early);
  const first = await issueInvoice(early, { amountsMinor: usd(1), externalId: 'first' });
  await bringFrom(early, simulator, first.id);
  await beforeBackup(early, simulator);
  await early.close();
  const backup = await openBackupOf(original.url);
  return {
    simulator,
    original,
    backup,
    close: async () => void (await Promise.all([simulator.stop(), backup.drop(), original.drop()])),
  };
}
