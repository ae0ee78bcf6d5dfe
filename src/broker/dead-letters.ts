import { createHash } from 'node:crypto';
import type { Channel, ChannelModel, GetMessage, Message } from 'amqplib';
import { DurabillError } from '../errors/error.ts';
import { type ConfirmedSender, createConfirmedSender, type Outgoing } from './confirms.ts';
import type { BrokerConnection } from './connection.ts';
import { type InvoiceDue, parseInvoiceDue } from './invoice-due.ts';
import { deadLetterExchange, deadLetterQueue, dueQueues } from './topology.ts';

/** Why a message is a dead letter, and the queue that it was taken from. */
export const reasonHeader = 'x-durabill-reason';
export const queueHeader = 'x-durabill-queue';
const deadSinceHeader = 'x-durabill-dead-since';
const requeuesHeader = 'x-durabill-requeues';

export type DeadLetter = {
  /** Made from queue, message id and bytes. Copies of one message share it: they mean the same. */
  readonly id: string;
  readonly reason: string;
  /** The queue that it was taken from, or null when nobody knows. */
  readonly queue: string | null;
  readonly messageId: string | null;
  /** The message, when it can be read now; null when it still cannot. */
  readonly message: InvoiceDue | null;
  /** The bytes as text, at most 1,000 characters. */
  readonly body: string;
  /** When it became a dead letter, or null when nobody noted it. */
  readonly deadSince: Date | null;
  /** How often it was put back already. */
  readonly requeues: number;
};

export type RequeueReport = {
  readonly requeued: number;
  /** Chosen, but still dead letters, each with the reason. */
  readonly kept: readonly { readonly id: string; readonly reason: string }[];
  /** Ids asked for that were not found among the letters looked at. */
  readonly missing: readonly string[];
};

export type DeadLetters = {
  /** Letters waiting, without those that another reader is looking at. */
  count(): Promise<number>;
  /** Up to `limit` (1 to 1,000, default 100) letters; they stay where they are. Two readers at once share them. */
  list(limit?: number): Promise<DeadLetter[]>;
  /**
   * Puts letters back into the queues that they came from: those named by id, or all. Each leaves the dead letters
   * only after RabbitMQ confirmed it in its queue, so a failure leaves two copies at worst, never none. Looks at up to
   * 10,000 letters a call.
   */
  requeue(chosen: readonly string[] | 'all'): Promise<RequeueReport>;
  /** Throws letters away that are named by id, with all their copies. @returns how many went, and the ids that were not found */
  discard(chosen: readonly string[]): Promise<{ discarded: number; missing: readonly string[] }>;
  close(): Promise<void>;
};

/** A person waits for the answer. */
const readyLimitMs = 5_000;
const maxListed = 1_000;
const maxRequeued = 10_000;

/**
 * Makes a message a dead letter: a confirmed copy with its reason and queue.
 * @throws DurabillError `publish-failed` when RabbitMQ did not confirm it; the caller then keeps the message.
 */
export async function deadLetter(sender: ConfirmedSender, message: Message, queue: string, reason: string) {
  const headers = { [reasonHeader]: reason, [queueHeader]: queue, [deadSinceHeader]: new Date().toISOString() };
  const [failure] = await sender.send([copyOf(message, deadLetterExchange, '', headers)]);
  if (failure !== undefined) {
    const what = `The dead letter ${message.properties.messageId ?? '(without id)'} was not confirmed`;
    throw new DurabillError('publish-failed', { reason: `${what}: ${failure.reason}.` });
  }
}

