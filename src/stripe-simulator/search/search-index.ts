import { State, Transaction, type Write } from '../state.ts';

/** Stripe says that new data is searchable within a minute; this is long enough to catch who reads after writing. */
export const defaultSearchLagSeconds = 5;

/**
 * What Search knows: the same fold as the state, some time behind on the simulator's clock. Records are shared with the
 * state, since neither changes them in place. A longer lag holds back what is written from then on, and takes nothing
 * back that was already found.
 */
export class SearchIndex {
  lagSeconds: number;
  private readonly indexed = new State();
  /** Writes that are not searchable yet; those before `first` are already. */
  private readonly waiting: { atMs: number; writes: readonly Write[] }[] = [];
  private first = 0;

  constructor(lagSeconds: number) {
    this.lagSeconds = lagSeconds;
  }

  note(atMs: number, writes: readonly Write[]): void {
    if (writes.length > 0) this.waiting.push({ atMs, writes });
    this.settle(atMs);
  }

  /** A view of what is searchable now; only to be read. */
  asOf(nowMs: number): Transaction {
    this.settle(nowMs);
    return new Transaction(this.indexed);
  }

  private settle(nowMs: number): void {
    for (let next = this.waiting[this.first]; next !== undefined; next = this.waiting[this.first]) {
      if (next.atMs + this.lagSeconds * 1000 > nowMs) break;
      this.indexed.apply(next.writes);
      this.first += 1;
    }
    // Cut in bulk: shifting one by one would move the whole array at every request.
    if (this.first > 1024) {
      this.waiting.splice(0, this.first);
      this.first = 0;
    }
  }
}
