import { NativeConnection, Runtime } from '@temporalio/worker';
import { createEnsureCustomer } from '../../activities/ensure-customer.ts';
import { createActivities } from '../../activities/index.ts';
import { bindStripe } from '../billing/stripe-account.ts';
import { createConnection } from '../broker/connection.ts';
import { createPublisher } from '../broker/publisher.ts';
import { readConfig } from '../config.ts';
import { readAttention } from '../store/attention.ts';
import { openDatabase } from '../store/database.ts';
import { openStripe } from '../targets/stripe/client.ts';
import { createStripeTarget } from '../targets/stripe/target.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { serveOperations } from '../telemetry/operations-server.ts';
import { temporalLog } from '../telemetry/temporal-log.ts';
import { loadWorkflows } from '../temporal/bundle-cache.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { createWorkers } from '../temporal/workers.ts';
import { healthOf } from './shared/parts.ts';
import { runUntilStopped } from './shared/process.ts';

const config = readConfig(process.env);
const log = createLog('worker');
// Signals are ours to handle: the workers are shut down first, then what they use.
Runtime.install({ logger: temporalLog(log), shutdownSignals: [] });

const database = openDatabase(config.databaseUrl, { maxConnections: 24 });
const temporal = connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'worker' });
const publisher = createPublisher(broker);
const metrics = createMetrics('worker');
const target = createStripeTarget(openStripe(config.stripe), config.stripe.secretKey);
const connection = await NativeConnection.connect({ address: config.temporal.address });
const workers = await createWorkers({
  connection,
  namespace: config.temporal.namespace,
  workflowBundle: await loadWorkflows(process.env['DURABILL_WORKFLOW_CACHE']),
  activities: createActivities({
    database,
    publisher,
    stripe: bindStripe(database, target),
    slots: config.sync.slots,
    ensureCustomer: createEnsureCustomer(temporal.client),
  }),
  observe: ({ name, outcome, seconds }) => metrics.activities.observe({ activity: name, outcome }, seconds),
});
const operations = await serveOperations({
  ...config.operations,
  registry: metrics.registry,
  health: () => healthOf(log, { database, broker, temporal }),
  async beforeMetrics() {
    const { oldestOpenSyncSeconds, ...attention } = await readAttention(database);
    metrics.oldestOpenSync.set(oldestOpenSyncSeconds);
    for (const [what, count] of Object.entries(attention)) metrics.attention.set({ what }, count);
  },
});
log.info({ port: operations.port }, 'operations');
const running = Promise.all(workers.map((worker) => worker.run()));

await runUntilStopped(log, running, async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await Promise.all([publisher.close(), operations.close()]);
  await Promise.all([connection.close(), temporal.close(), broker.close(), database.close()]);
});
