import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The address goes away: since when that is known, when it does, and where it is written what comes instead. */
    deprecated?: { since: Date; sunset: Date; link: string };
  }
}

/** Tells whoever still asks a deprecated address: Deprecation (RFC 9745), Sunset (RFC 8594) and a link. */
export function tellDeprecations(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.deprecated !== undefined) route.schema = { ...route.schema, deprecated: true };
  });
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    const { deprecated } = routeOptions.config;
    if (deprecated === undefined) return;
    const { since, sunset, link } = deprecated;
    reply.headers({
      deprecation: `@${Math.floor(since.getTime() / 1_000)}`,
      sunset: sunset.toUTCString(),
      link: `<${link}>; rel="deprecation"; type="text/html"`,
    });
  });
}
