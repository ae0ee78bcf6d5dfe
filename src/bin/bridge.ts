import { startBridge } from '../bridge/bridge.ts';
import { createConnection } from '../broker/connection.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../store/database.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { serveOperations } from '../telemetry/operations-server.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { healthOf } from './shared/parts.ts';
import { runUntilStopped } from './shared/process.ts';

const config = readConfig(process.env);
const log = createLog('bridge');
const database = openDatabase(config.databaseUrl);
const temporal = connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'bridge' });
const metrics = createMetrics('bridge');
const bridge = startBridge({
  database,
  broker,
  client: temporal.client,
  slots: config.sync.slots,
  onChange: (queue, status) => log.info({ queue, ...status }, 'consumer'),
});
const operations = await serveOperations({
  ...config.operations,
  registry: metrics.registry,
  health: () => healthOf(log, { database, broker, temporal }),
  beforeMetrics() {
    for (const [queue, { state, counters }] of Object.entries(bridge.status())) {
      metrics.consumerConsuming.set({ queue }, state === 'consuming' ? 1 : 0);
      for (const [fate, count] of Object.entries(counters)) metrics.consumerMessages.set({ queue, fate }, count);
    }
  },
});
log.info({ port: operations.port }, 'operations');

await runUntilStopped(log, new Promise<never>(() => {}), async () => {
  await bridge.stop();
  await operations.close();
  await Promise.all([temporal.close(), broker.close(), database.close()]);
});
