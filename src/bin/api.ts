import { buildApi } from '../api/app.ts';
import { runIdOf } from '../billing/ids.ts';
import { createConnection } from '../broker/connection.ts';
import { within } from '../broker/limits.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../store/database.ts';
import { openRun } from '../store/runs.ts';
import { createLog } from '../telemetry/log.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { startRun } from '../temporal/start-run.ts';
import { runUntilStopped } from './process.ts';

const config = readConfig(process.env);
const log = createLog('api');
const database = openDatabase(config.databaseUrl);
const temporal = await connectTemporal(config.temporal);
const broker = createConnection({ url: config.amqpUrl, name: 'api' });

/** The log hears why a part is away; those who ask need no key, so they only hear that it is. */
async function stateOf(part: string, asked: Promise<unknown>): Promise<string> {
  try {
    await within(asked, 2_000, 'no answer within two seconds');
    return 'up';
  } catch (error) {
    log.warn({ err: error, part }, 'part is away');
    return 'not answering';
  }
}

const api = buildApi({
  database,
  logger: log,
  async startRun(run) {
    const started = await startRun(temporal.client, run);
    const id = runIdOf(run.clockId, run.kind, run.at);
    // The workflow does the same first; whoever started it can look at once.
    await openRun(database, { ...run, id, cutoffAt: run.at, workflowId: started.workflowId });
    return { id, ...started };
  },
  async health() {
    const [postgresql, rabbitmq, temporalState] = await Promise.all([
      stateOf('postgresql', database.query('SELECT 1')),
      stateOf('rabbitmq', broker.ready(2_000)),
      temporal.healthy().then((up) => (up ? 'up' : 'not answering')),
    ]);
    return { postgresql, rabbitmq, temporal: temporalState };
  },
});
const address = await api.listen({ host: config.api.host, port: config.api.port });
log.info({ address }, 'listening');

await runUntilStopped(log, new Promise<never>(() => {}), async () => {
  // Requests that are being answered are finished first.
  await api.close();
  await Promise.all([temporal.close(), broker.close(), database.close()]);
});