/** The reader of the dead letters, with its button to put them back. */
export function createDeadLetters(connection: BrokerConnection): DeadLetters {
  const sender = createConfirmedSender(connection);

  async function count(): Promise<number> {
    return withChannel(await connection.ready(readyLimitMs), async (channel) => {
      return (await channel.checkQueue(deadLetterQueue)).messageCount;
    });
  }

  async function list(limit = 100): Promise<DeadLetter[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxListed) {
      throw new DurabillError('request-invalid', { field: 'limit', reason: `limit must be 1 to ${maxListed}.` });
    }
    return withChannel(await connection.ready(readyLimitMs), async (channel) => {
      const taken = await take(channel, limit);
      await giveBack(channel, taken.length);
      return taken.map(describe);
    });
  }

  async function requeue(chosen: readonly string[] | 'all'): Promise<RequeueReport> {
    return withChannel(await connection.ready(readyLimitMs), async (channel) => {
      const taken = (await take(channel, maxRequeued)).map((message) => ({ message, letter: describe(message) }));
      const wanted = chosen === 'all' ? taken : taken.filter(({ letter }) => chosen.includes(letter.id));
      const sendable = wanted.filter(({ letter }) => isDueQueue(letter.queue));
      const failures = await sender.send(sendable.map(({ message, letter }) => putBack(message, letter)));
      const failed = new Map(failures.map(({ index, reason }) => [sendable[index]?.letter.id, reason]));
      const failedIndexes = new Set(failures.map(({ index }) => index));
      const done = sendable.filter((_, index) => !failedIndexes.has(index));
      for (const { message } of done) channel.ack(message);
      await giveBack(channel, taken.length - done.length);
      const kept = wanted
        .filter((one) => !done.includes(one))
        .map(({ letter: { id, queue } }) => ({
          id,
          reason: failed.get(id) ?? `Its queue, ${queue ?? 'unknown'}, is not one of ours.`,
        }));
      const found = new Set(wanted.map(({ letter }) => letter.id));
      const missing = chosen === 'all' ? [] : chosen.filter((id) => !found.has(id));
      return { requeued: done.length, kept, missing };
    });
  }

  async function discard(chosen: readonly string[]): Promise<{ discarded: number; missing: readonly string[] }> {
    return withChannel(await connection.ready(readyLimitMs), async (channel) => {
      const taken = (await take(channel, maxRequeued)).map((message) => ({ message, id: describe(message).id }));
      const wanted = taken.filter(({ id }) => chosen.includes(id));
      for (const { message } of wanted) channel.ack(message);
      await giveBack(channel, taken.length - wanted.length);
      const found = new Set(wanted.map(({ id }) => id));
      return { discarded: wanted.length, missing: chosen.filter((id) => !found.has(id)) };
    });
  }

  return { count, list, requeue, discard, close: sender.close };
}

/** Runs `use` with a channel of its own. Its closing returns every message that was taken and not acknowledged. */
async function withChannel<T>(model: ChannelModel, use: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel();
  // The call that fails rejects with the same reason; without a listener the event would end the process.
  channel.on('error', () => undefined);
  try {
    return await use(channel);
  } finally {
    // A channel that the broker has closed cannot be closed again, and has returned its messages too.
    await channel.close().catch(() => undefined);
  }
}

async function take(channel: Channel, limit: number): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  while (taken.length < limit) {
    const message = await channel.get(deadLetterQueue);
    if (message === false) break;
    taken.push(message);
  }
  return taken;
}

/**
 * Returns what was taken and not acknowledged. The queue takes it back a moment later; this waits for that, up to three
 * seconds, so that the next look finds all letters: those that were left there and these.
 */
async function giveBack(channel: Channel, count: number): Promise<void> {
  if (count === 0) return;
  const inQueue = async () => (await channel.checkQueue(deadLetterQueue)).messageCount;
  const all = (await inQueue()) + count;
  channel.nackAll(true);
  for (let look = 0; look < 300; look += 1) {
    if ((await inQueue()) >= all) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function describe({ content, properties }: Message): DeadLetter {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const text = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  // The broker's own headers speak when it moved the message itself, past the delivery limit.
  const queue = text(queueHeader) ?? text('x-first-death-queue');
  const reason = text(reasonHeader) ?? text('x-first-death-reason') ?? 'unknown';
  const messageId = typeof properties.messageId === 'string' ? properties.messageId : null;
  const parsed = parseInvoiceDue(content);
  const deadSince = text(deadSinceHeader);
  return {
    id: createHash('sha256')
      .update(JSON.stringify([queue, messageId]))
      .update(content)
      .digest('hex')
      .slice(0, 16),
    reason,
    queue,
    messageId,
    message: parsed.ok ? parsed.message : null,
    body: content.toString('utf8').slice(0, 1_000),
    deadSince: deadSince === null ? null : new Date(deadSince),
    requeues: Number(headers[requeuesHeader] ?? 0),
  };
}

function isDueQueue(queue: string | null): queue is string {
  return queue === dueQueues.normal || queue === dueQueues.high;
}

function putBack(message: Message, { queue, requeues }: DeadLetter): Outgoing {
  // The nameless exchange delivers to the queue named by the routing key.
  return copyOf(message, '', queue as string, { [requeuesHeader]: requeues + 1 });
}

function copyOf({ content, properties }: Message, exchange: string, routingKey: string, headers: object): Outgoing {
  const { messageId, type, contentType, appId, timestamp } = properties;
  const known = Object.fromEntries(
    Object.entries({ messageId, type, contentType, appId, timestamp }).filter(([, value]) => value !== undefined),
  );
  const requeues: unknown = properties.headers?.[requeuesHeader];
  const kept = requeues === undefined ? {} : { [requeuesHeader]: requeues };
  return { exchange, routingKey, content, properties: { ...known, headers: { ...kept, ...headers } } };
}
