import { type Bridge, startBridge } from '../bridge/bridge.ts';
import { createConnection } from '../broker/connection.ts';
import { openDatabase } from '../store/database.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { serveOperations } from '../telemetry/operations-server.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { readCommand } from './shared/command-line.ts';
import { listenOrEnd } from './shared/listen.ts';
import { watchReadiness } from './shared/parts.ts';
import { beginLife } from './shared/process.ts';

const usage = `Usage: npm run bridge
Carries due invoices from RabbitMQ to their workflows. Everything is configured by environment variables; the README
lists them.`;

const { config } = readCommand(usage, {});
const log = createLog('bridge');
const life = beginLife(log);
const database = openDatabase(config.databaseUrl);
const temporal = connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'bridge' });
const metrics = createMetrics('bridge');
const { health, untilSetUp } = watchReadiness(log, life, { database, broker, temporal });
let started: Bridge | undefined;
const operations = await listenOrEnd('DURABILL_OPERATIONS', config.operations, () =>
  serveOperations({
    ...config.operations,
    registry: metrics.registry,
    health,
    beforeMetrics() {
      for (const [queue, { state, counters }] of Object.entries(started?.status() ?? {})) {
        metrics.consumerConsuming.set({ queue }, state === 'consuming' ? 1 : 0);
        for (const [fate, count] of Object.entries(counters)) metrics.consumerMessages.set({ queue, fate }, count);
      }
    },
  }),
);
log.info({ port: operations.port }, 'operations');

await untilSetUp();
const bridge = startBridge({
  database,
  broker,
  client: temporal.client,
  slots: config.sync.slots,
  requestsPerSecond: config.stripe.rates.perOperation,
  onChange: (queue, status) => log.info({ queue, ...status }, 'consumer'),
});
started = bridge;

await life.run({
  'messages that are being carried': () => bridge.stop(),
  connections: () => Promise.all([temporal.close(), broker.close(), database.close()]),
  'operations pages': () => operations.close(),
});
