import { DurabillError } from '../errors/error.ts';
import { createConfirmedSender, type Outgoing, type SenderOptions, type SendFailure } from './confirms.ts';
import type { BrokerConnection } from './connection.ts';
import { encodeInvoiceDue, type InvoiceDue, invoiceDueType } from './invoice-due.ts';
import { dueExchange, dueRoutingKeys } from './topology.ts';

export type PublishFailure = { readonly invoiceId: string } & Omit<SendFailure, 'index'>;

/** Some messages of a call to `publish` were not confirmed. Those that were have been told to `onConfirmed`. */
export class PublishError extends DurabillError {
  readonly failures: readonly PublishFailure[];

  constructor(failures: readonly PublishFailure[], total: number) {
    const named = failures.slice(0, 10).map(({ invoiceId }) => invoiceId);
    const more = failures.length > named.length ? ` and ${failures.length - named.length} more` : '';
    const reasons = [...new Set(failures.map(({ fate, reason }) => `${fate}: ${reason}`))].slice(0, 3);
    const many = `${failures.length} of ${total} messages were not confirmed`;
    super('publish-failed', { reason: `${many} (${reasons.join('; ')}): ${named.join(', ')}${more}.` });
    this.failures = failures;
  }
}

export type Publisher = {
  /**
   * Publishes one persistent, mandatory message per invoice, its `messageId` the invoice's id, and resolves once
   * RabbitMQ has confirmed them all, which for a quorum queue means: on the disks of a majority. `onConfirmed` is told
   * ids as their confirms come.
   * @throws PublishError when a message was returned (no queue took it), refused, or not confirmed because the channel
   *   was lost or the broker was silent or blocked for too long. An unconfirmed message may have arrived.
   * @throws DurabillError `message-invalid` before anything is sent.
   */
  publish(messages: readonly InvoiceDue[], onConfirmed?: (invoiceIds: string[]) => void): Promise<void>;
  close(): Promise<void>;
};

export function createPublisher(connection: BrokerConnection, options: SenderOptions = {}): Publisher {
  const sender = createConfirmedSender(connection, options);

  async function publish(messages: readonly InvoiceDue[], onConfirmed?: (invoiceIds: string[]) => void) {
    const invoiceIdAt = (index: number) => (messages[index] as InvoiceDue).invoiceId;
    const failures = await sender.send(messages.map(toOutgoing), (indexes) => onConfirmed?.(indexes.map(invoiceIdAt)));
    if (failures.length === 0) return;
    const named = failures.map(({ index, fate, reason }) => ({ invoiceId: invoiceIdAt(index), fate, reason }));
    throw new PublishError(named, messages.length);
  }

  return { publish, close: sender.close };
}

function toOutgoing(message: InvoiceDue): Outgoing {
  return {
    exchange: dueExchange,
    routingKey: dueRoutingKeys[message.priority],
    content: encodeInvoiceDue(message),
    properties: {
      messageId: message.invoiceId,
      type: invoiceDueType,
      contentType: 'application/json',
      appId: 'durabill',
      // AMQP counts whole seconds here.
      timestamp: Math.floor(Date.now() / 1_000),
    },
  };
}
