import Stripe from 'stripe';
import { TargetError } from '../port.ts';

/**
 * Sorts what the SDK throws by what to do. A lost answer, a server error and whatever is unknown may or may not have
 * been carried out: the same request goes out again under the same key, which Stripe carries out once.
 * See docs.stripe.com/error-handling and docs.stripe.com/error-low-level.
 */
export function translateStripeError(error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new TargetError('retry', 'unknown', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const code = error.code ?? error.type;
  const details = { cause: error, retryAfterMs: retryAfterMs(error.headers) };
  const because = (sentence: string) => `${sentence} Stripe says: ${error.message}${requestOf(error)}`;

  if (error instanceof Stripe.errors.StripeConnectionError) {
    return new TargetError('retry', 'connection', `No answer from Stripe: ${error.message}`, details);
  }
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    return new TargetError('retry', code, because('Stripe asks to slow down.'), details);
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
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new TargetError('person', code, because('Stripe refuses the request.'), details);
  }
  // A stored server error answers every retry under its key, so the next try has to look at what came of it.
  if (error.statusCode !== undefined && error.statusCode >= 500) {
    return new TargetError('look', code, because('Stripe had an error of its own.'), details);
  }
  return new TargetError('retry', code, because('Stripe gave an answer that we do not know.'), details);
}

function requestOf(error: Stripe.errors.StripeError): string {
  return error.requestId ? ` (request ${error.requestId})` : '';
}

/** Seconds, as RFC 9110 has it; Stripe does not promise the header, but whoever stands between may send it. */
function retryAfterMs(headers: Record<string, string> | undefined): number | undefined {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}
