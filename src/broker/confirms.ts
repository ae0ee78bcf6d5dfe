import type { ConfirmChannel, MessageFields, Options } from 'amqplib';
import type { BrokerConnection } from './connection.ts';
import { reasonOf, within } from './limits.ts';
import { declareTopology } from './topology.ts';

export type Outgoing = {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
};

/**
 * What became of a message. `returned`: no queue took it. `refused`: the broker said no. `unconfirmed`: nobody knows;
 * it may have arrived.
 */
export type Fate = 'confirmed' | 'returned' | 'refused' | 'unconfirmed';

export type SendFailure = {
  readonly index: number;
  readonly fate: Exclude<Fate, 'confirmed'>;
  readonly reason: string;
};

export type ConfirmedSender = {
  /**
   * Sends all messages, persistent and mandatory, and resolves once the fate of each is known; the answer lists those
   * that failed. It never hangs: silence of the broker has a limit. `onConfirmed` is told indexes as they are
   * confirmed; all have been told when the promise resolves. It rejects only with what `onConfirmed` throws.
   */
  send(outgoing: readonly Outgoing[], onConfirmed?: (indexes: number[]) => void): Promise<SendFailure[]>;
  close(): Promise<void>;
};

export type SenderOptions = {
  /** Most messages on their way without a confirm, over all calls of `send`. Default 1,000: throughput ends to grow. */
  windowSize?: number;
  /** How long the broker may be silent, or block us, while we wait for it. Default 30 s. */
  silenceLimitMs?: number;
};

type Settle = (fate: Fate, reason: string) => void;

/** One confirm channel and what is on its way through it. Once lost it stays lost; the next one takes its place. */
type Lane = {
  size(): number;
  lostBecause(): string | null;
  publish(outgoing: Outgoing, settle: Settle): void;
  lose(reason: string): void;
};

export function createConfirmedSender(connection: BrokerConnection, options: SenderOptions = {}): ConfirmedSender {
  const { windowSize = 1_000, silenceLimitMs = 30_000 } = options;
  let lane: Promise<Lane> | null = null;
  let topologyInDoubt = false;
  const sleepers = new Set<() => void>();
  let closed = false;
  const wake = () => {
    for (const rouse of [...sleepers]) rouse();
  };
  const offChange = connection.onChange(wake);

  /** Resolves true at the next confirm, loss or change of the connection, false when none came within the limit. */
  function nextEvent(): Promise<boolean> {
    return new Promise((resolve) => {
      const rouse = (happened: boolean) => {
        clearTimeout(timer);
        sleepers.delete(roused);
        resolve(happened);
      };
      const roused = () => rouse(true);
      const timer = setTimeout(() => rouse(false), silenceLimitMs);
      sleepers.add(roused);
    });
  }

  const isBlocked = () => connection.health().blocked !== null;
  const blockedReason = () => `RabbitMQ takes no messages now (${connection.health().blocked})`;

  async function openLane(): Promise<Lane> {
    if (closed) throw new Error('the sender was closed by this program');
    const model = await connection.ready(silenceLimitMs);
    // A blocked broker would not even answer the opening of a channel.
    while (isBlocked()) if (!(await nextEvent())) throw new Error(blockedReason());
    const channel = await within(model.createConfirmChannel(), silenceLimitMs, 'RabbitMQ opened no channel', release);
    return createLane(channel, silenceLimitMs, {
      onEvent: wake,
      onReturn: () => {
        topologyInDoubt = true;
      },
    });
  }

  async function currentLane(): Promise<Lane> {
    for (;;) {
      const seen = lane;
      const open = await seen?.catch(() => null);
      // Another call has opened one in the meantime: look at that one.
      if (seen !== lane) continue;
      if (open != null && open.lostBecause() === null) return open;
      lane = openLane();
      return lane;
    }
  }

  /** A message that came back says that a queue or a binding is gone: declare them before the next try. */
  async function restoreTopology(): Promise<void> {
    if (!topologyInDoubt) return;
    const model = await connection.ready(silenceLimitMs);
    await within(declareTopology(model), silenceLimitMs, 'RabbitMQ declared no queues');
    topologyInDoubt = false;
  }

  const hasRoom = (open: Lane) => open.size() < windowSize && !isBlocked();

  /** Waits for anything that may make room; silence beyond the limit loses the lane. */
  async function waitForRoom(open: Lane): Promise<void> {
    if (await nextEvent()) return;
    open.lose(isBlocked() ? blockedReason() : `RabbitMQ confirmed nothing for ${silenceLimitMs} ms`);
  }

  async function send(outgoing: readonly Outgoing[], onConfirmed: (indexes: number[]) => void = () => undefined) {
    const failures: SendFailure[] = [];
    const confirmed: number[] = [];
    let underWay = 0;
    const tell = () => {
      if (confirmed.length > 0) onConfirmed(confirmed.splice(0));
    };
    const settle = (index: number, fate: Fate, reason: string) => {
      if (fate === 'confirmed') confirmed.push(index);
      else failures.push({ index, fate, reason });
    };
    let open: Lane;
    try {
      open = await currentLane();
      await restoreTopology();
    } catch (error) {
      return outgoing.map((_, index): SendFailure => ({ index, fate: 'unconfirmed', reason: reasonOf(error) }));
    }
    for (const [index, message] of outgoing.entries()) {
      // No await between the last look and the sending: other calls share the window.
      while (open.lostBecause() === null && !hasRoom(open)) {
        await waitForRoom(open);
        tell();
      }
      const lost = open.lostBecause();
      if (lost !== null) {
        settle(index, 'unconfirmed', lost);
        continue;
      }
      underWay += 1;
      open.publish(message, (fate, reason) => {
        underWay -= 1;
        settle(index, fate, reason);
      });
    }
    // The lane settles everything within its limit of silence, so this ends.
    while (underWay > 0) {
      await nextEvent();
      tell();
    }
    tell();
    return failures.sort((a, b) => a.index - b.index);
  }

  async function close(): Promise<void> {
    closed = true;
    offChange();
    const open = await lane?.catch(() => null);
    open?.lose('this program closed the channel');
  }

  return { send, close };
}

