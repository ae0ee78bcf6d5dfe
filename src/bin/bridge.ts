import { startBridge } from '../bridge/bridge.ts';
import { createConnection } from '../broker/connection.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../store/database.ts';
import { createLog } from '../telemetry/log.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { runUntilStopped } from './process.ts';

const config = readConfig(process.env);
const log = createLog('bridge');
const database = openDatabase(config.databaseUrl);
const temporal = await connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'bridge' });
const bridge = startBridge({
  database,
  broker,
  client: temporal.client,
  slots: config.sync.slots,
  onChange: (queue, status) => log.info({ queue, ...status }, 'consumer'),
});

await runUntilStopped(log, new Promise<never>(() => {}), async () => {
  await bridge.stop();
  await Promise.all([temporal.close(), broker.close(), database.close()]);
});
