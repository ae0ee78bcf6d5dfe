import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import { DurabillError } from '../errors/error.ts';
import { isOwnRequest } from './conditional.ts';

/** What one key or one session may ask of one process in a minute; 0 for any number. */
export type RateLimits = { requests: number; events: number };

const windowSeconds = 60;
/** Callers that are remembered; of more, those are forgotten first that have asked for nothing lately. */
const mostCallers = 10_000;

type Bucket = { tokens: number; atMs: number };

/**
 * Limits what a caller asks of this process, by a bucket that refills all the time: a burst may use it up at once, and
 * nobody waits for the end of a minute. Kept in memory, so that it costs ingest nothing: n processes let n times as much
 * through. Tells where the caller stands as draft-ietf-httpapi-ratelimit-headers-10 has it.
 */
export function limitRates(app: FastifyInstance, limits: RateLimits, monotonicMs = () => performance.now()): void {
  const policies = (['requests', 'events'] as const).map((name) => ({ name, quota: limits[name] }));
  const buckets = { requests: new Map<string, Bucket>(), events: new Map<string, Bucket>() };
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const { principal, routeOptions } = request;
    if (principal === null || isOwnRequest(request)) return;
    const isEvents = routeOptions.config.scope === 'events:write';
    const { name, quota } = policies[isEvents ? 1 : 0]!;
    if (quota === 0) return;
    const { isTaken, tokens } = take(buckets[name], callerOf(principal), quota, monotonicMs());
    const fullInSeconds = Math.ceil(((quota - tokens) * windowSeconds) / quota);
    reply.header('ratelimit-policy', `"${name}";q=${quota};w=${windowSeconds}`);
    reply.header('ratelimit', `"${name}";r=${Math.floor(tokens)};t=${fullInSeconds}`);
    if (isTaken) return;
    const waitSeconds = Math.max(Math.ceil(((1 - tokens) * windowSeconds) / quota), 1);
    reply.header('retry-after', String(waitSeconds));
    const reason = `More than ${quota} ${name === 'events' ? 'calls with events' : 'requests'} came in a minute.`;
    throw new DurabillError('rate-limited', { reason });
  });
}

/** A person who has signed in twice is one caller each time: a page that runs wild stops itself only. */
const callerOf = (principal: Principal) => (principal.kind === 'key' ? principal.keyId : principal.sessionId);

function take(buckets: Map<string, Bucket>, caller: string, quota: number, nowMs: number) {
  const bucket = buckets.get(caller) ?? { tokens: quota, atMs: nowMs };
  const refilled = ((nowMs - bucket.atMs) * quota) / (windowSeconds * 1_000);
  const tokens = Math.min(quota, bucket.tokens + refilled);
  const isTaken = tokens >= 1;
  // The last to ask stands last, so that who is forgotten has not asked for the longest.
  buckets.delete(caller);
  buckets.set(caller, { tokens: isTaken ? tokens - 1 : tokens, atMs: nowMs });
  if (buckets.size > mostCallers) buckets.delete(buckets.keys().next().value as string);
  return { isTaken, tokens: isTaken ? tokens - 1 : tokens };
}
