import type { Client } from '@temporalio/client';
import type { Currency } from '../src/domain/money/currency.ts';
import { formatMoney, money } from '../src/domain/money/money.ts';
import type { Database } from '../src/store/database.ts';
import { readSyncSubjects } from '../src/store/wants.ts';
import { wakeSync } from '../src/temporal/syncs.ts';

/** Wakes the syncs of invoices after the books have changed what is wanted, or want Stripe looked at again. */
export type WakeSyncs = (invoiceIds: readonly string[]) => Promise<void>;

/** Servers start so many workflows at once without refusing any. */
const atOnce = 16;

export function createWakeSyncs(client: Client, database: Database): WakeSyncs {
  return async (invoiceIds) => {
    const subjects = await readSyncSubjects(database, invoiceIds);
    for (let from = 0; from < subjects.length; from += atOnce) {
      await Promise.all(
        subjects.slice(from, from + atOnce).map(async (subject) => {
          await wakeSync(client, subject, formatMoney(money(subject.totalMinor, subject.currency as Currency)));
        }),
      );
    }
  };
}
