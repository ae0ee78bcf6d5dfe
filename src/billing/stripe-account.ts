import { DurabillError } from '../errors/error.ts';
import { bindAccount } from '../store/customer-mappings.ts';
import type { Database } from '../store/database.ts';
import type { InvoiceTarget } from '../targets/port.ts';

/** Stripe as the billing room uses it: the target, and the account that the database is bound to. */
export type StripeAccount = {
  /** The target at the pace of its priority. */
  targetFor(priority: 'normal' | 'high'): InvoiceTarget;
  accountId(): Promise<string>;
};

/**
 * Binds the database to the account and mode behind the key at first use, and refuses every other one from then on:
 * ids and idempotency keys of one account mean nothing in another. Asked once a process, at the first need.
 * @param urgent the same account, at the pace of high priority
 */
export function bindStripe(database: Database, target: InvoiceTarget, urgent = target): StripeAccount {
  let bound: Promise<string> | undefined;
  return {
    targetFor: (priority) => (priority === 'high' ? urgent : target),
    async accountId() {
      bound ??= bind(database, target);
      try {
        return await bound;
      } catch (error) {
        // A failure is no answer for ever: the next call asks again.
        bound = undefined;
        throw error;
      }
    },
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
