import Stripe from 'stripe';
import { DurabillError } from '../../errors/error.ts';
import type { ReadDelivery } from '../events.ts';
import { toRemoteEvent } from './events.ts';

/** How far a signature's time may be from ours, either way: what was recorded on its way cannot be played again later. */
export const toleranceSeconds = 300;

/**
 * Reads deliveries of Stripe's (docs.stripe.com/webhooks): HMAC-SHA256 over the time and the raw bytes, with the secret
 * of the endpoint. While a secret is rolled both are good.
 * @param secrets `whsec_…` of each endpoint; none: every delivery is put off
 * @param nowMs machine time
 */
export function createWebhookReader(secrets: readonly string[], nowMs = () => Date.now()): ReadDelivery {
  return (body, signature) => {
    if (secrets.length === 0) {
      throw new DurabillError('unavailable', {
        reason: 'Webhooks are not set up: no signing secret is known here.',
        mend: 'Set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint, and restart.',
      });
    }
    if (signature === undefined) throw refusal('The delivery is not signed.');
    const receivedAtMs = nowMs();
    refuseFuture(signature, receivedAtMs);
    return toRemoteEvent(verified(body, signature, secrets, receivedAtMs));
  };
}

/** The SDK refuses what is too old only; a stamp ahead of its time would be good for as long as it is ahead. */
function refuseFuture(signature: string, receivedAtMs: number): void {
  const stamps = [...signature.matchAll(/(?:^|,)\s*t=(\d+)/g)].map(([, stamp]) => Number(stamp));
  if (stamps.some((stamp) => stamp - receivedAtMs / 1_000 > toleranceSeconds)) {
    throw refusal(`The signature is dated more than ${toleranceSeconds} s ahead.`, 'Set the clock of this machine.');
  }
}

function verified(body: Buffer, signature: string, secrets: readonly string[], receivedAtMs: number): Stripe.Event {
  let refused: unknown;
  for (const secret of secrets) {
    try {
      return Stripe.webhooks.constructEvent(body, signature, secret, toleranceSeconds, undefined, receivedAtMs);
    } catch (error) {
      refused = error;
      // It was of this secret, and something else is wrong with it.
      if (!isUnmatched(error)) break;
    }
  }
  throw translated(refused);
}

const isUnmatched = (error: unknown) =>
  error instanceof Stripe.errors.StripeSignatureVerificationError && /signatures? found matching/i.test(error.message);

function translated(error: unknown): DurabillError {
  if (isUnmatched(error)) return refusal('No signature fits the body and the secrets that are known here.');
  if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
    if (/tolerance/i.test(error.message)) {
      return refusal(`The signature is more than ${toleranceSeconds} s old.`, 'Set the clock of this machine.');
    }
    return refusal('The header stripe-signature cannot be read.');
  }
  return new DurabillError('webhook-refused', {
    field: 'body',
    reason: 'What was signed is no snapshot event in JSON.',
    mend: 'Register the endpoint for snapshot events.',
    cause: error,
  });
}

function refusal(reason: string, mend?: string): DurabillError {
  return new DurabillError('webhook-refused', { field: 'stripe-signature', reason, ...(mend && { mend }) });
}
