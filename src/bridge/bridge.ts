import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { BrokerConnection } from '../broker/connection.ts';
import { type Consumer, createConsumer, type Verdict } from '../broker/consumer.ts';
import type { InvoiceDue, Priority } from '../broker/invoice-due.ts';
import type { DeliveryContext } from '../broker/session.ts';
import { dueQueues } from '../broker/topology.ts';
import { crashPoint } from '../crash-points.ts';
import type { Currency } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import { type Database, isUnreachable } from '../store/database.ts';
import { gather } from '../store/gather.ts';
import { claimSlots, type SlotClaim, type WantedSlot } from '../store/sync-slots.ts';
import { wakeSync } from '../temporal/syncs.ts';
import { createStartPace } from './start-pace.ts';

export type BridgeDependencies = {
  database: Database;
  broker: BrokerConnection;
  client: Client;
  /** Invoices that may be on their way to Stripe at once, over all bridges. */
  slots: number;
  /** Requests of one operation that the target takes in a second; syncs are begun no faster, but for those of high priority. */
  requestsPerSecond: number;
  onChange?: (queue: string, status: ReturnType<Consumer['status']>) => void;
};

export type Bridge = { stop(): Promise<void>; status(): Record<Priority, ReturnType<Consumer['status']>> };

/**
 * Messages of one queue in the hands of one bridge, and with them starts under way at Temporal. Enough for a hundred starts a second where
 * one takes 80 ms; more at once would only keep the server from the tasks of the syncs that have begun, and the workers idle meanwhile.
 */
const prefetch = 8;
/** Those that wait for a slot ask again at each multiple of this, so that one statement or two ask for all of them. */
const askAgainMs = 250;
/** How long a message waits in the bridge's hands; RabbitMQ itself would take it back after half an hour. */
const patienceMs = 60_000;
/** A connection may be gone without a word; the claims behind it must not wait for that to be noticed. */
const noAnswerMs = 30_000;
/** A workflow id can be used again a second after its last run began; Temporal refuses an earlier start. */
const tooSoonPauseMs = 1_100;

/**
 * Carries messages to workflows: claims a slot in PostgreSQL, starts the invoice's sync (or signals the one that runs), then
 * acknowledges. When it dies in between, the message comes again and finds its slot claimed. While no slot is free, the
 * few messages in hand wait and RabbitMQ keeps the others; while PostgreSQL, Temporal or the target is away, the consumer
 * rests and RabbitMQ keeps them all.
 */
export function startBridge(dependencies: BridgeDependencies): Bridge {
  const { database, slots } = dependencies;
  const claim = gather((wanted: WantedSlot[]) => claimSlots(database, wanted, { slots }), {
    max: 2 * prefetch,
    concernsAll: isUnreachable,
    limit: { ms: noAnswerMs, error: () => new Error(`PostgreSQL has not answered for ${noAnswerMs} ms.`) },
  });
  const paced = createStartPace(dependencies.requestsPerSecond);
  const consumers = Object.fromEntries(
    Object.entries(dueQueues).map(([priority, queue]) => {
      const consumer = createConsumer(dependencies.broker, {
        queue,
        prefetch,
        handle: (message, context) => carry(dependencies.client, { claim, paced }, message, context),
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

type Claim = (wanted: WantedSlot) => Promise<SlotClaim>;

async function carry(
  client: Client,
  { claim, paced }: { claim: Claim; paced: ReturnType<typeof createStartPace> },
  message: InvoiceDue,
  { signal: takenBack }: DeliveryContext,
): Promise<Verdict> {
  const { invoiceId, priority } = message;
  const until = Date.now() + patienceMs;
  for (;;) {
    const { outcome, invoice } = await claim({ invoiceId, priority });
    if (outcome === 'unknown' || invoice === undefined) return { deadLetter: 'there is no such invoice in the books' };
    if (outcome === 'settled') return 'ack';
    if (outcome === 'claimed' || outcome === 'open') {
      crashPoint('bridge.slots-claimed');
      if (outcome === 'claimed' && priority === 'normal') await paced(takenBack);
      await wake(client, { ...invoice, invoiceId, priority });
      crashPoint('bridge.sync-signalled');
      return 'ack';
    }
    if (outcome === 'away' || takenBack.aborted || Date.now() > until) return { later: true };
    await pause(askAgainMs - (Date.now() % askAgainMs), takenBack);
  }
}

/** Ends early when the delivery is taken back. */
async function pause(ms: number, takenBack: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: takenBack }).catch(() => undefined);
}

type Subject = Required<SlotClaim>['invoice'] & { invoiceId: string; priority: Priority };

async function wake(client: Client, subject: Subject): Promise<void> {
  const amount = formatMoney(money(subject.totalMinor, subject.currency as Currency));
  try {
    await wakeSync(client, subject, amount);
  } catch (error) {
    if (!isTooSoon(error)) throw error;
    await sleep(tooSoonPauseMs);
    await wakeSync(client, subject, amount);
  }
}

/** grpc.status RESOURCE_EXHAUSTED, which Temporal also answers to a start within a second of the last. */
function isTooSoon(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return (cause as { code?: number }).code === 8;
}
