import type { FastifyInstance } from 'fastify';
import type { Database } from '../store/database.ts';
import { forgetOldAnswers } from '../store/idempotent-requests.ts';
import { forgetRequests, insertRequests, type LoggedRequest } from '../store/request-log.ts';
import { isOwnRequest } from './conditional.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the refusal that it was answered by. */
    refusedBy: string | null;
  }
}

export const requestLogLimits = {
  /** Written together, so that no request waits for the log. */
  everyMs: 1_000,
  /** While PostgreSQL is away, so many wait; what comes then is left out. */
  waiting: 10_000,
  keptDays: 30,
  forgetEveryMs: 3_600_000,
  forgetAtOnce: 10_000,
};

/**
 * Logs what is asked with API keys: which address, by which key, what was answered, how long it took. Events that were taken
 * are left out, since each is told by its own answer and they would be nearly all there is; what is refused of them is here.
 */
export function logRequests(app: FastifyInstance, database: Database, limits = requestLogLimits): void {
  let waiting: LoggedRequest[] = [];
  let used = new Map<string, Date>();
  let forgetAtMs = performance.now() + limits.forgetEveryMs;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    if (used.size === 0) return;
    const [requests, keys] = [waiting, used];
    waiting = [];
    used = new Map();
    try {
      await insertRequests(database, requests, keys);
    } catch (error) {
      app.log.warn({ err: error, count: requests.length }, 'requests are missing from the request log');
    }
  }
  async function forget(): Promise<void> {
    if (performance.now() < forgetAtMs) return;
    try {
      const forgotten = await forgetRequests(database, limits.keptDays, limits.forgetAtOnce);
      const isMore = Math.max(forgotten, await forgetOldAnswers(database, limits.forgetAtOnce)) >= limits.forgetAtOnce;
      if (!isMore) forgetAtMs = performance.now() + limits.forgetEveryMs;
    } catch (error) {
      app.log.warn({ err: error }, 'old requests could not be forgotten');
    }
  }
  const timer = setInterval(() => {
    writing = writing.then(write).then(forget);
  }, limits.everyMs).unref();

  app.decorateRequest('refusedBy', null);
  app.addHook('onResponse', async (request, reply) => {
    const { id, principal, method, routeOptions, refusedBy } = request;
    if (principal?.kind !== 'key' || isOwnRequest(request)) return;
    const { url: route = 'unknown', config } = routeOptions;
    const at = new Date();
    const { keyId, customerId } = principal;
    used.set(keyId, at);
    const { statusCode: status, elapsedTime } = reply;
    if ((config.scope === 'events:write' && status < 400) || waiting.length >= limits.waiting) return;
    const durationMs = Math.round(elapsedTime);
    waiting.push({ id, at, keyId, customerId, method, route, status, code: refusedBy, durationMs });
  });
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await writing.then(write);
  });
}
