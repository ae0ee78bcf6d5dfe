import Stripe from 'stripe';
import { crashPoint } from '../../crash-points.ts';
import type { RequestLog, StoredRequest } from '../port.ts';
import { answerOfKey, translateStripeError } from './errors.ts';
import { newsOfFailure, shownOf, toldOfObject } from './history.ts';

/** Stripe keeps a key's answer for at least 24 hours; an hour before that it is not relied on any more. */
const keyTrustMs = 23 * 60 * 60 * 1_000;
/** No request was first sent after this. */
const endOfTime = new Date('9999-01-01T00:00:00Z');
/** Objects that a lost answer may have left are looked for from this long before the request was stored. */
export const clockSlackSeconds = 3_600;

export type CarriedOut<T> = {
  id: string;
  /** As Stripe has it now; undefined if an earlier call had the answer, or this one was told again what that one was. */
  answer: T | undefined;
  /** Found at Stripe by a look: what earlier calls have done to it since is not all written down here. */
  isAdopted: boolean;
  /** What it came of. */
  request: StoredRequest;
};
export type Step<T> = {
  name: string;
  operation: string;
  params: Record<string, unknown>;
  send(params: Record<string, unknown>, options: Stripe.RequestOptions): Promise<Stripe.Response<T>>;
  /** Looks before anything is sent: it may have been done by calls that this database knows nothing of. */
  lookFirst?: boolean;
  /** The object that the step changes: what was done to another one, in whose place this one has come, does not count. */
  of?: string;
  /** What came of this request is not there any more, so that another one is due. */
  after?: StoredRequest;
  /** Looks at Stripe whether the request was carried out, when its own answer can no longer tell. */
  look(request: StoredRequest): Promise<T | undefined>;
};

/**
 * Carries out one step exactly once: stored before it is sent, the stored content under the stored key at every retry.
 * When the key can no longer vouch for it (too old, or what it answers is a failure), Stripe is looked at first: what
 * was carried out is adopted, what was not goes out again as a new generation, with what the books say now.
 * @returns the object's id, and the object as Stripe answered it unless an earlier call has had the answer
 */
export async function carryOut<T extends { id: string }>(log: RequestLog, step: Step<T>): Promise<CarriedOut<T>> {
  const { name, operation, params, lookFirst = false, of, after } = step;
  const wanted = { step: name, operation, params, shown: shownOf(params) };
  const trusted = () => new Date(Date.now() - keyTrustMs);
  // What is looked for first is not sent by this call, whenever it was stored.
  const trustedSince = lookFirst ? endOfTime : trusted();
  let request = await log.begin({ ...wanted, trustedSince, ...(after !== undefined && { after }) });
  while (of !== undefined && request.remoteId !== null && request.remoteId !== of) {
    request = await log.begin({ ...wanted, trustedSince, after: request });
  }
  // A later generation was made after a look, and what was sent of it may be under way still: a look that does not find
  // it yet would send it twice, while its key stands for it. So it is sent again, and the history is told of that.
  const wasLooked = lookFirst && request.generation > 1 && request.sends > 1;
  if (wasLooked && request.remoteId === null && !inDoubt(request)) {
    request = await log.begin({ ...wanted, trustedSince: trusted() });
  }
  let isDoubtful = (lookFirst && !wasLooked) || inDoubt(request);
  // Ends, since each pass is of a higher generation and one that is made here is in no doubt. More than one pass means
  // that another attempt, whose own limit has passed, is still at work: what it did since our look counts too.
  while (request.remoteId === null && isDoubtful) {
    const doubted = request;
    const found = await asStripe(() => step.look(doubted));
    if (found !== undefined) {
      const told = { found: true, ...toldOfObject(found) };
      await log.answered(doubted, { what: 'look', status: 200, requestId: null, remoteId: found.id, told });
      return { id: found.id, answer: found, isAdopted: true, request: doubted };
    }
    await log.noted(doubted, { what: 'look', told: { found: false } });
    request = await log.begin({ ...wanted, trustedSince: trusted(), after: doubted });
    isDoubtful = inDoubt(request);
  }
  if (request.remoteId !== null) {
    return { id: request.remoteId, answer: undefined, isAdopted: request.requestId === null, request };
  }
  const answer = await send(log, step, request);
  return { id: answer.id, answer: isReplayed(answer) ? undefined : answer, isAdopted: false, request };
}

/** Whether Stripe has repeated what the key answered once: much may have happened since (docs.stripe.com/api/idempotent_requests). */
function isReplayed({ lastResponse }: Stripe.Response<unknown>): boolean {
  return lastResponse.headers['idempotent-replayed'] === 'true';
}

/** Whether Stripe may have forgotten the keys of all that was sent since this request. */
export function isOutOfTrust({ firstSentAt }: Pick<StoredRequest, 'firstSentAt'>): boolean {
  return Date.now() - firstSentAt.getTime() > keyTrustMs;
}

/** Whether the key can no longer vouch for the request: too old, or what it answers is a failure. */
export function inDoubt(request: StoredRequest): boolean {
  return isOutOfTrust(request) || request.status !== null;
}

async function send<T extends { id: string }>(
  log: RequestLog,
  step: Step<T>,
  request: StoredRequest,
): Promise<Stripe.Response<T>> {
  crashPoint('sync.request-stored');
  let remote: Stripe.Response<T>;
  try {
    remote = await step.send(request.params, { idempotencyKey: request.idempotencyKey });
  } catch (error) {
    const failure = translateStripeError(error, request.generation - 1);
    const refusal = answerOfKey(error);
    const news = newsOfFailure(error, failure.code);
    if (refusal === undefined) await log.noted(request, news);
    else await log.answered(request, { ...refusal, what: 'refusal', remoteId: null, told: news.told });
    throw failure;
  }
  crashPoint('sync.stripe-answered');
  const { statusCode, requestId } = remote.lastResponse;
  const told = toldOfObject(remote);
  await log.answered(request, { what: 'answer', status: statusCode, requestId, remoteId: remote.id, told });
  crashPoint('sync.answer-stored');
  return remote;
}

/** A read of what may have been deleted there. @returns undefined if it is not there */
export async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return undefined;
    throw error;
  }
}

/** Runs a read and sorts its failure. */
export async function asStripe<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw translateStripeError(error);
  }
}
