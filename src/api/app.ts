import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { ApiDeps } from './deps.ts';
import { documentOptions } from './document.ts';
import { guardRoutes } from './guard.ts';
import { collectMethods, refuseUnknownAddresses } from './methods.ts';
import { sendProblem } from './problems.ts';
import { clockRoutes } from './routes/clocks.ts';
import { customerRoutes } from './routes/customers.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { runRoutes } from './routes/runs.ts';
import { createValidatorCompiler } from './validation.ts';

/** The public HTTP interface. The caller listens and closes. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const { logger } = deps;
  const app: FastifyInstance = Fastify({
    ...limits,
    genReqId: () => randomUUID(),
    // Addresses that cannot be decoded come here without passing any hook.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply.headers(standardHeaders(request))),
    // Two lines a request would cost ingest more than its checks; failures are logged with their request id.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger && { loggerInstance: logger }),
  });
  app.server.maxConnections = 1_000;
  app.setErrorHandler(sendProblem);
  app.setValidatorCompiler(createValidatorCompiler());
  // Response schemas are for the document; a test holds every answer against them.
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(standardHeaders(request));
  });
  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? 'unknown';
    deps.observe?.({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1_000 });
  });
  const refuseOtherMethods = collectMethods(app);
  refuseUnknownAddresses(app);
  guardRoutes(app, deps.database);

  app.register(swagger, documentOptions);
  for (const routes of [healthRoutes, eventRoutes, customerRoutes, invoiceRoutes, runRoutes, clockRoutes]) {
    app.register(routes, deps);
  }
  app.register(async (scope) => {
    scope.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  });
  app.after(refuseOtherMethods);
  return app;
}

function standardHeaders({ id }: FastifyRequest): Record<string, string> {
  return { 'x-request-id': id, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
}

/** Limits of one server; behind each stands what a slow or broken sender could otherwise hold. */
const limits = {
  bodyLimit: 4 * 1_024 * 1_024,
  /** A whole request, headers and body, has to arrive in this time. */
  requestTimeout: 30_000,
  /** Longer than the idle time of common load balancers (60 s), so that they never reuse a connection just closed. */
  keepAliveTimeout: 65_000,
  /** The answer has to be there by then; longer than the pool waits for a connection. */
  handlerTimeout: 30_000,
  forceCloseConnections: 'idle',
  onProtoPoisoning: 'error',
  onConstructorPoisoning: 'error',
  /** External ids have up to 255 characters, each up to 9 when encoded. */
  routerOptions: { maxParamLength: 2_400 },
  trustProxy: false,
} as const;
