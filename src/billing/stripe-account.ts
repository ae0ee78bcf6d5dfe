import { DurabillError } from '../errors/error.ts';
import { bindAccount } from '../store/customer-mappings.ts';
import type { Database } from '../store/database.ts';
import { isSweptLately } from '../store/event-sweeps.ts';
import type { EventSource } from '../targets/events.ts';
import type { InvoiceTarget } from '../targets/port.ts';
import { sweepStripeEvents } from './sweep-stripe-events.ts';

/** Stripe as the billing room uses it: the target, and the account that the database is bound to. */
export type StripeAccount = {
  /** The target at the pace of its priority. */
  targetFor(priority: 'normal' | 'high'): InvoiceTarget;
  accountId(): Promise<string>;
  /**
   * The account, for whoever is to write there: this process has made sure that Stripe's events were read to their end
   * within the last hour, so that a database which was restored finds out before it sends anything.
   * @throws TargetError
   */
  openForWriting(): Promise<string>;
};

/** A process makes sure so often that the sweeps go on, and does one itself if they do not. */
const lookedForMs = 60_000;
/** Pages of 100 events that are read before the first write; what is more is read by the sweep, and writes wait for it. */
const pagesBeforeWriting = 50;

/**
 * Binds the database to the account and mode behind the key at first use, and refuses every other one from then on:
 * ids and idempotency keys of one account mean nothing in another. Asked once a process, at the first need.
 * @param stripe.urgent the same account, at the pace of high priority
 */
export function bindStripe(
  database: Database,
  { target, urgent = target, events }: { target: InvoiceTarget; urgent?: InvoiceTarget; events: EventSource },
): StripeAccount {
  const accountId = once(() => bind(database, target));
  return {
    targetFor: (priority) => (priority === 'high' ? urgent : target),
    accountId,
    openForWriting: once(async () => {
      const bound = await accountId();
      if (!(await isSweptLately(database, bound))) {
        await sweepStripeEvents({ database, events, accountId: bound }, null, { maxPages: pagesBeforeWriting });
      }
      return bound;
    }, lookedForMs),
  };
}

/** Asked once, or once in a while; a failure is no answer for ever, so the next call asks again. */
function once<T>(ask: () => Promise<T>, everyMs = Number.POSITIVE_INFINITY): () => Promise<T> {
  let asked: Promise<T> | undefined;
  let askedAtMs = 0;
  return async () => {
    if (performance.now() - askedAtMs > everyMs) asked = undefined;
    if (asked === undefined) askedAtMs = performance.now();
    asked ??= ask();
    try {
      return await asked;
    } catch (error) {
      asked = undefined;
      throw error;
    }
  };
}

async function bind(database: Database, target: InvoiceTarget): Promise<string> {
  const account = await target.account();
  const bound = await bindAccount(database, { target: 'stripe', ...account });
  if (bound.accountId !== account.accountId || bound.livemode !== account.livemode) {
    const mode = (livemode: boolean) => (livemode ? 'live' : 'test');
    throw new DurabillError('account-mismatch', {
      reason:
        `The key opens ${account.accountId} in ${mode(account.livemode)} mode, the database is bound to ` +
        `${bound.accountId} in ${mode(bound.livemode)} mode.`,
    });
  }
  return account.accountId;
}
