import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { connectTemporal } from '../../src/temporal/connection.ts';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import type { Benchmark } from '../support/benchmark.ts';
import { rateOf } from '../support/benchmark.ts';
import { openDeployment } from '../support/deployment.ts';
import { openMonths } from '../support/months.ts';
import { createRemoteCustomers, publishAll, untilCompleted, untilSynced } from './syncs.ts';

const namespace = 'noop';
/** As many starts under way as one bridge has. */
const startsAtOnce = 8;

/**
 * R5: invoices synced a second, from publishing to the end of the last workflow, at a simulated Stripe without limits or
 * delays; against workflows with as many activities (one) that do nothing, on the same server, queues and worker options.
 */
export const syncThroughput: Benchmark = {
  id: 'R5',
  unit: 'invoices/s',
  goal: 0.7,
  async open({ smoke }) {
    const invoices = smoke ? 20 : 400;
    const deployment = await openDeployment({
      waitForDisks: true,
      env: { DURABILL_STRIPE_RATE_PER_OPERATION: '10000', DURABILL_STRIPE_RATE_TOTAL: '10000' },
    });
    const months = await openMonths(deployment.database, invoices);
    await createRemoteCustomers(deployment, months.customerIds);
    await deployment.start('worker');
    await deployment.start('bridge');
    const noop = connectTemporal({ address: deployment.config.temporal.address, namespace });
    await ensureNamespace(noop.connection, namespace);
    await deployment.run('noop-worker', fileURLToPath(new URL('./noop-worker.ts', import.meta.url)), {
      TEMPORAL_NAMESPACE: namespace,
    });
    let synced = 0;
    let completed = 0;
    return {
      async ours() {
        await months.issueNext();
        synced += invoices;
        return await rateOf(invoices, async () => {
          await publishAll(deployment, months.clockId);
          await untilSynced(deployment, months.clockId, synced);
        });
      },
      async limit() {
        const { workflow } = noop.client;
        let left = invoices;
        completed += invoices;
        const startSome = async () => {
          while (left > 0) {
            left -= 1;
            await workflow.start('noopSync', { taskQueue: 'billing', workflowId: randomUUID() });
          }
        };
        return await rateOf(invoices, async () => {
          await Promise.all(Array.from({ length: startsAtOnce }, startSome));
          await untilCompleted(noop.client, "WorkflowType = 'noopSync'", completed);
        });
      },
      facts: async () => ({ invoices, linesPerInvoice: 5, activitiesPerInvoice: 1 }),
      async close() {
        await noop.close();
        await deployment.close();
      },
    };
  },
};
