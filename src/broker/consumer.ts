import { createConfirmedSender } from './confirms.ts';
import type { BrokerConnection } from './connection.ts';
import { deadLetter } from './dead-letters.ts';
import type { InvoiceDue } from './invoice-due.ts';
import { growingDelayMs, reasonOf } from './limits.ts';
import { type Counters, type DeliveryContext, openSession, type Session, type SessionOptions } from './session.ts';
import { createSuspects } from './suspects.ts';
import { declareTopology } from './topology.ts';

/**
 * What the handler makes of a message. `later`: not now, for want of room; it goes back, and the consumer rests. Throwing
 * says the same of a dependency that is away.
 */
export type Verdict = 'ack' | { readonly deadLetter: string } | { readonly later: true };

export type ConsumerOptions = {
  queue: string;
  /** Most messages held at once; each is handled as it comes, so this is also the concurrency. */
  prefetch: number;
  /** Must be idempotent: RabbitMQ delivers at least once. */
  handle(message: InvoiceDue, context: DeliveryContext): Promise<Verdict>;
  /** How long running handlers may go on after `pause` before their messages are returned. Default 5 s. */
  pauseGraceMs?: number;
  /** The first rest after `later`, a throw or a failed start; it doubles until a message is handled. Default 250 ms. */
  initialRestMs?: number;
  /** Default 15 s. */
  maxRestMs?: number;
  /** How often an idle consumer makes sure that the broker has not forgotten it. Default 10 s. */
  idleCheckMs?: number;
  /** Throws, with others handled well in between, after which a message itself is to blame. Default 5. */
  maxThrows?: number;
  /** Called after each change of `status().state`. */
  onChange?(status: ConsumerStatus): void;
};

/** `resting` ends by itself, `paused` only by `resume`; `waiting`: about to consume, the broker is away. */
export type ConsumerState = 'stopped' | 'paused' | 'resting' | 'waiting' | 'consuming';

export type ConsumerStatus = {
  readonly state: ConsumerState;
  /** Why it is paused, resting or waiting, or null. */
  readonly reason: string | null;
  /** Messages held now. */
  readonly held: number;
  readonly counters: Readonly<Counters>;
};

export type Consumer = {
  /** Begins to consume, and goes on by itself after the connection was lost. */
  start(): void;
  /** Stops consuming, waits for running handlers within the grace time, and returns the rest; then nothing is held. */
  pause(reason: string): Promise<void>;
  /** Ends a pause or a rest. */
  resume(): void;
  /** For good: as `pause`, with a grace time of its own (default 20 s). */
  stop(graceMs?: number): Promise<void>;
  status(): ConsumerStatus;
};

/**
 * Consumes one queue with manual acknowledgements, through one session (channel) at a time. What is wanted and what is
 * there are brought together by one loop, so that pauses, rests, lost connections and stops may come in any order.
 */
