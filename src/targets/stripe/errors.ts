import Stripe from 'stripe';
import { TargetError } from '../port.ts';

/**
 * Sorts what the SDK throws by what to do. A lost answer, a server error and whatever is unknown may or may not have
 * been carried out: the same request goes out again under the same key, which Stripe carries out once. A refusal that we do
 * not know is a person's, since nothing changes by itself.
 * See docs.stripe.com/error-handling and docs.stripe.com/error-low-level.
 */
export function translateStripeError(error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  // What our own HTTP client threw before it sent anything comes back inside a failure of the connection.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof TargetError) return error.detail;
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new TargetError('retry', 'unknown', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const code = error.code ?? error.type;
  const details = { cause: error, retryAfterMs: retryAfterMs(error.headers), remoteMessage: error.message };
  const because = (sentence: string) => `${sentence} ${signatureOf(error, code)}`;

  if (error instanceof Stripe.errors.StripeConnectionError) {
    const reason = `No answer from Stripe: ${error.message}`;
    return new TargetError('retry', 'connection', reason, { ...details, isOutage: true });
  }
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const why = code === 'lock_timeout' ? 'Stripe is changing this object elsewhere.' : 'Stripe asks to slow down.';
    return new TargetError('retry', code, because(why), details);
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    return new TargetError('person', 'authentication', because('Stripe does not accept the API key.'), details);
  }
  if (error instanceof Stripe.errors.StripePermissionError) {
    return new TargetError('person', 'permission', because('The API key lacks a right.'), details);
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    return new TargetError('person', 'idempotency', because('A key was used for two different requests.'), details);
  }
  if (error.statusCode === 409)
    return new TargetError('retry', code, because('The same step is still running.'), details);
  if (error.statusCode === undefined) {
    const reason = because('Whoever stands before Stripe gave an answer of its own.');
    return new TargetError('retry', code, reason, { ...details, isOutage: true });
  }
  if (error.statusCode === failedDependency || error.statusCode >= 500) {
    return new TargetError('look', code, because('Stripe had an error of its own.'), { ...details, isOutage: true });
  }
  if (error.param === 'due_date') {
    // The day was still to come when the request was stored, and is over now; anew it goes out with the terms instead.
    return new TargetError('look', code, because('The due date has passed meanwhile.'), details);
  }
  return new TargetError('person', code, because('Stripe refuses the request.'), details);
}

/** A partner of Stripe was away: the request is in order, and may have been carried out in part. */
const failedDependency = 424;
/** Refused before the key was looked at, so that it is still free, or in use by the same request: 401, 409, 429. */
const beforeTheKey: readonly number[] = [401, 409, 429];

/**
 * The failure that Stripe has stored as the answer of the request's key, so that the same request would only meet it
 * again; undefined where the key may still carry the request out. A server error counts once Stripe says that it is
 * stored: before that the request may be under way, and a look that finds nothing would prove nothing.
 */
export function answerOfKey(error: unknown): { status: number; requestId: string | null } | undefined {
  if (!(error instanceof Stripe.errors.StripeError)) return undefined;
  const { statusCode: status, requestId = null, headers } = error;
  if (status === undefined || beforeTheKey.includes(status)) return undefined;
  if (error instanceof Stripe.errors.StripeRateLimitError) return undefined;
  const isStored = headers?.['idempotent-replayed'] === 'true' || headers?.['stripe-should-retry'] === 'false';
  return status < 500 || isStored ? { status, requestId } : undefined;
}

/** What tells one failure from another, without Stripe's own words: `email_invalid at email (request req_…)`. */
function signatureOf(error: Stripe.errors.StripeError, code: string): string {
  const param = error.param ? ` at ${error.param}` : '';
  const request = error.requestId ? ` (request ${error.requestId})` : '';
  return `${code}${param}${request}`;
}

/** Seconds, as RFC 9110 has it; Stripe does not promise the header, but whoever stands between may send it. */
function retryAfterMs(headers: Record<string, string> | undefined): number | undefined {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}
