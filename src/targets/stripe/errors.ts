import Stripe from 'stripe';
import type { FailureKind } from '../failure-kind.ts';
import { type FailureKindName, failureKinds } from '../failures.ts';
import { TargetError } from '../port.ts';
import { kindByCode, kindByDeclineCode } from './failure-codes.ts';

type StripeError = Stripe.errors.StripeError;

/**
 * Sorts what the SDK throws by what to do. A lost answer, a server error and whatever is unknown may or may not have
 * been carried out: the same request goes out again under the same key, which Stripe carries out once.
 * See docs.stripe.com/error-handling and docs.stripe.com/error-low-level.
 * @param looks how often Stripe has been looked at for this step: a refusal that a look does not explain is a person's
 */
export function translateStripeError(error: unknown, looks = 0): TargetError {
  if (error instanceof TargetError) return error;
  // What our own HTTP client threw before it sent anything comes back inside a failure of the connection.
  if (error instanceof Stripe.errors.StripeConnectionError && error.detail instanceof TargetError) return error.detail;
  if (!(error instanceof Stripe.errors.StripeError)) {
    return new TargetError('retry', 'unknown', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const name = kindOf(error);
  const { act, engineer, operator, ...kind } = widened(failureKinds[name]);
  const isPersons = act === 'fix' || act === 'stop' || (act === 'look' && looks >= looksEnough && isRefusal(error));
  const code = error.decline_code ?? error.code ?? name;
  return new TargetError(isPersons ? 'person' : act, code, `${engineer} ${signatureOf(error, code)}`, {
    cause: error,
    retryAfterMs: longest(retryAfterMs(error.headers), kind.pauseMs),
    remoteMessage: error.message,
    isOutage: kind.isOutage ?? false,
    needsAlert: kind.alert ?? false,
    mend: operator,
  });
}

/** Two generations that were refused although a look had shown them to be due. */
const looksEnough = 2;

const widened = (kind: FailureKind): FailureKind => kind;

function isRefusal({ statusCode = 0 }: StripeError): boolean {
  return statusCode >= 400 && statusCode < 500;
}

/** The first that holds, from how the answer came about to what it says. */
export function kindOf(error: StripeError): FailureKindName {
  const { statusCode: status, code, param } = error;
  if (error instanceof Stripe.errors.StripeConnectionError) return 'connection';
  if (status === undefined) return 'gateway';
  if (status === failedDependency) return 'dependency';
  if (status >= 500) return 'server-error';
  if (error instanceof Stripe.errors.StripeIdempotencyError) return 'key-mismatch';
  // The day was still to come when the request was stored, and is over now; anew it goes out with the terms instead.
  if (param === 'due_date') return 'due-date-passed';
  return byCode(error) ?? byStatus[status] ?? (code === undefined ? (param ? 'bad-data' : 'wrong-state') : 'unknown');
}

function byCode({ code, decline_code: declineCode }: StripeError): FailureKindName | undefined {
  return (declineCode && kindByDeclineCode.get(declineCode)) || (code === undefined ? undefined : kindByCode.get(code));
}

/** Where the code does not say more. */
const byStatus: Record<number, FailureKindName> = {
  401: 'authentication',
  402: 'declined',
  403: 'permission',
  404: 'missing',
  409: 'key-in-use',
  429: 'rate-limit',
};

function longest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
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
function signatureOf(error: StripeError, code: string): string {
  const param = error.param ? ` at ${error.param}` : '';
  const request = error.requestId ? ` (request ${error.requestId})` : '';
  return `${code}${param}${request}`;
}

/** Seconds, as RFC 9110 has it; Stripe does not promise the header, but whoever stands between may send it. */
function retryAfterMs(headers: Record<string, string> | undefined): number | undefined {
  const seconds = Number(headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
}