type LaneEvents = { onEvent: () => void; onReturn: () => void };

function createLane(channel: ConfirmChannel, silenceLimitMs: number, { onEvent, onReturn }: LaneEvents): Lane {
  /** By correlation id. A returned message is told before its confirm; the note waits here. */
  const pending = new Map<string, { settle: Settle; returned: string | null }>();
  let lost: string | null = null;
  let sequence = 0;
  let watchdog: NodeJS.Timeout | undefined;

  function lose(reason: string): void {
    if (lost !== null) return;
    lost = reason;
    clearTimeout(watchdog);
    const open = [...pending.values()];
    pending.clear();
    for (const { settle } of open) settle('unconfirmed', reason);
    release(channel);
    onEvent();
  }

  /** Begins to count the broker's silence anew; called for every confirm, so the timer is kept and wound up again. */
  function watch(): void {
    if (watchdog !== undefined && pending.size > 0) {
      watchdog.refresh();
      return;
    }
    clearTimeout(watchdog);
    watchdog = undefined;
    if (pending.size === 0) return;
    watchdog = setTimeout(() => lose(`RabbitMQ confirmed nothing for ${silenceLimitMs} ms`), silenceLimitMs);
  }

  function onConfirm(correlationId: string, error: unknown): void {
    const entry = pending.get(correlationId);
    if (entry === undefined) return;
    pending.delete(correlationId);
    if (error) entry.settle('refused', reasonOf(error));
    else if (entry.returned !== null) entry.settle('returned', entry.returned);
    else entry.settle('confirmed', '');
    watch();
    onEvent();
  }

  channel.on('error', (error) => lose(reasonOf(error)));
  // Before amqplib's own listener, which would report each unconfirmed message as if the broker had refused it.
  channel.prependListener('close', () => lose('the channel to RabbitMQ was closed'));
  channel.on('return', ({ properties, fields }) => {
    const { replyText = 'returned' } = fields as MessageFields & { replyText?: string };
    const entry = pending.get(String(properties.correlationId));
    if (entry !== undefined) entry.returned = `no queue took the message (${replyText})`;
    onReturn();
  });

  function publish({ exchange, routingKey, content, properties }: Outgoing, settle: Settle): void {
    sequence += 1;
    const correlationId = String(sequence);
    const marked = { ...properties, correlationId, persistent: true, mandatory: true };
    try {
      channel.publish(exchange, routingKey, content, marked, (error) => onConfirm(correlationId, error));
    } catch (error) {
      // Thrown before anything was sent: properties that cannot be encoded, or a channel that is gone.
      settle('refused', reasonOf(error));
      return;
    }
    pending.set(correlationId, { settle, returned: null });
    if (pending.size === 1) watch();
  }

  return { size: () => pending.size, lostBecause: () => lost, publish, lose };
}

/** Closes a channel that nobody uses; that it may be gone already is no news. */
function release(channel: ConfirmChannel): void {
  channel.close().catch(() => undefined);
}
