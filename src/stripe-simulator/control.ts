import type { Core } from './core.ts';
import { decideDispute, objectToCharge } from './dashboard.ts';
import { Refusal } from './errors.ts';
import { parseFaultRules } from './fault-rules.ts';
import type { JournalEntry } from './journal.ts';
import { isChosen, type JournalChoice } from './journal-choice.ts';
import { kinds } from './objects/records.ts';
import type { Business } from './objects/wire.ts';
import { journalPage } from './pages/journal.ts';
import { parseRateLimits, type RateLimits } from './rate-limits.ts';
import type { Delivery, DeliveryChoice } from './webhooks/deliveries.ts';
import { parseWebhookFaultRules } from './webhooks/fault-rules.ts';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A mistake of whoever drives the control API, answered as a 400 with this sentence. */
class ControlMistake extends Error {}

const prefix = '/_control';
/** Ten years. */
const maximumAheadSeconds = 10 * 365 * 86_400;

/** Paths of the control API, which are not Stripe's. */
export function isControl(path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/**
 * The control API, for tests and curious people; needs no key and is no part of Stripe.
 * GET health, journal (?operation=&subject=&status=failed|fault|ok&since=&before=&limit=), counts, state (?kind=), faults, limits, and the page itself;
 * GET rates: the most requests that the limits let through in any second, in all and by operation;
 * POST clock {advanceSeconds}, POST faults (one rule, a list, or {rules}); DELETE faults;
 * GET and DELETE webhook-faults, POST webhook-faults (as faults); GET deliveries (?event=&endpoint=);
 * POST deliveries/retry {event, endpoint} (or nothing: all) tries now what waits;
 * POST disputes {charge | payment_intent | invoice, reason, amount, inquiry} lets the customer's bank object, POST
 * disputes/close {dispute, outcome: won | lost} lets it decide;
 * PUT search-lag {seconds} (GET tells it): how far Search is behind what was written, until the next start;
 * PUT limits ("none", "live", "sandbox", or {globalPerSecond, endpointPerSecond, globalConcurrency,
 * endpointConcurrency}, where an absent number bounds nothing), in force at once and until the next start.
 */
export function answerControl(core: Core, business: Business, method: string, url: URL, body: string): Answer {
  try {
    const path = url.pathname.slice(prefix.length).replace(/\/$/, '');
    const route = routes[`${method} ${path}`];
    if (route === undefined) return json(404, { error: `There is no ${method} ${url.pathname} here.` });
    return route(core, url, body, business);
  } catch (error) {
    if (error instanceof ControlMistake || error instanceof Refusal) return json(400, { error: error.message });
    throw error;
  }
}

type Route = (core: Core, url: URL, body: string, business: Business) => Answer;

const routes: Record<string, Route> = {
  'GET ': (core, url, _body, business) => html(200, journal(core, url, business)),
  'GET /health': (core) => json(200, { status: 'ok', clock: new Date(core.clock.nowMs()).toISOString() }),
  'GET /journal': (core, url) => json(200, { entries: select(core, url, Number.POSITIVE_INFINITY) }),
  'GET /counts': (core) => json(200, core.counts),
  'GET /state': (core, url) => json(200, state(core, url)),
  'GET /rates': (core) => json(200, core.rateLimiter.rates()),
  'GET /limits': (core) => json(200, core.rateLimiter.limits),
  'PUT /limits': (core, _url, body) => {
    core.rateLimiter.limits = rateLimits(parseJson(body));
    return json(200, core.rateLimiter.limits);
  },
  'GET /search-lag': (core) => json(200, { seconds: core.search.lagSeconds }),
  'PUT /search-lag': (core, _url, body) => {
    core.search.lagSeconds = searchLag(parseJson(body));
    return json(200, { seconds: core.search.lagSeconds });
  },
  'GET /faults': (core) => json(200, { rules: core.faults.list() }),
  'POST /faults': (core, _url, body) => {
    const rules = parseFaultRules(parseJson(body));
    if (typeof rules === 'string') throw new ControlMistake(rules);
    core.faults.add(rules);
    return json(200, { rules: core.faults.list() });
  },
  'DELETE /faults': (core) => {
    core.faults.clear();
    return json(200, { rules: [] });
  },
  'GET /webhook-faults': (core) => json(200, { rules: core.webhookFaults.list() }),
  'POST /webhook-faults': (core, _url, body) => {
    const rules = parseWebhookFaultRules(parseJson(body));
    if (typeof rules === 'string') throw new ControlMistake(rules);
    core.webhookFaults.add(rules);
    return json(200, { rules: core.webhookFaults.list() });
  },
  'DELETE /webhook-faults': (core) => {
    core.webhookFaults.clear();
    return json(200, { rules: [] });
  },
  'GET /deliveries': (core, { searchParams }) => {
    const choice = { event: searchParams.get('event'), endpoint: searchParams.get('endpoint') };
    return json(200, { deliveries: core.deliveries.list(choice).map(shownDelivery) });
  },
  'POST /deliveries/retry': (core, _url, body) => {
    const choice = retryChoice(body === '' ? {} : parseJson(body));
    return json(200, { due: core.retryDeliveries(choice) });
  },
  'POST /disputes': (core, _url, body, business) => json(200, objectToCharge(core, business, parseObject(body))),
  'POST /disputes/close': (core, _url, body, business) => json(200, decideDispute(core, business, parseObject(body))),
  'POST /clock': (core, _url, body) => {
    core.advanceClock(advanceSeconds(core, parseJson(body)));
    return json(200, { clock: new Date(core.clock.nowMs()).toISOString() });
  },
};

/** The journal's entries after `since` and before `before`, of those asked for the last `limit`; oldest first. */
function select(core: Core, url: URL, defaultLimit: number): JournalEntry[] {
  const choice = journalChoice(url);
  const since = wholeNumber(url, 'since', 0);
  const before = wholeNumber(url, 'before', Number.POSITIVE_INFINITY);
  const limit = wholeNumber(url, 'limit', defaultLimit);
  const selected: JournalEntry[] = [];
  for (const entry of core.journalNewestFirst()) {
    if (entry.seq <= since || selected.length >= limit) break;
    if (entry.seq < before && isChosen(entry, choice)) selected.push(entry);
  }
  return selected.reverse();
}

/** An empty field of the page's form asks for nothing. */
function journalChoice({ searchParams }: URL): JournalChoice {
  const text = (name: string) => searchParams.get(name) || undefined;
  const status = text('status');
  if (status !== undefined && status !== 'failed' && status !== 'fault' && status !== 'ok') {
    throw new ControlMistake('status is failed, fault or ok.');
  }
  return { operation: text('operation'), subject: text('subject'), status };
}

function journal(core: Core, url: URL, business: Business): string {
  const limit = wholeNumber(url, 'limit', 200);
  const entries = select(core, url, limit);
  return journalPage({
    entries,
    hasOlder: entries.length >= limit,
    choice: journalChoice(url),
    account: `${business.accountName}, ${business.accountId}, ${business.livemode ? 'live' : 'test'} mode`,
    clock: `${new Date(core.clock.nowMs()).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    faults: core.faults.list().map((rule) => ({ ...rule })),
    webhookFaults: core.webhookFaults.list().map((rule) => ({ ...rule })),
    typeOf: (event) => core.state.events.get(event)?.type,
  });
}

function state(core: Core, url: URL): unknown {
  const wanted = url.searchParams.get('kind');
  const chosen = kinds.filter((kind) => wanted === null || kind === wanted);
  if (chosen.length === 0) throw new ControlMistake(`kind is one of ${kinds.join(', ')}.`);
  return Object.fromEntries(chosen.map((kind) => [kind, core.state.inOrderOfCreation(kind)]));
}

function shownDelivery({ event, dueMs, ...delivery }: Delivery): unknown {
  return {
    event: event.id,
    type: event.type,
    ...delivery,
    nextAt: dueMs === null ? null : new Date(dueMs).toISOString(),
  };
}

function retryChoice(sent: unknown): DeliveryChoice {
  const fields = typeof sent === 'object' && sent !== null ? Object.entries(sent) : [['', sent] as const];
  for (const [name, value] of fields) {
    if ((name === 'event' || name === 'endpoint') && typeof value === 'string') continue;
    throw new ControlMistake('Send {"event": "evt_…"}, {"endpoint": "we_…"}, both, or nothing for all.');
  }
  return Object.fromEntries(fields);
}

function rateLimits(sent: unknown): RateLimits {
  try {
    return parseRateLimits(sent);
  } catch (error) {
    throw new ControlMistake(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(url: URL, name: string, fallback: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text)) throw new ControlMistake(`${name} is a whole number.`);
  return Number(text);
}

function searchLag(sent: unknown): number {
  const seconds = (sent as { seconds?: unknown } | null)?.seconds;
  if (typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= 86_400) return seconds;
  throw new ControlMistake('Send {"seconds": N} with a whole number from 0 to 86400.');
}

/** Checked before it is journalled: the journal is read again at every start, and nothing takes an entry back. */
function advanceSeconds(core: Core, sent: unknown): number {
  const seconds = (sent as { advanceSeconds?: unknown } | null)?.advanceSeconds;
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds < 0) {
    throw new ControlMistake('Send {"advanceSeconds": N} with a whole number: the clock only moves forward.');
  }
  const aheadSeconds = Math.round((core.clock.nowMs() - Date.now()) / 1_000);
  if (aheadSeconds + seconds > maximumAheadSeconds) {
    throw new ControlMistake(
      `The clock is ${aheadSeconds} s ahead; at most ${maximumAheadSeconds} s in all are taken.`,
    );
  }
  return seconds;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ControlMistake('The body must be JSON.');
  }
}

function parseObject(body: string): Record<string, unknown> {
  const value = parseJson(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ControlMistake('The body must be a JSON object.');
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

function html(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}
