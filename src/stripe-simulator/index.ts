import { Core } from './core.ts';
import { accountIdOf } from './ids.ts';
import { parseRateLimits, type RateLimitChoice } from './rate-limits.ts';
import { defaultSearchLagSeconds } from './search/search-index.ts';
import { listen } from './server.ts';
import { Dispatcher } from './webhooks/dispatcher.ts';

/**
 * A local Stripe, for development and tests. Owns: the wire behaviour of the operations in `operations/`, idempotency
 * keys, rate limits, faults on demand, and a journal of every request. Does not own: anything of Durabill; it imports nothing of it,
 * so that a bug shared by both sides of a comparison cannot hide. Invariants: what was answered is in the journal, and
 * the state is exactly what the journal says.
 */
export interface SimulatorOptions {
  /** 0 (the default) takes any free port. */
  port?: number;
  host?: string;
  /** Append-only file; the simulator starts from what it holds. Absent: all is kept in memory and gone at stop. */
  journalFile?: string;
  /** The one accepted secret key; `sk_live_…` makes every object livemode. */
  key?: string;
  /** Default: derived from the key's secret part, the same for its test and live form. */
  accountId?: string;
  accountName?: string;
  /** Two-letter country and three-letter default currency of the account. */
  country?: string;
  currency?: string;
  linesPerCall?: number;
  linesPerInvoice?: number;
  /** Stripe's rate limits: `live` or `sandbox` as published, or numbers; `none` unless said otherwise. */
  limits?: RateLimitChoice;
  /** The clock of the rate limits, in milliseconds that only grow; a test may bring its own. */
  monotonicMs?: () => number;
  /** How far Search is behind what was written, on the simulator's clock. */
  searchLagSeconds?: number;
  /** Age at which a stored answer is forgotten and its key executes again. */
  idempotencyRetentionMs?: number;
  /** How long a webhook endpoint may take to answer; Stripe does not publish its own bound. */
  webhookTimeoutMs?: number;
  /** Entries that the journal in memory keeps at least (no bound with a file). */
  journalLimit?: number;
}

export interface Simulator {
  /** `http://host:port`, where both the API (/v1) and the control API (/_control/) listen. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly key: string;
  /** Drops every connection and closes the journal; a second call waits for the first. */
  stop(): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;
export const defaultKey = 'sk_test_durabillSimulator0000';

/** Starts a simulator and resolves once it listens. Rejects when the port is taken or the journal is damaged. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', key = defaultKey } = options;
  if (!/^[sr]k_(test|live)_\w+$/.test(key)) throw new Error('A key looks like sk_test_… or sk_live_….');
  const core = new Core({
    key,
    business: {
      accountId: options.accountId ?? accountIdOf(key),
      accountName: options.accountName ?? 'Simulated business',
      country: options.country ?? 'US',
      currency: options.currency ?? 'usd',
      email: 'billing@business.example',
      livemode: /^[sr]k_live_/.test(key),
    },
    journalFile: options.journalFile,
    journalLimit: options.journalLimit ?? 20_000,
    idempotencyRetentionMs: options.idempotencyRetentionMs ?? dayMs,
    lineLimits: { linesPerCall: options.linesPerCall ?? 50, linesPerInvoice: options.linesPerInvoice ?? 250 },
    rateLimits: parseRateLimits(options.limits ?? 'none'),
    webhookTimeoutMs: options.webhookTimeoutMs ?? 20_000,
    searchLagSeconds: options.searchLagSeconds ?? defaultSearchLagSeconds,
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
  });
  try {
    const listening = await listen(core, host, options.port ?? 0);
    const { url, port, close } = listening;
    const dispatcher = new Dispatcher(core);
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= Promise.all([close(), dispatcher.stop()]).then(() => core.close()));
    return { url, host, port, key, stop };
  } catch (error) {
    core.close();
    throw error;
  }
}
