import { extendPeriods } from '../src/billing/extend-periods.ts';
import { createConnection } from '../src/broker/connection.ts';
import { encodeInvoiceDue, invoiceDueType } from '../src/broker/invoice-due.ts';
import { createPublisher } from '../src/broker/publisher.ts';
import { dueQueueArguments, dueQueues } from '../src/broker/topology.ts';
import type { Database } from '../src/store/database.ts';
import { type Benchmark, type BenchmarkOptions, type OpenBenchmark, rateOf } from './support/benchmark.ts';
import { openDeployment } from './support/deployment.ts';
import { addManyCustomers, month } from './support/many-customers.ts';
import { generateAll, issueAll, publishAll } from './support/run-pages.ts';

type Channel = Awaited<
  ReturnType<Awaited<ReturnType<ReturnType<typeof createConnection>['ready']>>['createConfirmChannel']>
>;

const limitQueue = 'bench.limit';
const windowSize = 1_000;

/**
 * R4: issued invoices selected, published with confirms and marked, page by page as the activity does, against nothing
 * but as many messages of the same size to a queue of the same kind, a thousand of them unconfirmed at most.
 */
export const publish: Benchmark = {
  id: 'R4',
  unit: 'messages/s',
  goal: 0.5,
  async open(options: BenchmarkOptions): Promise<OpenBenchmark> {
    const count = options.smoke ? 500 : 20_000;
    const deployment = await openDeployment({ waitForDisks: true });
    const { database, config } = deployment;
    const connection = createConnection({ url: config.amqpUrl, name: 'bench' });
    const publisher = createPublisher(connection);
    const channel = await (await connection.ready()).createConfirmChannel();
    await channel.assertQueue(limitQueue, { durable: true, arguments: dueQueueArguments });

    const clockId = await addManyCustomers(database, {
      name: 'PUBLISH',
      customers: count,
      eventsEach: 2,
      seed: options.seed,
    });
    await extendPeriods(database, { clockId, until: new Date(month.billedAt) });
    await generateAll(database, clockId);
    const issuedASecond = Math.round(await rateOf(count, () => issueAll(database, clockId)));
    const ids = await issuedIds(database, clockId);

    return {
      async ours() {
        await database.query(`UPDATE invoice_states SET sync = 'pending'`);
        await database.query('VACUUM (ANALYZE) invoice_states');
        await channel.purgeQueue(dueQueues.normal);
        await database.query('CHECKPOINT');
        return await rateOf(count, () => publishAll(database, publisher, clockId));
      },
      async limit() {
        await channel.purgeQueue(limitQueue);
        return await rateOf(count, () => publishBare(channel, ids));
      },
      async facts() {
        const [ours, limit] = [await channel.checkQueue(dueQueues.normal), await channel.checkQueue(limitQueue)];
        const { rows } = await database.query(`SELECT FROM invoice_states WHERE sync = 'queued'`);
        const counts = {
          issued: ids.length,
          inOurQueue: ours.messageCount,
          inTheLimits: limit.messageCount,
          queued: rows.length,
        };
        if (Object.values(counts).some((found) => found !== count))
          throw new Error(`not ${count}: ${JSON.stringify(counts)}`);
        return { messages: count, issuedASecond };
      },
      async close() {
        await publisher.close();
        await connection.close();
        await deployment.close();
      },
    };
  },
};

async function issuedIds(database: Database, clockId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT i.id FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE i.clock_id = $1 AND s.lifecycle = 'issued'`,
    [clockId],
  );
  return rows.map(({ id }) => id);
}

/** As fast as the library can: no page, no record, one window. */
async function publishBare(channel: Channel, ids: readonly string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let [sent, confirmed] = [0, 0];
    const fill = () => {
      while (sent < ids.length && sent - confirmed < windowSize) {
        const invoiceId = ids[sent] as string;
        const content = encodeInvoiceDue({ version: 1, invoiceId, priority: 'normal' });
        const properties = {
          messageId: invoiceId,
          type: invoiceDueType,
          contentType: 'application/json',
          appId: 'durabill',
        };
        channel.sendToQueue(limitQueue, content, { ...properties, persistent: true, mandatory: true }, onConfirm);
        sent += 1;
      }
    };
    const onConfirm = (error: unknown) => {
      if (error) reject(error as Error);
      confirmed += 1;
      if (confirmed === ids.length) resolve();
      else fill();
    };
    fill();
  });
}
