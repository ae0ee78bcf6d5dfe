import { Runtime } from '@temporalio/worker';
import { createEnsureCustomer } from '../../activities/ensure-customer.ts';
import { createActivities } from '../../activities/index.ts';
import { createWakeSyncs } from '../../activities/wake-syncs.ts';
import { taskQueues } from '../../workflows/contract/task-queues.ts';
import { keepSending, type Sending } from '../billing/keep-sending.ts';
import { requestPaceOf } from '../billing/request-pace.ts';
import { windowOf } from '../billing/request-window.ts';
import { bindStripe } from '../billing/stripe-account.ts';
import { keepDelivering } from '../billing/webhooks/keep-delivering.ts';
import { createConnection } from '../broker/connection.ts';
import { within } from '../broker/limits.ts';
import { createPublisher } from '../broker/publisher.ts';
import { linesPerInvoice } from '../domain/invoice/limits.ts';
import { createSmtpMailer } from '../notify/smtp-mailer.ts';
import { createWebhookSender } from '../notify/webhooks/sender.ts';
import { readAttention } from '../store/attention.ts';
import { openDatabase } from '../store/database.ts';
import { readSweepAgeSeconds } from '../store/event-sweeps.ts';
import { readMailLagSeconds } from '../store/messages.ts';
import { readEventBacklog } from '../store/stripe-events.ts';
import { readRollupLagSeconds } from '../store/usage-rollups.ts';
import { readWebhookLagSeconds } from '../store/webhook-deliveries.ts';
import { openStripe } from '../targets/stripe/client.ts';
import { createEventSource } from '../targets/stripe/events.ts';
import { createStripeInventory } from '../targets/stripe/inventory.ts';
import { createStripeTarget } from '../targets/stripe/target.ts';
import { createHttpTaxEngine } from '../targets/tax-engine/http.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { serveOperations } from '../telemetry/operations-server.ts';
import { temporalLog } from '../telemetry/temporal-log.ts';
import { loadWorkflows } from '../temporal/bundle-cache.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { wakeStripeEvents } from '../temporal/stripe-events.ts';
import { connectWorkers, createWorkers } from '../temporal/workers.ts';
import { readCommand } from './shared/command-line.ts';
import { listenOrEnd } from './shared/listen.ts';
import { watchReadiness } from './shared/parts.ts';
import { beginLife } from './shared/process.ts';

/** Whoever scrapes waits some seconds at most. */
const booksLimitMs = 2_000;

const queueNames = Object.keys(taskQueues) as (keyof typeof taskQueues)[];
const isQueue = (name: string): name is keyof typeof taskQueues => (queueNames as string[]).includes(name);

const usage = `Usage: npm run worker [-- --queue NAME]...
Runs workflows and their activities. Everything else is configured by environment variables; the README lists them.
  --queue   serve this task queue only: ${queueNames.join(', ')}; may be given more than once. Without it, all of them`;

const { values, config } = readCommand(usage, { queue: { type: 'string', multiple: true } }, ({ queue = [] }) => {
  const unknown = queue.find((name) => !isQueue(name));
  if (unknown !== undefined) throw new Error(`There is no queue "${unknown}".`);
});
const queues = values.queue === undefined ? queueNames : queueNames.filter((name) => values.queue?.includes(name));
const log = createLog('worker');
const life = beginLife(log);
// Signals are ours to handle: the workers are shut down first, then what they use.
Runtime.install({ logger: temporalLog(log), shutdownSignals: [] });

const database = openDatabase(config.databaseUrl, { maxConnections: 24 });
const temporal = connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'worker' });
const publisher = createPublisher(broker);
const metrics = createMetrics('worker');
/** One for both priorities: the target counts them together. */
const requestWindow = windowOf(config.stripe.rates);
const stripeAt = (priority: 'normal' | 'high') => {
  const pace = requestPaceOf(database, config.stripe.rates, priority, requestWindow);
  return openStripe({ ...config.stripe, pace });
};
const stripe = stripeAt('normal');
const events = createEventSource(stripe);
const targetOf = (client: typeof stripe) => createStripeTarget(client, config.stripe.secretKey);
const { health, untilSetUp } = watchReadiness(log, life, { database, broker, temporal });
/** The figures that PostgreSQL has; while it does not answer they are left out, and what the process counts is told. */
async function readBooks(): Promise<void> {
  try {
    const asked = Promise.all([
      readAttention(database),
      readRollupLagSeconds(database),
      readEventBacklog(database),
      readSweepAgeSeconds(database),
      readMailLagSeconds(database),
      readWebhookLagSeconds(database),
    ]);
    const [{ oldestOpenSyncSeconds, ...attention }, lag, backlog, sweepAge, mailLag, webhookLag] = await within(
      asked,
      booksLimitMs,
      'no answer in time',
    );
    metrics.stripeEventsWaiting.set(backlog.unprocessed);
    metrics.oldestStripeEvent.set(backlog.oldestSeconds);
    if (sweepAge !== undefined) metrics.stripeSweepAge.set(sweepAge);
    metrics.oldestOpenSync.set(oldestOpenSyncSeconds);
    metrics.usageRollupLag.set(lag);
    metrics.oldestMail.set(mailLag);
    metrics.oldestWebhook.set(webhookLag);
    for (const [what, count] of Object.entries(attention)) metrics.attention.set({ what }, count);
    metrics.booksReadable.set(1);
  } catch (error) {
    log.warn({ err: error }, 'the books cannot be read for the metrics');
    const read = [metrics.oldestOpenSync, metrics.usageRollupLag, metrics.oldestMail, metrics.oldestWebhook];
    const ofEvents = [metrics.stripeEventsWaiting, metrics.oldestStripeEvent, metrics.stripeSweepAge];
    for (const gauge of [...read, ...ofEvents]) gauge.remove();
    metrics.attention.reset();
    metrics.booksReadable.set(0);
  }
}

