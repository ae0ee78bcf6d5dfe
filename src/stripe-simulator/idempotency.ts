import { keyInUse } from './errors.ts';
import type { Recall } from './journal.ts';

interface Stored {
  atMs: number;
  recall: Recall;
}

/**
 * The key layer of v1 POSTs. An answer is stored once the endpoint's execution began, whatever it was; refusals before
 * that (validation, authentication, limits, a concurrent twin) are not, so their key is still free. After
 * `retentionMs` a key is forgotten and the same request executes again.
 */
export class IdempotencyKeys {
  private readonly retentionMs: number;
  private readonly stored = new Map<string, Stored>();
  private readonly inFlight = new Set<string>();

  constructor(retentionMs: number) {
    this.retentionMs = retentionMs;
  }

  /** The stored answer, or undefined when the request may execute. Throws on a running twin. */
  find(key: string, nowMs: number): Recall | undefined {
    this.prune(nowMs);
    if (this.inFlight.has(key)) throw keyInUse(key);
    return this.stored.get(key)?.recall;
  }

  begin(key: string): void {
    this.inFlight.add(key);
  }

  end(key: string): void {
    this.inFlight.delete(key);
  }

  store(key: string, atMs: number, recall: Recall): void {
    this.stored.delete(key);
    this.stored.set(key, { atMs, recall });
  }

  /** Keys stand in the order of their storing, so the old ones are at the front. */
  private prune(nowMs: number): void {
    for (const [key, { atMs }] of this.stored) {
      if (atMs + this.retentionMs > nowMs) return;
      this.stored.delete(key);
    }
  }
}
