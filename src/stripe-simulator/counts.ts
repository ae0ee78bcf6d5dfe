import type { JournalEntry, UnwrittenEntry } from './journal.ts';
import { type Limiter, limiters } from './rate-limits.ts';

export interface Count {
  executions: number;
  replays: number;
  refusals: number;
}

/** More keys than any test or sample month uses; the oldest are forgotten beyond it, and the answer says how many. */
const maximumKeys = 1_000_000;

/**
 * Tallies of the journal, kept as it grows: how often each operation and each idempotency key executed, replayed or was
 * refused, and how often each of Stripe's limiters refused.
 */
export class Counts {
  private readonly operations = new Map<string, Count>();
  private readonly keys = new Map<string, Count & { operation: string }>();
  private keysForgotten = 0;
  private readonly rateLimited = Object.fromEntries(limiters.map((limiter) => [limiter, 0])) as Record<Limiter, number>;

  add(entry: JournalEntry | UnwrittenEntry): void {
    if (entry.kind !== 'request') return;
    const operation = entry.operation ?? 'unknown';
    tally(this.operations, operation, entry.outcome, {});
    if (entry.limitedBy !== undefined) this.rateLimited[entry.limitedBy] += 1;
    if (entry.idempotencyKey === null) return;
    tally(this.keys, entry.idempotencyKey, entry.outcome, { operation });
    if (this.keys.size <= maximumKeys) return;
    const oldest = this.keys.keys().next();
    if (!oldest.done && this.keys.delete(oldest.value)) this.keysForgotten += 1;
  }

  toJSON(): unknown {
    return {
      operations: Object.fromEntries(this.operations),
      rateLimited: this.rateLimited,
      keys: Object.fromEntries(this.keys),
      keysForgotten: this.keysForgotten,
    };
  }
}

const fieldOf = { executed: 'executions', replayed: 'replays', refused: 'refusals' } as const;

function tally<E extends object>(
  counts: Map<string, Count & E>,
  name: string,
  outcome: keyof typeof fieldOf,
  extra: E,
): void {
  const count = counts.get(name) ?? { executions: 0, replays: 0, refusals: 0, ...extra };
  count[fieldOf[outcome]] += 1;
  counts.set(name, count);
}
