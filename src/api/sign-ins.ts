import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Place } from '../auth/operator-sign-in.ts';
import { createSessionAuthenticator, csrfTokenOf, endSession, type SessionPrincipal } from '../auth/sessions.ts';
import { ThrottledError } from '../auth/throttle.ts';
import { isDurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { sessionCookieName, setCookie } from './cookies.ts';
import { type ApiDeps, publicUrlOf } from './deps.ts';

/** What a browser may know of who has signed in by it. */
export function shownSession(principal: SessionPrincipal, secret: string) {
  const { kind, name, email, role, scopes, customerId } = principal;
  const userId = principal.kind === 'user' ? principal.userId : null;
  return { kind, name, email, role, scopes: [...scopes], customerId, userId, csrfToken: csrfTokenOf(secret) };
}

export function placeOf(request: FastifyRequest): Place {
  return { ip: request.ip, userAgent: request.headers['user-agent'] };
}

/** Has the browser keep a session that was just opened, in place of the one that it had. */
export function createKeeper(deps: ApiDeps) {
  const { database } = deps;
  const publicUrl = publicUrlOf(deps);
  const name = sessionCookieName(publicUrl);
  const authenticate = createSessionAuthenticator(database);
  return async (request: FastifyRequest, reply: FastifyReply, opened: { secret: string; lifeSeconds: number }) => {
    await endEarlier(database, request);
    setCookie(reply, publicUrl, { name, value: opened.secret, maxAgeSeconds: opened.lifeSeconds });
    return shownSession(await authenticate(opened.secret), opened.secret);
  };
}

/** Nobody who has left a browser to somebody else stays signed in behind their back. */
async function endEarlier(database: Database, { principal }: FastifyRequest): Promise<void> {
  if (principal === null || principal.kind === 'key') return;
  await endSession(database, principal, principal.sessionId).catch((error: unknown) => {
    // It has ended elsewhere meanwhile, which is as good.
    if (!isDurabillError(error, 'not-found')) throw error;
  });
}

/** Tells whoever tries too often how long to wait. */
export async function throttled<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ThrottledError) reply.header('retry-after', String(error.waitSeconds));
    throw error;
  }
}
