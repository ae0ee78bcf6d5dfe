/** A worker like ours, with queues, slots and options of the real one, whose workflow and activity do nothing. */
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { beginLife } from '../../src/bin/shared/process.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { temporalLog } from '../../src/telemetry/temporal-log.ts';
import { bundleWorkflows, connectWorkers, createWorkers } from '../../src/temporal/workers.ts';

const config = readConfig(process.env);
const log = createLog('noop-worker');
Runtime.install({ logger: temporalLog(log), shutdownSignals: [] });
const connection = await connectWorkers(config.temporal);
const workers = await createWorkers({
  connection,
  namespace: config.temporal.namespace,
  loadWorkflows: () => bundleWorkflows(fileURLToPath(new URL('./noop-workflow.ts', import.meta.url))),
  activities: { noop: async () => {} } as never,
  queues: ['billing', 'stripe'],
});
const running = Promise.all(workers.map((worker) => worker.run()));
await beginLife(log).run(
  {
    async workflows() {
      for (const worker of workers) worker.shutdown();
      await running;
    },
    connection: () => connection.close(),
  },
  running,
);
