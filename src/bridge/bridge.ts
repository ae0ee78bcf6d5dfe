import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { BrokerConnection } from '../broker/connection.ts';
import { type Consumer, createConsumer, type Verdict } from '../broker/consumer.ts';
import type { InvoiceDue, Priority } from '../broker/invoice-due.ts';
import { dueQueues } from '../broker/topology.ts';
import { crashPoint } from '../crash-points.ts';
import type { Currency } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import type { Database } from '../store/database.ts';
import { claimSlot, type SlotClaim } from '../store/sync-slots.ts';
import { signalSync } from '../temporal/syncs.ts';

export type BridgeDependencies = {
  database: Database;
  broker: BrokerConnection;
  client: Client;
  /** Invoices that may be on their way to Stripe at once, over all bridges. */
  slots: number;
  onChange?: (queue: string, status: ReturnType<Consumer['status']>) => void;
};

export type Bridge = { stop(): Promise<void>; status(): Record<Priority, ReturnType<Consumer['status']>> };

/** Messages in the hands of one bridge; what they wait for is two short calls. */
const prefetch = 32;
/** A workflow id can be used again a second after its last run began; Temporal refuses an earlier start. */
const tooSoonPauseMs = 1_100;

/**
 * Carries messages to workflows: claims a slot in PostgreSQL, signals the invoice's sync (starting it if need be), then
 * acknowledges. When it dies in between, the message comes again and finds its slot claimed. While no slot is free, or
 * PostgreSQL or Temporal is away, the consumer rests and RabbitMQ keeps the messages.
 */
export function startBridge(dependencies: BridgeDependencies): Bridge {
  const consumers = Object.fromEntries(
    Object.entries(dueQueues).map(([priority, queue]) => {
      const consumer = createConsumer(dependencies.broker, {
        queue,
        prefetch,
        handle: (message) => carry(dependencies, message),
        onChange: (status) => dependencies.onChange?.(queue, status),
      });
      consumer.start();
      return [priority, consumer];
    }),
  ) as Record<Priority, Consumer>;
  return {
    stop: async () => void (await Promise.all(Object.values(consumers).map((consumer) => consumer.stop()))),
    status: () => ({ normal: consumers.normal.status(), high: consumers.high.status() }),
  };
}

async function carry({ database, client, slots }: BridgeDependencies, message: InvoiceDue): Promise<Verdict> {
  const { invoiceId, priority } = message;
  const { outcome, invoice } = await claimSlot(database, { invoiceId, priority, slots });
  if (outcome === 'full') return { later: true };
  if (outcome === 'unknown' || invoice === undefined) return { deadLetter: 'there is no such invoice in the books' };
  if (outcome === 'settled') return 'ack';
  crashPoint('bridge.slots-claimed');
  await signal(client, { ...invoice, invoiceId, priority });
  crashPoint('bridge.sync-signalled');
  return 'ack';
}

type Subject = Required<SlotClaim>['invoice'] & { invoiceId: string; priority: Priority };

async function signal(client: Client, subject: Subject): Promise<void> {
  const amount = formatMoney(money(subject.totalMinor, subject.currency as Currency));
  try {
    await signalSync(client, subject, amount);
  } catch (error) {
    if (!isTooSoon(error)) throw error;
    await sleep(tooSoonPauseMs);
    await signalSync(client, subject, amount);
  }
}

/** grpc.status RESOURCE_EXHAUSTED, which Temporal also answers to a start within a second of the last. */
function isTooSoon(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return (cause as { code?: number }).code === 8;
}
