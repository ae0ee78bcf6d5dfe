import type { FastifyInstance, HTTPMethods } from 'fastify';
import { DurabillError } from '../errors/error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The methods that the address takes, where this route only stands for all others. */
    allow?: string;
  }
}

const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Remembers the methods of each address; what it answers is to be called once all routes are there. */
export function collectMethods(app: FastifyInstance): () => void {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.allow !== undefined) return;
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByUrl.set(url, methods);
  });
  return () => {
    for (const [url, methods] of methodsByUrl) refuseOtherMethods(app, url, methods);
  };
}

function refuseOtherMethods(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const allow = [...methods].sort().join(', ');
  app.route({
    url,
    method: allMethods.filter((method) => !methods.has(method)),
    schema: { hide: true },
    config: { allow },
    // Before the body is read: what was sent does not matter.
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      const reason = `${request.method} is not taken here, only ${allow}.`;
      throw new DurabillError('method-not-allowed', { reason });
    },
    handler: async () => undefined,
  });
}

/** Unknown addresses. */
export function refuseUnknownAddresses(app: FastifyInstance): void {
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0]?.slice(0, 200);
    const mend = 'See /openapi.json for the addresses.';
    throw new DurabillError('not-found', { reason: `There is nothing at ${path}.`, mend });
  });
}
