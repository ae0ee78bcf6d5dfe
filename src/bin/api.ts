import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@temporalio/client';
import { buildApi } from '../api/app.ts';
import { createSyncs } from '../api/syncs.ts';
import { createOidcProvider } from '../auth/oidc.ts';
import { runIdOf } from '../billing/ids.ts';
import { createConnection } from '../broker/connection.ts';
import { createDeadLetters } from '../broker/dead-letters.ts';
import { crashPoint } from '../crash-points.ts';
import { DurabillError } from '../errors/error.ts';
import { createSmtpMailer } from '../notify/smtp-mailer.ts';
import { openDatabase } from '../store/database.ts';
import { recordReconciliation } from '../store/reconciliations.ts';
import { recordRun } from '../store/runs.ts';
import { forgetOldAccess } from '../store/sessions.ts';
import { kindsByCode, noticeOf } from '../targets/stripe/notice.ts';
import { createWebhookReader } from '../targets/stripe/webhook.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { serveOperations } from '../telemetry/operations-server.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { startReconciliation } from '../temporal/start-reconciliation.ts';
import { startRun } from '../temporal/start-run.ts';
import { createEventWaker, wakeStripeEvents } from '../temporal/stripe-events.ts';
import { readWorkflowState, workflowUrl } from '../temporal/workflow-state.ts';
import { readCommand } from './shared/command-line.ts';
import { listenOrEnd } from './shared/listen.ts';
import { watchReadiness } from './shared/parts.ts';
import { beginLife } from './shared/process.ts';

/** Of gRPC: nobody answered, or not in time. */
const grpcStatus = { DEADLINE_EXCEEDED: 4, UNAVAILABLE: 14 };

const usage = `Usage: npm run api
Answers the HTTP API. Everything is configured by environment variables; the README lists them.`;

const { config } = readCommand(usage, {});
const log = createLog('api');
const life = beginLife(log);
const database = openDatabase(config.databaseUrl);
const temporal = connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'api' });
const metrics = createMetrics('api');
const { health, untilSetUp } = watchReadiness(log, life, { database, broker, temporal });
const operations = await listenOrEnd('DURABILL_OPERATIONS', config.operations, () =>
  serveOperations({ ...config.operations, registry: metrics.registry, health }),
);
log.info({ port: operations.port }, 'operations');

/** The client itself would wait half a minute and longer; who starts a run may as well try again. */
async function reachTemporal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await temporal.client.withDeadline(Date.now() + 5_000, call);
  } catch (cause) {
    const { code } = (cause instanceof ServiceError ? cause.cause : cause) as { code?: unknown };
    if (code !== grpcStatus.UNAVAILABLE && code !== grpcStatus.DEADLINE_EXCEEDED) throw cause;
    throw new DurabillError('unavailable', { reason: 'Temporal cannot be reached.', cause });
  }
}

const waker = createEventWaker(
  (accountId) => wakeStripeEvents(temporal.client, accountId),
  (error) => log.warn({ err: error }, 'stored events of Stripe wait for the sweep, as they could not be signalled'),
);

const { mail } = config;
const deadLetters = createDeadLetters(broker);
const { temporalUiUrl } = config;
const { namespace } = config.temporal;

const api = buildApi({
  database,
  access: {
    publicUrl: config.access.publicUrl,
    ...(config.access.trustedProxies.length > 0 && { trustedProxies: config.access.trustedProxies }),
    // By http only where the operator has said so in the address.
    ...(config.access.oidc && {
      oidc: createOidcProvider(config.access.oidc, { allowsHttp: config.access.oidc.issuer.startsWith('http:') }),
    }),
    ...(mail && {
      mail: {
        mailer: createSmtpMailer({ url: mail.smtpUrl, from: mail.from }),
        sender: { name: mail.from.name || mail.from.address, domain: mail.from.address.split('@')[1] ?? 'localhost' },
      },
    }),
  },
  logger: log,
  dashboard: { folder: fileURLToPath(new URL('../../dist/dashboard', import.meta.url)) },
  readStripeDelivery: createWebhookReader(config.stripe.webhookSecrets),
  wakeStripeEvents: waker.wake,
  async startRun(run) {
    const started = await reachTemporal(() => startRun(temporal.client, run));
    crashPoint('api.run-started');
    const id = runIdOf(run.clockId, run.kind, run.at);
    // The workflow does the same first; whoever started it can look at once.
    await recordRun(database, { ...run, id, cutoffAt: run.at, workflowId: started.workflowId });
    return { id, ...started };
  },
  noticeOf,
  failureCodes: kindsByCode,
  syncs: createSyncs(temporal.client, database, reachTemporal),
  async startReconciliation(order) {
    const workflowId = await reachTemporal(() => startReconciliation(temporal.client, order));
    // The workflow does the same first; whoever started it can look at once.
    await recordReconciliation(database, { ...order, workflowId });
    return { workflowId };
  },
  webhookRules: config.webhooks,
  // Whoever sends events loses them when they are refused: that limit is far away, and only for what runs wild.
  rateLimits: { requests: config.api.requestsPerMinute, events: config.api.requestsPerMinute * 100 },
  deadLetters,
  workflows: {
    urlOf: (id) => (temporalUiUrl === undefined ? null : workflowUrl(temporalUiUrl, namespace, id)),
    listUrl:
      temporalUiUrl === undefined ? null : `${temporalUiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows`,
    stateOf: (id) => reachTemporal(() => readWorkflowState(temporal.client, id)),
  },
  health,
  observe: ({ method, route, status, seconds }) => metrics.apiRequests.observe({ method, route, status }, seconds),
  countEvents: (counts) => {
    for (const [outcome, count] of Object.entries(counts)) metrics.events.inc({ outcome }, count);
  },
});
await untilSetUp();

/** What nobody needs any more of sessions and attempts; several processes may do it at once. */
const forget = () =>
  forgetOldAccess(database).catch((error: unknown) => log.warn({ err: error }, 'old sessions wait for the next hour'));
void forget();
const forgetting = setInterval(() => void forget(), 3_600_000);

const { host, port } = config.api;
await listenOrEnd('DURABILL_API', config.api, () => api.listen({ host, port }));

await life.run({
  // `/readyz` has said no since the signal; until load balancers have noticed, what they send is answered.
  'the time for load balancers': () => sleep(config.api.drainMs),
  'requests that are being answered': () => api.close(),
  'the hourly look at old sessions': async () => clearInterval(forgetting),
  'signals that are still to be sent': async () => waker.close(),
  'letters that are being put back': () => deadLetters.close(),
  connections: () => Promise.all([temporal.close(), broker.close(), database.close()]),
  'operations pages': () => operations.close(),
});