const operations = await listenOrEnd('DURABILL_OPERATIONS', config.operations, () =>
  serveOperations({
    ...config.operations,
    registry: metrics.registry,
    health,
    beforeMetrics: readBooks,
  }),
);
log.info({ port: operations.port }, 'operations');

await untilSetUp();
const connection = await connectWorkers(config.temporal);
const workers = await createWorkers({
  connection,
  namespace: config.temporal.namespace,
  queues,
  loadWorkflows: () => loadWorkflows(config.workflowCacheDir),
  activities: createActivities({
    database,
    publisher,
    stripe: bindStripe(database, { target: targetOf(stripe), urgent: targetOf(stripeAt('high')), events }),
    taxEngine: config.taxEngine && createHttpTaxEngine(config.taxEngine),
    slots: config.sync.slots,
    ensureCustomer: createEnsureCustomer(temporal.client),
    wakeSyncs: createWakeSyncs(temporal.client, database),
    checkLimits: { ...config.checks, maxLines: linesPerInvoice },
    events,
    inventory: createStripeInventory(stripe),
    wakeEvents: (accountId) => wakeStripeEvents(temporal.client, accountId),
    countStripeEvents(counts) {
      for (const [outcome, count] of Object.entries(counts)) metrics.stripeEvents.inc({ outcome }, count);
    },
  }),
  observe: ({ name, outcome, seconds }) => metrics.activities.observe({ activity: name, outcome }, seconds),
});
/** Whoever serves the billing queue sends mail: that is once in a deployment, whatever else is started more often. */
function startMail(): Sending | undefined {
  if (config.mail === undefined || !queues.includes('billing')) return undefined;
  const { smtpUrl, from } = config.mail;
  const sender = { name: from.name || from.address, domain: from.address.split('@')[1] ?? 'localhost' };
  const mailer = createSmtpMailer({ url: smtpUrl, from });
  return keepSending(
    { database, mailer, sender, publicUrl: config.access.publicUrl },
    {
      onMail({ state, ...mail }) {
        metrics.mails.inc({ state });
        if (state === 'failed' || state === 'unknown') {
          log.error({ code: `mail-${state}`, ...mail }, 'an operator should see this');
        }
      },
      onLost: (count) => log.error({ code: 'mail-unknown', count }, 'an operator should see this'),
      onFailure: (error) => log.warn({ err: error }, 'no mail can be sent for now'),
    },
  );
}

/** As with mail, one kind of worker has it to do; any number of them may. */
function startWebhooks(): Sending | undefined {
  if (!queues.includes('billing')) return undefined;
  return keepDelivering(
    { database, sender: webhookSender },
    {
      onDelivery({ isGivenUp, ...delivery }) {
        metrics.webhooks.inc({ state: delivery.state });
        if (isGivenUp) log.error({ code: 'webhook-endpoint-disabled', ...delivery }, 'an operator should see this');
      },
      onFailure: (error) => log.warn({ err: error }, 'no webhook can be sent for now'),
    },
  );
}

const sending = startMail();
const webhookSender = createWebhookSender(config.webhooks);
const delivering = startWebhooks();
log.info({ queues, sendsMail: sending !== undefined, sendsWebhooks: delivering !== undefined }, 'queues');
const running = Promise.all(workers.map((worker) => worker.run()));

await life.run(
  {
    async 'activities that are under way'() {
      // One that has failed has stopped by itself, and what made it fail is told.
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
    'mails that are being handed over': async () => sending?.stop(),
    async 'webhooks that are under way'() {
      await delivering?.stop();
      await webhookSender.close();
    },
    'messages that are being confirmed': () => publisher.close(),
    connections: () => Promise.all([connection.close(), temporal.close(), broker.close(), database.close()]),
    'operations pages': () => operations.close(),
  },
  running,
);
