import { setTimeout as sleep } from 'node:timers/promises';
import { listUnsentErasures } from '../store/customer-erasures.ts';
import type { Database } from '../store/database.ts';

/** Customers that one call looks after, and how long it waits for them: the writers go on by themselves. */
const atOnce = 10;
const waitMs = 10_000;

/**
 * Has the copies of erased customers brought along, those that wait the longest first: after an erasure whose caller did
 * not hear of the end, and after an outage. What fails stays open, and is asked for again by the next call.
 * @param ensureCustomer asks the customer's one writer, and waits for it
 * @returns who failed, and why
 */
export async function bringErasures(
  { database, ensureCustomer }: { database: Database; ensureCustomer: (customerId: string) => Promise<unknown> },
  limitMs: number = waitMs,
): Promise<{ customerId: string; error: unknown }[]> {
  const waiting = await listUnsentErasures(database, atOnce);
  if (waiting.length === 0) return [];
  const failures: { customerId: string; error: unknown }[] = [];
  const over = new AbortController();
  const asked = waiting.map((customerId) =>
    ensureCustomer(customerId).catch((error: unknown) => {
      failures.push({ customerId, error });
    }),
  );
  const limit = sleep(limitMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  await Promise.race([Promise.all(asked), limit]);
  over.abort();
  return failures;
}
