import { type ProcessedEvents, processStripeEvents } from '../../src/billing/process-stripe-events.ts';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { type SweepCursor, sweepStripeEvents } from '../../src/billing/sweep-stripe-events.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import type { Database } from '../../src/store/database.ts';
import type { Simulator } from '../../src/stripe-simulator/index.ts';
import type { EventSource } from '../../src/targets/events.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';

/** The events of one simulated Stripe and the books, as the worker has them; who is woken is written down instead. */
export function openEvents(database: Database, simulator: Simulator) {
  const stripe = openStripe({ secretKey: simulator.key, apiBase: simulator.url });
  const account = bindStripe(database, {
    target: createStripeTarget(stripe, simulator.key),
    events: createEventSource(stripe),
  });
  const source = createEventSource(stripe);
  const woken: string[] = [];

  const sweepPages = async (cursor: SweepCursor | null, maxPages: number) =>
    await sweepStripeEvents({ database, events: source, accountId: await account.accountId() }, cursor, { maxPages });

  /** Takes up what is due, to the end. @returns the sums of what came of it */
  const process = async (events: EventSource = source, limit = 100): Promise<ProcessedEvents> => {
    const sums: ProcessedEvents = { counts: {}, alerts: [], hasMore: true };
    const accountId = await account.accountId();
    const wakeSyncs = async (ids: readonly string[]) => void woken.push(...ids);
    while (sums.hasMore) {
      const ensureCustomer = (customerId: string) => syncCustomer(database, account, customerId);
      const dependencies = { database, events, wakeSyncs, ensureCustomer };
      const page = await processStripeEvents(dependencies, { accountId, limit });
      for (const [outcome, count] of Object.entries(page.counts)) {
        sums.counts[outcome] = (sums.counts[outcome] ?? 0) + count;
      }
      sums.alerts.push(...page.alerts);
      sums.hasMore = page.hasMore;
    }
    return sums;
  };

  return {
    account,
    source,
    woken,
    sweepPages,
    process,
    /** One whole sweep, and whatever is due afterwards. */
    async sweepAndProcess() {
      await sweepPages(null, 1_000);
      return await process();
    },
  };
}

export type Events = ReturnType<typeof openEvents>;

/** What became of the stored events of a kind of object: `type: outcome`, in order. */
export async function readOutcomes(database: Database, where = 'true'): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(
    `SELECT type || ': ' || coalesce(outcome, 'waits') AS line FROM stripe_events WHERE ${where} ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}
