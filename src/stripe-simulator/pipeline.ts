import { setTimeout as sleep } from 'node:timers/promises';
import { authenticate } from './authentication.ts';
import type { Core } from './core.ts';
import { CardDeclined, type ErrorBody, keyMismatch, Refusal, serverError } from './errors.ts';
import { expandAnswer, validateExpansion } from './expansion.ts';
import { faultRefusal, storedServerError } from './faults.ts';
import { canonicalForm, decodeForm, emptyMap, type RawMap } from './form.ts';
import { newId } from './ids.ts';
import type { RequestEntry } from './journal.ts';
import type { Business } from './objects/wire.ts';
import { type Match, matchOperation } from './operations/index.ts';
import { checkParameters } from './parameters.ts';
import { RateLimited } from './rate-limits.ts';
import { type Incoming, idsOnly, journal, type Outgoing, type Request, reply, transportOf } from './request.ts';
import { Transaction } from './state.ts';
import { eventsOf } from './webhooks/events-of.ts';

const maximumKeyLength = 255;

/**
 * Takes one request through Stripe's layers, in Stripe's order: authentication, limits, then faults on demand, the
 * idempotency key, validation, execution. Only execution writes, and only its answers are stored under the key.
 */
export async function handle(
  core: Core,
  business: Business,
  incoming: Incoming,
  stopped: AbortSignal,
): Promise<Outgoing> {
  const request: Request = {
    incoming,
    requestId: newId('req', 14),
    match: null,
    params: emptyMap(),
    key: incoming.method === 'POST' ? (incoming.idempotencyKey ?? null) : null,
    fault: null,
  };
  let answered = () => {};
  try {
    authenticate(incoming.authorization, core.options.key);
    request.match = matchOperation(incoming.method, incoming.path) ?? unknownUrl(incoming);
    answered = core.rateLimiter.admit(request.match.operation.name);
    checkVersion(incoming.stripeVersion);
    checkContentType(incoming);
    request.params = decodeForm(incoming.form);
    request.fault = core.faults.pick(request.match.operation.name, request.key);
    const early = answerBeforeExecution(core, request);
    if (early !== null) return early;
    return await replayOrExecute(core, business, request, request.match, stopped);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(core, request, error);
  } finally {
    answered();
  }
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return;
  throw new Refusal(`Invalid Stripe API version: ${version}`);
}

function unknownUrl({ method, path }: Incoming): never {
  throw new Refusal(`Unrecognized request URL (${method}: ${path}).`, { status: 404 });
}

/** Faults that stand before the key layer, where Stripe's limiters and gateways are: nothing of them is stored. */
function answerBeforeExecution(core: Core, request: Request): Outgoing | null {
  const { fault, key } = request;
  if (fault === null) return null;
  const refusal = faultRefusal(fault, key);
  if (refusal !== null) throw refusal;
  if (fault.kind === 'reset-before-commit') {
    journal(core, request, { outcome: 'refused', status: null, answered: false });
    return { transport: 'reset', status: 0, headers: {}, body: '' };
  }
  if (fault.kind === '502-html') {
    journal(core, request, { outcome: 'refused', status: 502 });
    const body = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';
    return { transport: 'send', status: 502, headers: { 'Content-Type': 'text/html' }, body };
  }
  return null;
}

async function replayOrExecute(
  core: Core,
  business: Business,
  request: Request,
  match: Match,
  stopped: AbortSignal,
): Promise<Outgoing> {
  const { key, fault } = request;
  if (key !== null) {
    if (key.length > maximumKeyLength) throw new Refusal('An idempotency key may have up to 255 characters.');
    const stored = core.keys.find(key, core.clock.nowMs())?.();
    if (stored?.kind === 'request') return replay(core, request, key, stored);
  }
  const params = validate(core, match, request.params);
  if (key !== null) core.keys.begin(key);
  try {
    if (fault?.kind === 'slow') await sleep(fault.delayMs ?? 1000, undefined, { signal: stopped });
    return execute(core, business, request, match, params);
  } finally {
    if (key !== null) core.keys.end(key);
  }
}

function checkContentType({ method, contentType, form }: Incoming): void {
  if (method !== 'POST' || form === '' || contentType?.startsWith('application/x-www-form-urlencoded')) return;
  throw new Refusal('The content type of a POST must be application/x-www-form-urlencoded.');
}

type CheckedParams = Record<string, unknown> & { expand?: readonly string[] };

