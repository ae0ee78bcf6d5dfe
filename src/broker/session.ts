import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { watchForDeafness } from './deafness.ts';
import { type Parsed, parseInvoiceDue } from './invoice-due.ts';
import { within } from './limits.ts';

/** delivered = acked + requeued + deadLettered + lost + held now. */
export type Counters = {
  delivered: number;
  acked: number;
  requeued: number;
  deadLettered: number;
  /** Held when their channel was lost; RabbitMQ delivers them again. */
  lost: number;
};

export type DeliveryContext = {
  /** RabbitMQ has delivered this message before; that delivery may have been handled in whole or in part. */
  readonly redelivered: boolean;
  /** Returns of this message so far, as its queue counts them. */
  readonly returns: number;
  /** Aborted when the delivery is about to be taken back (pause, stop, lost channel): its verdict may come too late. */
  readonly signal: AbortSignal;
};

export type Answer = 'ack' | 'dead-lettered' | 'requeue';

export type SessionOptions = {
  queue: string;
  prefetch: number;
  counters: Counters;
  /** How often it is made sure that the broker has not forgotten an idle consumer. */
  idleCheckMs: number;
  /** Decides what becomes of a message; must not reject. */
  judge(raw: ConsumeMessage, parsed: Parsed, context: DeliveryContext): Promise<Answer>;
  /** Called once, when the session is over; `topologyInDoubt` when it looks as if its queue was deleted. */
  onEnd(topologyInDoubt: boolean): void;
};

export type Session = {
  held(): number;
  ended(): boolean;
  /**
   * Takes no further message, waits up to `graceMs` for running handlers, and returns what is then still held. A
   * verdict that comes after that is void. The session has ended when the promise resolves.
   */
  close(graceMs: number): Promise<void>;
};

/** How long the broker may take to answer when a session closes; after that its channel is left to its fate. */
const closeLimitMs = 5_000;

/** One channel with one consumer, from `basic.consume` to the end of the channel. */
export async function openSession(model: ChannelModel, options: SessionOptions): Promise<Session> {
  const { queue, prefetch, counters, judge, onEnd } = options;
  const consumerTag = randomUUID();
  const held = new Set<ConsumeMessage>();
  const handlers = new Set<Promise<void>>();
  const abort = new AbortController();
  // Every message held may listen; a warning about a leak would be wrong.
  setMaxListeners(0, abort.signal);
  let closing: Promise<void> | null = null;
  let ended = false;
  let topologyInDoubt = false;
  let stopWatching = () => {};

  const channel = await model.createChannel();
  // The 'close' event follows, and the call that failed rejects with the same reason.
  channel.on('error', () => undefined);
  channel.on('close', () => end('lost'));

  function end(fateOfHeld: 'lost' | 'requeued'): void {
    counters[fateOfHeld] += held.size;
    held.clear();
    abort.abort();
    stopWatching();
    if (ended) return;
    ended = true;
    onEnd(topologyInDoubt);
  }

  function receive(raw: ConsumeMessage | null): void {
    if (raw === null) {
      restart();
      return;
    }
    counters.delivered += 1;
    held.add(raw);
    // Delivered while basic.cancel was on its way: it goes back when the channel closes.
    if (closing !== null) return;
    const handler = answer(raw).finally(() => handlers.delete(handler));
    handlers.add(handler);
  }

  /** The broker cancelled or forgot this consumer: whoever owns the session opens another one. */
  function restart(): void {
    topologyInDoubt = true;
    void close(0);
  }

  async function answer(raw: ConsumeMessage): Promise<void> {
    const { redelivered } = raw.fields;
    const returns = Number(raw.properties.headers?.['x-delivery-count'] ?? 0);
    const verdict = await judge(raw, parseInvoiceDue(raw.content), { redelivered, returns, signal: abort.signal });
    // No longer ours: returned already, or lost with the channel. It comes again.
    if (!held.delete(raw)) return;
    try {
      if (verdict === 'requeue') channel.nack(raw, false, true);
      else channel.ack(raw);
      counters[counterOf[verdict]] += 1;
    } catch {
      // The connection is closing this moment, so the answer cannot be sent. It comes again.
      counters.lost += 1;
    }
  }

  function close(graceMs: number): Promise<void> {
    closing ??= windUp(graceMs);
    return closing;
  }

  async function windUp(graceMs: number): Promise<void> {
    abort.abort();
    try {
      await within(channel.cancel(consumerTag), closeLimitMs, 'no answer to basic.cancel');
      await settledWithin([...handlers], graceMs);
      const closed = channel.close();
      end('requeued');
      await within(closed, closeLimitMs, 'no answer to channel.close');
    } catch {
      // The channel is gone, or the broker is silent. Either way RabbitMQ returns what it held.
      end('lost');
    }
  }

  await channel.prefetch(prefetch);
  await channel.consume(queue, receive, { consumerTag });
  const deliveredWhenIdle = () => (held.size === 0 && closing === null ? counters.delivered : null);
  if (!ended) {
    const checkEveryMs = options.idleCheckMs;
    stopWatching = watchForDeafness(model, { queue, checkEveryMs, deliveredWhenIdle, onDeaf: restart });
  }
  return { held: () => held.size, ended: () => ended, close };
}

const counterOf = { ack: 'acked', 'dead-lettered': 'deadLettered', requeue: 'requeued' } as const;

async function settledWithin(handlers: readonly Promise<void>[], graceMs: number): Promise<void> {
  // Running out of the grace time is an outcome like the other: what is still held then goes back.
  await within(Promise.all(handlers), graceMs, 'the grace time is over').catch(() => undefined);
}
