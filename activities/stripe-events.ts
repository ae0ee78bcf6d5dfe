import { Context, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { bringErasures } from '../src/billing/bring-erasures.ts';
import { type EventDependencies, processStripeEvents } from '../src/billing/process-stripe-events.ts';
import type { StripeAccount } from '../src/billing/stripe-account.ts';
import { type SweepCursor, sweepStripeEvents } from '../src/billing/sweep-stripe-events.ts';
import { hasDueEvents } from '../src/store/stripe-events.ts';
import { TargetError } from '../src/targets/port.ts';
import { whileHeartbeating } from './heartbeats.ts';

export type StripeEventDependencies = EventDependencies & {
  stripe: StripeAccount;
  /** Sees to it that the stored events of the account are taken up. */
  wakeEvents(accountId: string): Promise<void>;
  /** Told of events by what came of them, for the figures. */
  countStripeEvents?: (counts: Record<string, number>) => void;
};

/** Pages of 100 events that one call of the sweep reads, and events that one call takes up. */
const pagesPerSweep = 50;
const eventsPerPage = 200;

export function createStripeEventActivities(dependencies: StripeEventDependencies) {
  const { database, stripe, events, wakeEvents, countStripeEvents } = dependencies;
  return {
    /** A retry goes on with the sweep that a heartbeat has named, from where it stands in the books. */
    async sweepStripeEvents({ cursor }: { cursor: SweepCursor | null }) {
      const { info, cancellationSignal } = Context.current();
      let at = (info.heartbeatDetails as SweepCursor | undefined) ?? cursor;
      const sweep = async () =>
        await sweepStripeEvents({ database, events, accountId: await stripe.accountId() }, at, {
          maxPages: pagesPerSweep,
          onPage(next) {
            at = next;
            cancellationSignal.throwIfAborted();
          },
        });
      return await translated(() => whileHeartbeating(sweep, () => at));
    },

    /**
     * Starts the taking up of what is due: of what a webhook could not signal, and of what was put off. Erased customers
     * whose copies are not brought along yet are asked for again too.
     */
    async takeUpStripeEvents(): Promise<void> {
      const accountId = await stripe.accountId();
      if (await hasDueEvents(database, accountId)) await wakeEvents(accountId);
      const ensureCustomer = (id: string) => dependencies.ensureCustomer(id, 'normal');
      for (const { customerId, error } of await bringErasures({ database, ensureCustomer })) {
        log.error('an erased customer still has personal data at Stripe', { customerId, reason: String(error) });
      }
    },

    async processStripeEvents({ accountId }: { accountId: string }): Promise<{ hasMore: boolean }> {
      const page = { accountId, limit: eventsPerPage };
      const { counts, alerts, hasMore } = await whileHeartbeating(() => processStripeEvents(dependencies, page));
      countStripeEvents?.(counts);
      for (const { code, detail } of alerts) log.error('an operator should see this', { code, ...detail });
      return { hasMore };
    },
  };
}

/** A failure of Stripe becomes Temporal's, with the pause that it asks for. */
async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const { action, code, message, mend, retryAfterMs = 0 } = error;
    if (error.needsAlert) log.error('an operator should see this', { code, reason: message, mend });
    throw ApplicationFailure.create({
      message: `${message} ${mend}`.trim(),
      type: code,
      nonRetryable: action === 'person',
      ...(retryAfterMs > 0 && { nextRetryDelay: retryAfterMs }),
    });
  }
}
