import type { FastifyInstance } from 'fastify';
import { createAuthenticator, type Principal, requireScope } from '../auth/api-keys.ts';
import type { Scope } from '../auth/scopes.ts';
import type { Database } from '../store/database.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key needs to call the route. */
    scope?: Scope;
    /**
     * For a caller that has no key: the route's own handler proves who it is, by the signature over the raw body.
     * Routes under /v1/ do not start without this or a scope.
     */
    authenticatedBy?: 'signature';
  }
  interface FastifyRequest {
    /** Whose key the request carries; null where none is needed. */
    principal: Principal | null;
  }
}

/** Asks every route under /v1/ for an API key with its scope, before the body is read, unless it is signed instead. */
export function guardRoutes(app: FastifyInstance, database: Database): void {
  const authenticate = createAuthenticator(database);
  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ url, method, config }) => {
    const isGuarded = config?.scope !== undefined || config?.authenticatedBy !== undefined;
    if (url.startsWith('/v1/') && !isGuarded) throw new Error(`${method} ${url} names no scope`);
  });
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) return;
    request.principal = await authenticate(request.headers.authorization);
    requireScope(request.principal, scope);
  });
}

/** The session or key that looks, for what is told once of each. */
export function viewerOf({ principal }: { principal: Principal | null }): string {
  if (principal === null) throw new Error('The route names no scope, so nobody is known to call it.');
  return `api-key:${principal.keyId}`;
}

/** Who did it, for the audit log. */
export function actorOf({ principal }: { principal: Principal | null }): string {
  if (principal === null) throw new Error('The route names no scope, so nobody is known to call it.');
  return `api-key:${principal.name}`;
}
