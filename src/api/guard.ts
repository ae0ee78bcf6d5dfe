import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createAuthenticator } from '../auth/api-keys.ts';
import { actorNameOf, type Principal, requireScope } from '../auth/principal.ts';
import type { Scope } from '../auth/scopes.ts';
import { createSessionAuthenticator, isCsrfToken, type SessionPrincipal } from '../auth/sessions.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { readCookie, sessionCookieName } from './cookies.ts';
import { admitCustomer, type Ownership } from './ownership.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to call the route. */
    scope?: Scope;
    /** What opens it as well: for those who answer what waits, and change no money. */
    orScope?: Scope;
    /** How the route is bounded for customers; without it, it is closed to them. */
    customers?: Ownership;
    /** Without it customers only read. */
    customersMay?: 'write';
    /** Filters that tell of what only operators know; there are none of these names for customers. */
    operatorsFilters?: readonly string[];
    /**
     * Instead of a scope. `signature`: the handler proves the caller by the signature over the raw body. `sign-in`: for
     * who has not signed in yet; whoever has is known all the same. `session`: for whoever has signed in, about themselves.
     * Routes under /v1/ do not start without this or a scope.
     */
    authenticatedBy?: 'signature' | 'sign-in' | 'session';
  }
  interface FastifyRequest {
    /** Who calls; null where nobody has to be known. */
    principal: Principal | null;
  }
}

const isUnsafe = (method: string) => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

/**
 * Asks who calls every route under /v1/, and for the scope of that route, before the body is read: by an API key in the
 * header or, where there is none, by the cookie of a session. Customers are kept to what is theirs.
 * @param publicUrl where browsers find this API
 */
export function guardRoutes(app: FastifyInstance, database: Database, publicUrl: string): void {
  const authenticateKey = createAuthenticator(database);
  const authenticateSession = createSessionAuthenticator(database);
  const cookieName = sessionCookieName(publicUrl);

  async function sessionOf(request: FastifyRequest): Promise<SessionPrincipal> {
    const secret = readCookie(request, cookieName);
    if (secret === undefined) throw new DurabillError('key-missing');
    const principal = await authenticateSession(secret);
    if (isUnsafe(request.method)) {
      refuseOtherSites(request, publicUrl);
      if (!isCsrfToken(secret, request.headers['x-csrf-token'])) throw new DurabillError('csrf-refused');
    }
    return principal;
  }

  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ url, method, config }) => {
    const isGuarded = config?.scope !== undefined || config?.authenticatedBy !== undefined;
    if (url.startsWith('/v1/') && !isGuarded) throw new Error(`${method} ${url} names no scope`);
  });
  app.addHook('onRequest', async (request) => {
    const { scope, orScope, authenticatedBy } = request.routeOptions.config;
    if (authenticatedBy === 'sign-in') {
      if (isUnsafe(request.method)) refuseOtherSites(request, publicUrl);
      const secret = readCookie(request, cookieName);
      // Who was signed out meanwhile signs in anew.
      if (secret !== undefined) request.principal = await authenticateSession(secret).catch(unlessInvalid);
    } else if (authenticatedBy === 'session') {
      request.principal = await sessionOf(request);
    } else if (scope !== undefined) {
      const { authorization, cookie } = request.headers;
      const isByCookie = authorization === undefined && cookie !== undefined;
      const principal = isByCookie ? await sessionOf(request) : await authenticateKey(authorization);
      request.principal = principal;
      const { customerId } = principal;
      if (customerId !== null) await admitCustomer(database, request, { ...principal, customerId });
      if (orScope === undefined || !principal.scopes.includes(orScope)) requireScope(principal, scope);
    }
  });
}

/** The session or key that looks, for what is told once of each. */
export function viewerOf({ principal }: { principal: Principal | null }): string {
  if (principal === null) throw new Error('The route names no scope, so nobody is known to call it.');
  return principal.kind === 'key' ? `api-key:${principal.keyId}` : `session:${principal.sessionId}`;
}

function unlessInvalid(error: unknown): null {
  if (error instanceof DurabillError && error.code === 'session-invalid') return null;
  throw error;
}

/**
 * Refuses what another site has a browser send. Browsers say so by one header or the other; programs send neither.
 * @throws DurabillError csrf-refused
 */
function refuseOtherSites({ headers }: FastifyRequest, publicUrl: string): void {
  const site = headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin';
  const { origin, host } = headers;
  // The address that the browser itself asked is as good as the public one: no page chooses its own Host.
  const isOther =
    origin !== undefined &&
    origin !== new URL(publicUrl).origin &&
    !(URL.canParse(origin) && new URL(origin).host === host);
  if (isForeign || isOther) {
    throw new DurabillError('csrf-refused', { reason: 'The request comes from another site than this one.' });
  }
}

/** Whether the caller is a customer, who reads less of the same object than an operator. */
export function isCustomer({ principal }: { principal: Principal | null }): boolean {
  return principal !== null && principal.customerId !== null;
}

/** Who calls, for routes that name a scope. */
export function principalOf({ principal }: { principal: Principal | null }): Principal {
  if (principal === null) throw new Error('The route names no scope, so nobody is known to call it.');
  return principal;
}

/** Who did it, for the audit log. */
export function actorOf(request: { principal: Principal | null }): string {
  return actorNameOf(principalOf(request));
}

/** Who has signed in, for routes that are `authenticatedBy: 'session'`. */
export function sessionOf({ principal }: { principal: Principal | null }): SessionPrincipal {
  if (principal === null || principal.kind === 'key') throw new Error('The route is not one of a session.');
  return principal;
}
