import { type ChannelModel, connect } from 'amqplib';
import { DurabillError } from '../errors/error.ts';
import { growingDelayMs, reasonOf, within } from './limits.ts';
import { declareTopology } from './topology.ts';

export type ConnectionOptions = {
  /** `amqp://user:password@host:port/vhost` or `amqps://…`. */
  url: string;
  /** What RabbitMQ's pages call this connection: `bridge`, `worker`. */
  name: string;
  /** Seconds of silence, taken twice, after which a connection counts as lost. Default 10, as a fast network allows. */
  heartbeatSeconds?: number;
  /** Limit of one attempt to connect and declare. Default 15 s. */
  attemptLimitMs?: number;
  /** Delay after the first failed attempt; it doubles with each further one. Default 250 ms. */
  initialDelayMs?: number;
  /** Longest delay between attempts. Default 5 s: an attempt costs little, and a long delay makes an outage longer. */
  maxDelayMs?: number;
};

/** `idle`: nobody asked yet. `waiting`: the last attempt failed or the connection was lost, and a timer runs. */
export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'waiting' | 'closed';

export type ConnectionHealth = {
  readonly state: ConnectionState;
  /** Why the broker takes no messages from us now (memory or disk alarm), or null. */
  readonly blocked: string | null;
  /** Why the last attempt failed or the last connection ended, or null. */
  readonly lastError: string | null;
  /** Failed attempts since it last was ready. */
  readonly failedAttempts: number;
};

export type BrokerConnection = {
  /**
   * The open connection, with exchanges and queues declared. The first call connects.
   * @throws DurabillError `broker-unreachable` after `limitMs` (default 30 s), or when `close` was called.
   */
  ready(limitMs?: number): Promise<ChannelModel>;
  health(): ConnectionHealth;
  /** Calls `listener` after each change of `health()`; the answer takes it off again. */
  onChange(listener: (health: ConnectionHealth) => void): () => void;
  /** Another connection to the same broker, for traffic that must not stop this one. Its owner closes it. */
  sibling(purpose: string): BrokerConnection;
  close(): Promise<void>;
};

/**
 * One connection that keeps coming back. amqplib has a recovery of its own; it is not used, because it cannot be
 * limited in time by those who wait, and while its set-up step runs an error of the connection is an uncaught
 * exception.
 */
export function createConnection(options: ConnectionOptions): BrokerConnection {
  const { heartbeatSeconds = 10, attemptLimitMs = 15_000, initialDelayMs = 250, maxDelayMs = 5_000 } = options;
  let health: ConnectionHealth = { state: 'idle', blocked: null, lastError: null, failedAttempts: 0 };
  let model: ChannelModel | null = null;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<(health: ConnectionHealth) => void>();

  function change(next: Partial<ConnectionHealth>): void {
    health = { ...health, ...next };
    for (const listener of [...listeners]) listener(health);
  }

  /** The state as it is now; behind a call, because the checker does not know that an await may have changed it. */
  const isClosed = (): boolean => health.state === 'closed';

  async function attempt(): Promise<void> {
    change({ state: 'connecting' });
    try {
      const limitReason = `no complete answer within ${attemptLimitMs} ms`;
      const opened = await within(open(), attemptLimitMs, limitReason, abandon);
      if (isClosed()) return abandon(opened);
      model = opened;
      change({ state: 'ready', lastError: null, failedAttempts: 0 });
    } catch (error) {
      tryLater(reasonOf(error), health.failedAttempts + 1);
    }
  }

  async function open(): Promise<ChannelModel> {
    const opened = await connect(withHeartbeat(options.url, heartbeatSeconds), {
      // Confirms and acknowledgements are small; waiting to fill packets would only delay them.
      noDelay: true,
      keepAlive: true,
      timeout: attemptLimitMs,
      clientProperties: { connection_name: `durabill ${options.name}` },
    });
    let lost: string | null = null;
    opened.on('error', (error) => {
      lost = reasonOf(error);
    });
    opened.on('close', (error) => {
      lost ??= error === undefined ? 'the connection was closed' : reasonOf(error);
      if (model !== opened) return;
      model = null;
      tryLater(lost, 0);
    });
    opened.on('blocked', (reason) => model === opened && change({ blocked: reason || 'the broker gave no reason' }));
    opened.on('unblocked', () => model === opened && change({ blocked: null }));
    try {
      await declareTopology(opened);
    } catch (error) {
      abandon(opened);
      throw error;
    }
    if (lost !== null) throw new Error(lost);
    return opened;
  }

  function tryLater(lastError: string, failedAttempts: number): void {
    if (isClosed()) return;
    timer = setTimeout(() => void attempt(), growingDelayMs(failedAttempts, initialDelayMs, maxDelayMs));
    change({ state: 'waiting', blocked: null, lastError, failedAttempts });
  }

  function ready(limitMs = 30_000): Promise<ChannelModel> {
    if (model !== null) return Promise.resolve(model);
    if (isClosed()) return Promise.reject(unreachable('The connection to RabbitMQ was closed by this program.'));
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        off();
        const place = `RabbitMQ at ${withoutCredentials(options.url)}`;
        reject(unreachable(`${place} did not answer within ${limitMs} ms: ${health.lastError ?? 'still connecting'}.`));
      }, limitMs);
      const off = onChange(() => {
        if (model === null && !isClosed()) return;
        clearTimeout(limit);
        off();
        ready().then(resolve, reject);
      });
      if (health.state === 'idle') void attempt();
    });
  }

  function onChange(listener: (health: ConnectionHealth) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async function close(): Promise<void> {
    if (isClosed()) return;
    clearTimeout(timer);
    const open = model;
    model = null;
    change({ state: 'closed', blocked: null });
    // An answer that does not come in time changes nothing: the socket is gone with the process at the latest.
    if (open !== null) await within(open.close(), 5_000, 'no answer to close').catch(() => undefined);
  }

  return {
    ready,
    health: () => health,
    onChange,
    sibling: (purpose) => createConnection({ ...options, name: `${options.name} ${purpose}` }),
    close,
  };
}

/** Closes a connection that nobody uses; one that is already gone answers with an error that says nothing new. */
function abandon(model: ChannelModel): void {
  model.close().catch(() => undefined);
}

function unreachable(reason: string): DurabillError {
  return new DurabillError('broker-unreachable', { reason });
}

function withHeartbeat(url: string, heartbeatSeconds: number): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(heartbeatSeconds));
  return parsed.href;
}

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
