import type { ChannelModel } from 'amqplib';
import type { Priority } from './invoice-due.ts';

/** Where due invoices are published. Direct: the routing key names the priority. */
export const dueExchange = 'durabill';
/** Where every message goes that nobody can handle. Fan-out: whatever its routing key, it arrives. */
export const deadLetterExchange = 'durabill.dead-letter';
export const deadLetterQueue = 'durabill.dead-letter';

/**
 * High priority has a queue of its own: quorum queues of the versions that we run on have no priorities inside, and a
 * consumer of its own can never stand behind a month's backlog.
 */
export const dueQueues: Readonly<Record<Priority, string>> = {
  normal: 'durabill.invoice-due',
  high: 'durabill.invoice-due.high',
};

export const dueRoutingKeys: Readonly<Record<Priority, string>> = {
  normal: 'invoice-due.normal',
  high: 'invoice-due.high',
};

/**
 * A quorum queue counts every return of a message, and so also the returns of a consumer that pauses under
 * backpressure, some thousands a day for the messages at the head. RabbitMQ 4 would give up after 20 of them. This
 * limit is the last fuse only; past it the broker moves the message to the dead letters.
 */
const dueDeliveryLimit = 1_000_000;

/** Looking at dead letters takes and returns them, which counts too, and past the limit of this queue they vanish. */
const deadLetterDeliveryLimit = 1_000_000_000;

export const dueQueueArguments = {
  'x-queue-type': 'quorum',
  'x-delivery-limit': dueDeliveryLimit,
  'x-dead-letter-exchange': deadLetterExchange,
  // The broker keeps a message until its dead letter is confirmed. This needs the overflow below, which is otherwise
  // without effect, as the queues have no maximum length.
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
};

/**
 * Declares exchanges, queues and bindings; what exists already stays as it is. A queue of the same name with other
 * arguments is refused by the broker (PRECONDITION_FAILED), and the promise rejects.
 */
export async function declareTopology(model: ChannelModel): Promise<void> {
  const channel = await model.createChannel();
  // The refused call rejects with the same reason; without a listener the event would end the process.
  channel.on('error', () => undefined);

  await channel.assertExchange(deadLetterExchange, 'fanout', { durable: true });
  await channel.assertQueue(deadLetterQueue, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': deadLetterDeliveryLimit },
  });
  await channel.bindQueue(deadLetterQueue, deadLetterExchange, '');

  await channel.assertExchange(dueExchange, 'direct', { durable: true });
  for (const priority of ['normal', 'high'] as const) {
    await channel.assertQueue(dueQueues[priority], { durable: true, arguments: dueQueueArguments });
    await channel.bindQueue(dueQueues[priority], dueExchange, dueRoutingKeys[priority]);
  }
  await channel.close();
}
