import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyHttpOptions, type FastifyInstance, LogController } from 'fastify';
import { type ApiDeps, publicUrlOf } from './deps.ts';
import { documentOptions } from './document.ts';
import { guardRoutes } from './guard.ts';
import { readJson, writeJson } from './json.ts';
import { refuseUnknown } from './methods.ts';
import { type SendMissingPage, servePages } from './pages.ts';
import { isTooLarge, sendProblem, standardHeaders } from './problems.ts';
import { readAway, refuseOddRequests, refuseUnreadable } from './protocol.ts';
import { addQualities } from './qualities.ts';
import { readReasons } from './reasons.ts';
import { accountSecurityRoutes } from './routes/account-security.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { calendarRoutes } from './routes/calendar.ts';
import { chargeRoutes } from './routes/charges.ts';
import { clockRoutes } from './routes/clocks.ts';
import { collectionRoutes } from './routes/collection.ts';
import { couponRoutes } from './routes/coupons.ts';
import { creditNoteRoutes } from './routes/credit-notes.ts';
import { customerRoutes } from './routes/customers.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { documentRoute } from './routes/document.ts';
import { documentRoutes } from './routes/documents.ts';
import { dunningRoutes } from './routes/dunning.ts';
import { eventRoutes } from './routes/events.ts';
import { expectedBillRoutes } from './routes/expected-bill.ts';
import { healthRoutes } from './routes/health.ts';
import { invoiceHistoryRoutes } from './routes/invoice-history.ts';
import { invoiceProofRoutes } from './routes/invoice-proof.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { messageRoutes } from './routes/messages.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { operationRoutes } from './routes/operations.ts';
import { operatorRoutes } from './routes/operators.ts';
import { partyRoutes } from './routes/parties.ts';
import { pauseRoutes } from './routes/pauses.ts';
import { paymentRoutes } from './routes/payments.ts';
import { personalDataRoutes } from './routes/personal-data.ts';
import { planRoutes } from './routes/plans.ts';
import { previewRoutes } from './routes/preview.ts';
import { reconciliationRoutes } from './routes/reconciliations.ts';
import { requestLogRoutes } from './routes/request-log.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/session.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { syncRoutes } from './routes/syncs.ts';
import { taxRoutes } from './routes/taxes.ts';
import { usageRoutes } from './routes/usage.ts';
import { usageCorrectionRoutes } from './routes/usage-corrections.ts';
import { usageRemovalRoutes } from './routes/usage-removals.ts';
import { usageSourceRoutes } from './routes/usage-sources.ts';
import { userRoutes } from './routes/users.ts';
import { walletRoutes } from './routes/wallets.ts';
import { webhookDeliveryRoutes } from './routes/webhook-deliveries.ts';
import { webhookEndpointRoutes } from './routes/webhook-endpoints.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { wordRoutes } from './routes/words.ts';
import { createValidatorCompiler } from './validation.ts';

/**
 * The public HTTP interface. The caller listens and closes.
 * @param limits those of `apiLimits` unless a test has less time
 */
export function buildApi(deps: ApiDeps, limits: typeof apiLimits = apiLimits): FastifyInstance {
  const { logger } = deps;
  const app: FastifyInstance = Fastify({
    ...limits,
    ...(deps.access?.trustedProxies !== undefined && { trustProxy: deps.access.trustedProxies }),
    genReqId: () => randomUUID(),
    // Addresses that cannot be decoded come here without passing any hook.
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply.headers(standardHeaders(request.id))),
    clientErrorHandler: refuseUnreadable,
    // Two lines a request would cost ingest more than its checks; failures are logged with their request id.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger && { loggerInstance: logger }),
  });
  app.server.maxConnections = 1_000;
  app.setErrorHandler(async (error, request, reply) => {
    if (isTooLarge(error)) await readAway(request.raw);
    return sendProblem(error, request, reply);
  });
  app.setValidatorCompiler(createValidatorCompiler());
  // Response schemas are for the document; a test holds every answer against them.
  app.setSerializerCompiler(() => writeJson);
  app.setReplySerializer(writeJson);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, readJson);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(standardHeaders(request.id));
  });
  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? 'unknown';
    deps.observe?.({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1_000 });
  });
  refuseOddRequests(app);
  let sendMissingPage: SendMissingPage = async () => false;
  refuseUnknown(app, (request, reply) => sendMissingPage(request, reply));
  guardRoutes(app, deps.database, publicUrlOf(deps));
  addQualities(app, deps);
  readReasons(app);

  app.register(swagger, documentOptions);
  for (const routes of [
    healthRoutes,
    sessionRoutes,
    signInRoutes,
    oidcRoutes,
    accountSecurityRoutes,
    userRoutes,
    operatorRoutes,
    eventRoutes,
    customerRoutes,
    subscriptionRoutes,
    couponRoutes,
    invoiceRoutes,
    syncRoutes,
    creditNoteRoutes,
    runRoutes,
    pauseRoutes,
    clockRoutes,
    webhookRoutes,
    reconciliationRoutes,
    previewRoutes,
    planRoutes,
    dunningRoutes,
    messageRoutes,
    taxRoutes,
    usageCorrectionRoutes,
    usageRemovalRoutes,
    usageSourceRoutes,
    operationRoutes,
    deadLetterRoutes,
    auditRoutes,
  ]) {
    app.register(routes, deps);
  }
  for (const routes of [
    invoiceHistoryRoutes,
    invoiceProofRoutes,
    documentRoutes,
    partyRoutes,
    personalDataRoutes,
    chargeRoutes,
    calendarRoutes,
    expectedBillRoutes,
    usageRoutes,
    walletRoutes,
    ledgerRoutes,
    collectionRoutes,
    paymentRoutes,
    webhookEndpointRoutes,
    webhookDeliveryRoutes,
    apiKeyRoutes,
    requestLogRoutes,
    wordRoutes,
  ])
    app.register(routes, deps);
  app.register(documentRoute);
  const { dashboard } = deps;
  if (dashboard !== undefined) {
    app.register(async (scope) => {
      sendMissingPage = await servePages(scope, dashboard, publicUrlOf(deps));
    });
  }
  return app;
}

/** Limits of one server; behind each stands what a slow or broken sender could otherwise hold. */
export const apiLimits = {
  /** An event of 8 KiB has room in it however it is escaped; reading the worst JSON of batches takes a good 100 ms a MiB. */
  bodyLimit: 64 * 1_024,
  /** A whole request, headers and body, has to arrive in this time. */
  requestTimeout: 30_000,
  /** Longer than the idle time of common load balancers (60 s), so that they never reuse a connection just closed. */
  keepAliveTimeout: 65_000,
  /** The answer has to be there by then; longer than the pool waits for a connection. */
  handlerTimeout: 30_000,
  forceCloseConnections: 'idle',
  http: {
    /** Node takes the longer of the two for the whole request, and its own default is longer. */
    headersTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
    /** A hook refuses them, whose answer says why. */
    requireHostHeader: false,
  },
  /** External ids have up to 255 characters, each up to 12 when encoded. */
  routerOptions: { maxParamLength: 3_060 },
  trustProxy: false,
} satisfies FastifyHttpOptions<Server>;
