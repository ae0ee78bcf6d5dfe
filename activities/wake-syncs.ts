import type { Client } from '@temporalio/client';
import { findSyncSubjects } from '../src/billing/sync-subjects.ts';
import type { Database } from '../src/store/database.ts';
import { wakeSync } from '../src/temporal/syncs.ts';

/** Wakes the syncs of invoices after the books have changed what is wanted, or want Stripe looked at again. */
export type WakeSyncs = (invoiceIds: readonly string[]) => Promise<void>;

/** Servers start so many workflows at once without refusing any. */
const atOnce = 16;

export function createWakeSyncs(client: Client, database: Database): WakeSyncs {
  return async (invoiceIds) => {
    const subjects = await findSyncSubjects(database, invoiceIds);
    for (let from = 0; from < subjects.length; from += atOnce) {
      const some = subjects.slice(from, from + atOnce);
      await Promise.all(some.map((subject) => wakeSync(client, subject, subject.amountText)));
    }
  };
}
