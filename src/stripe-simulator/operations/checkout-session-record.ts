import { resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import type { CheckoutSessionRecord, SetupIntentRecord } from '../objects/checkout-records.ts';
import type { Transaction } from '../state.ts';

/** Stripe's own bounds of how long a page stays open, and what it takes when nothing is said. */
export const shortestSeconds = 30 * 60;
export const longestSeconds = 24 * 60 * 60;

export function existingSession(tx: Transaction, id: string): CheckoutSessionRecord {
  const session = tx.get('checkoutSession', id);
  if (session === undefined) throw resourceMissing('checkout.session', id, 'session', 'path');
  return session;
}

/** A session whose time is over has expired, whoever looks at it first. */
export function asOfNow(session: CheckoutSessionRecord, now: number): CheckoutSessionRecord {
  return session.status === 'open' && session.expiresAt <= now ? { ...session, status: 'expired' } : session;
}

/** Nobody can save anything on its page any more, nor by its SetupIntent. */
export function expire(session: CheckoutSessionRecord, tx: Transaction): CheckoutSessionRecord {
  const expired: CheckoutSessionRecord = { ...session, status: 'expired' };
  tx.put('checkoutSession', expired);
  const intent = tx.get('setupIntent', session.setupIntent);
  if (intent !== undefined) tx.put('setupIntent', { ...intent, status: 'canceled', cancellationReason: 'abandoned' });
  return expired;
}

/** Reads a session, and writes down that its time is over where nobody has yet. */
export function readSession(tx: Transaction, id: string, now: number): CheckoutSessionRecord {
  const session = existingSession(tx, id);
  return asOfNow(session, now) === session ? session : expire(session, tx);
}

export function newSetupIntent(
  customer: string,
  { description, metadata }: Pick<SetupIntentRecord, 'description' | 'metadata'>,
  now: number,
): SetupIntentRecord {
  return {
    id: newId('seti'),
    created: now,
    customer,
    secret: newId('secret').slice('secret_'.length),
    description,
    metadata,
    status: 'requires_payment_method',
    cancellationReason: null,
    paymentMethod: null,
    failedMethod: null,
  };
}