function validate(core: Core, { operation }: Match, raw: RawMap): CheckedParams {
  const params = checkParameters(operation.parameters, raw) as CheckedParams;
  validateExpansion(operation, params.expand ?? []);
  operation.validate(params, { now: core.clock.nowSeconds(), limits: core.options.lineLimits });
  return params;
}

/** Runs the handler, journals what it wrote together with its answer, and only then lets the answer go. */
function execute(
  core: Core,
  business: Business,
  request: Request,
  { operation, ids }: Match,
  params: CheckedParams,
): Outgoing {
  const { fault } = request;
  const tx = new Transaction(core.state);
  let outcome: { status: number; body: object; headers: Record<string, string>; writes: RequestEntry['writes'] };
  try {
    const now = core.clock.nowSeconds();
    const indexed = core.search.asOf(core.clock.nowMs());
    const body = operation.run({ params, ids, tx, indexed, now, business, limits: core.options.lineLimits });
    expandAnswer(body as Record<string, unknown>, operation, params.expand ?? [], { tx, business });
    outcome = { status: 200, body, headers: {}, writes: tx.writes() };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : unexpected(error);
    const writes = refusal instanceof CardDeclined ? tx.writes() : [];
    outcome = { status: refusal.status, body: logged(core, request, refusal.body), headers: refusal.headers, writes };
  }
  if (fault?.kind === 'error-500-stored') {
    const failure = storedServerError(fault);
    const writes = fault.commit === false ? [] : outcome.writes;
    outcome = { status: failure.status, body: logged(core, request, failure.body), headers: failure.headers, writes };
  }
  const emitted = eventsOf(core, business, { tx, writes: outcome.writes, body: outcome.body });
  const transport = transportOf(fault);
  const answered = transport === 'send';
  const body = JSON.stringify(outcome.body);
  journal(core, request, {
    outcome: 'executed',
    status: outcome.status,
    writes: outcome.writes,
    ...(emitted === undefined ? {} : { emitted }),
    answered,
    responseJson: operation.isList && outcome.status === 200 ? JSON.stringify(idsOnly(outcome.body)) : body,
  });
  const original: Record<string, string> = request.key === null ? {} : { 'Original-Request': request.requestId };
  return reply(request, outcome.status, body, { ...original, ...outcome.headers }, transport);
}

function replay(core: Core, request: Request, key: string, stored: RequestEntry): Outgoing {
  if (!isSame(stored, request)) throw keyMismatch(key);
  const transport = transportOf(request.fault);
  const status = stored.status ?? 500;
  const answered = transport === 'send';
  journal(core, request, { outcome: 'replayed', status, replayOf: stored.seq, answered });
  const headers = {
    'Idempotent-Replayed': 'true',
    'Original-Request': stored.requestId,
    // A stored 500 will be the same for ever: asking again is pointless, and Stripe says so.
    ...(status >= 500 ? { 'Stripe-Should-Retry': 'false' } : {}),
  };
  return reply(request, status, JSON.stringify(stored.response), headers, transport);
}

/** Stripe compares endpoint and parameters; the order in which parameters were written does not matter. */
function isSame(stored: RequestEntry, { incoming, params }: Request): boolean {
  if (stored.method !== incoming.method || stored.path !== incoming.path) return false;
  return canonicalForm(stored.params) === canonicalForm(params);
}

function refuse(core: Core, request: Request, refusal: Refusal): Outgoing {
  const body = JSON.stringify(logged(core, request, refusal.body));
  const limited = refusal instanceof RateLimited ? { limitedBy: refusal.limiter } : {};
  journal(core, request, { outcome: 'refused', status: refusal.status, responseJson: body, ...limited });
  return reply(request, refusal.status, body, refusal.headers, 'send');
}

/** Where the account's owner finds the request in Stripe's log: not for a stranger, nor where there is no endpoint. */
function logged(core: Core, { requestId, match }: Request, { error }: ErrorBody): ErrorBody {
  if (match === null) return { error };
  const log = core.options.business.livemode ? 'logs' : 'test/logs';
  const url = `https://dashboard.stripe.com/${log}/${requestId}?t=${core.clock.nowSeconds()}`;
  return { error: { ...error, request_log_url: url } };
}

/** A defect of the simulator itself: shown as Stripe's 500, and loudly on stderr for whoever mends it. */
function unexpected(error: unknown): Refusal {
  console.error('Stripe simulator: a handler failed', error);
  return serverError('The simulator failed; its standard error says why.');
}
