import { createConnection } from '../../src/broker/connection.ts';
import { createPublisher } from '../../src/broker/publisher.ts';
import type { Context } from './context.ts';
import { pause, untilDone } from './patience.ts';
import { randomOf } from './random.ts';

const everyMs = 5_000;
const atMost = 40;

/**
 * Publishes messages of invoices that have had theirs once more, in any order, each up to three times, to either queue.
 * @returns how many
 */
export async function repeatMessages(context: Context, until: AbortSignal): Promise<number> {
  const { deployment, seed, giveUp } = context;
  const random = randomOf(seed, 'messages');
  const broker = createConnection({ url: deployment.stack.amqpUrl, name: 'chaos' });
  const publisher = createPublisher(broker);
  let published = 0;
  while (!until.aborted) {
    await pause(everyMs * (0.5 + random.next()), until);
    const ids = await untilDone(() => publishedInvoices(context), giveUp);
    const chosen = random.shuffled(ids).slice(0, atMost);
    const copies = chosen.flatMap((invoiceId) => Array.from({ length: random.whole(1, 3) }, () => invoiceId));
    const messages = random.shuffled(copies).map((invoiceId) => {
      return { version: 1 as const, invoiceId, priority: random.pick(['normal', 'high'] as const) };
    });
    await publisher
      .publish(messages, (confirmed) => {
        published += confirmed.length;
      })
      .catch(() => {
        // RabbitMQ is away just now; they were too many in any case.
      });
  }
  await publisher.close();
  await broker.close();
  return published;
}

async function publishedInvoices({ deployment: { database } }: Context): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `SELECT invoice_id AS id FROM invoice_states WHERE sync IN ('queued', 'syncing', 'backing_off', 'parked', 'synced')
     ORDER BY invoice_id`,
  );
  return rows.map(({ id }) => id);
}