export function createConsumer(connection: BrokerConnection, options: ConsumerOptions): Consumer {
  const { queue, pauseGraceMs = 5_000, initialRestMs = 250, maxRestMs = 15_000 } = options;
  const { maxThrows = 5, idleCheckMs = 10_000 } = options;
  // Dead letters have a connection of their own: a blocked connection passes no acknowledgements either, and a queue
  // that nobody drains is what a memory alarm may be waiting for.
  const deadLetterConnection = connection.sibling('dead letters');
  const deadLetterSender = createConfirmedSender(deadLetterConnection);
  const counters: Counters = { delivered: 0, acked: 0, requeued: 0, deadLettered: 0, lost: 0 };
  const suspects = createSuspects();

  let running = false;
  let pausedBecause: string | null = null;
  let restingBecause: string | null = null;
  let rests = 0;
  let restTimer: NodeJS.Timeout | undefined;
  let graceMs = pauseGraceMs;
  let session: Session | null = null;
  let topologyInDoubt = false;
  let settling: Promise<void> | null = null;

  const wanted = () => running && pausedBecause === null && restingBecause === null;

  function state(): ConsumerState {
    if (!running) return 'stopped';
    if (pausedBecause !== null) return 'paused';
    if (restingBecause !== null) return 'resting';
    return session === null ? 'waiting' : 'consuming';
  }

  function status(): ConsumerStatus {
    const now = state();
    const away = now === 'waiting' ? connection.health().lastError : null;
    return {
      state: now,
      reason: pausedBecause ?? restingBecause ?? away,
      held: session?.held() ?? 0,
      counters: { ...counters },
    };
  }

  let reported: Pick<ReturnType<Consumer['status']>, 'state' | 'reason'> = { state: 'stopped', reason: null };
  function report(): void {
    const now = status();
    // Why it waits is known only after the first attempt, and may be another reason later.
    if (now.state === reported.state && now.reason === reported.reason) return;
    reported = now;
    options.onChange?.(now);
  }

  /** Brings the session to what is wanted, one step after the other, however often that changes meanwhile. */
  function settle(): Promise<void> {
    report();
    settling ??= reconcile().finally(() => {
      settling = null;
      report();
      // Something may have changed after the last look and before this line.
      if (needsWork()) void settle();
    });
    return settling;
  }

  const canOpen = () => wanted() && session === null && connection.health().state === 'ready';
  const needsWork = () => canOpen() || (!wanted() && session !== null);

  async function reconcile(): Promise<void> {
    while (needsWork()) {
      if (session !== null) await session.close(graceMs);
      else await open();
      report();
    }
  }

  async function open(): Promise<void> {
    try {
      const model = await connection.ready();
      if (topologyInDoubt) await declareTopology(model);
      topologyInDoubt = false;
      session = await openSession(model, { ...options, idleCheckMs, counters, judge, onEnd });
      if (session.ended()) session = null;
    } catch (error) {
      // The queue may be gone; the next try declares it first.
      topologyInDoubt = true;
      rest(`Consuming could not begin: ${reasonOf(error)}`);
    }
  }

  function onEnd(inDoubt: boolean): void {
    topologyInDoubt ||= inDoubt;
    session = null;
    void settle();
  }

  /** Turns a message into what is to be done with it; never rejects. */
  const judge: SessionOptions['judge'] = async (raw, parsed, context) => {
    const verdict = parsed.ok ? await ask(parsed.message, context) : { deadLetter: parsed.reason };
    if (verdict === 'ack') return 'ack';
    if ('later' in verdict) return 'requeue';
    try {
      await deadLetter(deadLetterSender, raw, queue, verdict.deadLetter);
      return 'dead-lettered';
    } catch (error) {
      rest(reasonOf(error));
      return 'requeue';
    }
  };

  async function ask(message: InvoiceDue, context: DeliveryContext): Promise<Verdict> {
    const { invoiceId } = message;
    try {
      const verdict = await options.handle(message, context);
      if (typeof verdict === 'object' && 'later' in verdict) {
        rest('A message was put off for later.');
      } else {
        suspects.clear(invoiceId);
        rests = 0;
      }
      return verdict;
    } catch (error) {
      const reason = reasonOf(error);
      const throws = suspects.threw(invoiceId, counters.acked);
      if (throws >= maxThrows) {
        suspects.clear(invoiceId);
        return { deadLetter: `The handler failed ${throws} times while others passed; last: ${reason}` };
      }
      rest(`The handler failed: ${reason}`);
      return { later: true };
    }
  }

  /** A pause that ends by itself, so that neither a busy nor a broken neighbour makes messages go round and round. */
  function rest(reason: string): void {
    if (restingBecause !== null || !running) return;
    restingBecause = reason;
    clearTimeout(restTimer);
    restTimer = setTimeout(wakeUp, growingDelayMs(rests, initialRestMs, maxRestMs));
    rests += 1;
    void settle();
  }

  function wakeUp(): void {
    clearTimeout(restTimer);
    restingBecause = null;
    void settle();
  }

  let offChange = () => {};

  function start(): void {
    if (running) return;
    running = true;
    offChange = connection.onChange(() => void settle());
    // Only to make it connect: the change of its state is what starts the session.
    connection.ready().catch(() => undefined);
    void settle();
  }

  async function pause(reason: string): Promise<void> {
    pausedBecause = reason;
    do await settle();
    while (!wanted() && session !== null);
  }

  function resume(): void {
    pausedBecause = null;
    rests = 0;
    wakeUp();
  }

  async function stop(stopGraceMs = 20_000): Promise<void> {
    running = false;
    graceMs = stopGraceMs;
    clearTimeout(restTimer);
    offChange();
    do await settle();
    while (session !== null);
    await deadLetterSender.close();
    await deadLetterConnection.close();
  }

  return { start, pause, resume, stop, status };
}
