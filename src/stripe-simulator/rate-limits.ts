import { Refusal } from './errors.ts';
import { isSearch } from './operations/operation.ts';

/** Stripe's limiters by their names in Stripe-Rate-Limited-Reason, in the order in which they are asked here. */
export const limiters = ['global-rate', 'endpoint-rate', 'global-concurrency', 'endpoint-concurrency'] as const;
export type Limiter = (typeof limiters)[number];

/**
 * How many requests Stripe takes; null bounds nothing. Rates count the requests that begin within any second, reads
 * and writes together; concurrency counts those under way. An endpoint is an operation of the table: the ids in its
 * path do not matter.
 */
export interface RateLimits {
  readonly globalPerSecond: number | null;
  readonly endpointPerSecond: number | null;
  /** All searches together, besides what bounds each of them. */
  readonly searchPerSecond: number | null;
  readonly globalConcurrency: number | null;
  readonly endpointConcurrency: number | null;
}

const unlimited: RateLimits = {
  globalPerSecond: null,
  endpointPerSecond: null,
  searchPerSecond: null,
  globalConcurrency: null,
  endpointConcurrency: null,
};

/** Stripe publishes the rates of its two modes, and no numbers for concurrency. */
export const rateLimitPresets = {
  none: unlimited,
  live: { ...unlimited, globalPerSecond: 100, endpointPerSecond: 25, searchPerSecond: 20 },
  sandbox: { ...unlimited, globalPerSecond: 25, endpointPerSecond: 25, searchPerSecond: 20 },
} as const satisfies Record<string, RateLimits>;

/** The name of a preset, or numbers of one's own, where an absent number bounds nothing. */
export type RateLimitChoice = keyof typeof rateLimitPresets | Partial<RateLimits>;

/** Throws an Error whose message says what would be right: a misspelt limit that bounds nothing would go unseen. */
export function parseRateLimits(sent: unknown): RateLimits {
  if (typeof sent === 'string' && Object.hasOwn(rateLimitPresets, sent)) {
    return rateLimitPresets[sent as keyof typeof rateLimitPresets];
  }
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    const presets = Object.keys(rateLimitPresets).join(', ');
    throw new Error(`Limits are one of ${presets}, or an object with numbers; not ${JSON.stringify(sent)}.`);
  }
  for (const [name, value] of Object.entries(sent)) {
    if (!Object.hasOwn(unlimited, name)) {
      throw new Error(`There is no limit '${name}'; there are ${Object.keys(unlimited).join(', ')}.`);
    }
    if (value === null || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new Error(`${name} is a whole number from 1, or null for no limit.`);
  }
  return { ...unlimited, ...sent };
}

const windowMs = 1000;

/** Requests of one endpoint, or of all: how many began within the last second, and how many are under way. */
class Traffic {
  inFlight = 0;
  /** The most requests that any second has seen. */
  peakPerSecond = 0;
  /** Times of acceptance; those before `first` are older than a second. */
  private readonly times: number[] = [];
  private first = 0;

  /** How many were accepted in the second that ends now, its beginning not included. */
  withinSecond(nowMs: number): number {
    while (this.first < this.times.length && (this.times[this.first] ?? 0) <= nowMs - windowMs) this.first += 1;
    // Cut in bulk: shifting one by one would move the whole array at every request.
    if (this.first > 1024) {
      this.times.splice(0, this.first);
      this.first = 0;
    }
    return this.times.length - this.first;
  }

  begin(nowMs: number): void {
    this.times.push(nowMs);
    this.inFlight += 1;
    this.peakPerSecond = Math.max(this.peakPerSecond, this.withinSecond(nowMs));
  }

  end(): void {
    this.inFlight -= 1;
  }
}

/**
 * Stripe's limiters, in front of the key layer. The window slides: a request is refused when the second that ends with
 * it has already taken as many as allowed, and a refused one leaves no trace. Time is the machine's monotonic clock,
 * since the simulated one jumps. Nothing of it is journalled; a restart begins with empty windows.
 */
export class RateLimiter {
  limits: RateLimits;
  private readonly nowMs: () => number;
  private readonly all = new Traffic();
  private readonly searches = new Traffic();
  private readonly endpoints = new Map<string, Traffic>();

  constructor(limits: RateLimits, nowMs: () => number) {
    this.limits = limits;
    this.nowMs = nowMs;
  }

  /** Counts the request and returns the function to call once it has its answer; throws the 429 of the first limiter. */
  admit(operation: string): () => void {
    const endpoint = this.endpoints.get(operation) ?? new Traffic();
    this.endpoints.set(operation, endpoint);
    const now = this.nowMs();
    const searches = isSearch(operation) ? this.searches : undefined;
    const limiter = this.exceeded(endpoint, searches, now);
    if (limiter !== undefined) throw new RateLimited(limiter);
    this.all.begin(now);
    endpoint.begin(now);
    searches?.begin(now);
    return () => {
      this.all.end();
      endpoint.end();
      searches?.end();
    };
  }

  /** The most requests accepted in any second since the start, in all and by operation. */
  rates(): { peakPerSecond: number; operations: Record<string, { peakPerSecond: number }> } {
    const operations = [...this.endpoints].map(([name, { peakPerSecond }]) => [name, { peakPerSecond }] as const);
    return { peakPerSecond: this.all.peakPerSecond, operations: Object.fromEntries(operations) };
  }

  private exceeded(endpoint: Traffic, searches: Traffic | undefined, now: number): Limiter | undefined {
    const { globalPerSecond, endpointPerSecond, searchPerSecond, globalConcurrency, endpointConcurrency } = this.limits;
    const uses: Record<Limiter, [used: number, limit: number | null]> = {
      'global-rate': [this.all.withinSecond(now), globalPerSecond],
      'endpoint-rate': [endpoint.withinSecond(now), endpointPerSecond],
      'global-concurrency': [this.all.inFlight, globalConcurrency],
      'endpoint-concurrency': [endpoint.inFlight, endpointConcurrency],
    };
    // Stripe names no limiter for searches alone; to a client they are one endpoint.
    const isSearchFull = searchPerSecond !== null && (searches?.withinSecond(now) ?? 0) >= searchPerSecond;
    return limiters.find((limiter) => {
      if (limiter === 'endpoint-rate' && isSearchFull) return true;
      const [used, limit] = uses[limiter];
      return limit !== null && used >= limit;
    });
  }
}

/** The 429 of a limiter. It has no Retry-After, as at Stripe. */
export class RateLimited extends Refusal {
  readonly limiter: Limiter;

  constructor(limiter: Limiter) {
    super('Too many requests in too short a time.', {
      status: 429,
      code: 'rate_limit',
      headers: { 'Stripe-Rate-Limited-Reason': limiter },
    });
    this.limiter = limiter;
  }
}
