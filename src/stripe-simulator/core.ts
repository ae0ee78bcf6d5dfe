import { Clock } from './clock.ts';
import { Counts } from './counts.ts';
import { Faults } from './faults.ts';
import { IdempotencyKeys } from './idempotency.ts';
import {
  FileJournal,
  type Journal,
  type JournalEntry,
  MemoryJournal,
  type Recall,
  type UnwrittenEntry,
} from './journal.ts';
import type { Business } from './objects/wire.ts';
import type { LineLimits } from './operations/operation.ts';
import { RateLimiter, type RateLimits } from './rate-limits.ts';
import { SearchIndex } from './search/search-index.ts';
import { State } from './state.ts';

export interface CoreOptions {
  key: string;
  business: Omit<Business, 'baseUrl'>;
  journalFile: string | undefined;
  journalLimit: number;
  idempotencyRetentionMs: number;
  lineLimits: LineLimits;
  rateLimits: RateLimits;
  searchLagSeconds: number;
  /** Milliseconds on a clock that only moves forward; rates are counted by it. */
  monotonicMs: () => number;
}

type Unnumbered = Omit<Extract<UnwrittenEntry, { kind: 'request' }>, 'kind' | 'seq' | 'at'>;

/**
 * Everything the simulator remembers. All of it is a fold of the journal: an entry is appended first and applied
 * after, both within one turn of the event loop, so what was answered is always in the file and vice versa.
 */
export class Core {
  readonly options: CoreOptions;
  readonly clock = new Clock();
  readonly state = new State();
  readonly counts = new Counts();
  readonly faults = new Faults();
  readonly keys: IdempotencyKeys;
  readonly rateLimiter: RateLimiter;
  readonly search: SearchIndex;
  private readonly journal: Journal;
  private lastSeq = 0;

  constructor(options: CoreOptions) {
    this.options = options;
    this.rateLimiter = new RateLimiter(options.rateLimits, options.monotonicMs);
    this.search = new SearchIndex(options.searchLagSeconds);
    this.keys = new IdempotencyKeys(options.idempotencyRetentionMs);
    this.journal =
      options.journalFile === undefined
        ? new MemoryJournal(options.journalLimit)
        : new FileJournal(options.journalFile);
    for (const { entry, recall } of this.journal.entries()) this.apply(entry, recall);
  }

  record(unnumbered: Unnumbered): void {
    const entry = { kind: 'request' as const, seq: this.lastSeq + 1, at: this.instant(), ...unnumbered };
    this.apply(entry, this.journal.append(entry));
  }

  advanceClock(advanceSeconds: number): void {
    const entry = { kind: 'clock' as const, seq: this.lastSeq + 1, at: this.instant(), advanceSeconds };
    this.apply(entry, this.journal.append(entry));
  }

  /** From the latest to the oldest that is still held. */
  journalNewestFirst(): Iterable<JournalEntry> {
    return this.journal.newestFirst();
  }

  close(): void {
    this.journal.close();
  }

  private apply(entry: JournalEntry | UnwrittenEntry, recall: Recall): void {
    this.lastSeq = entry.seq;
    this.clock.notBefore(Date.parse(entry.at));
    this.counts.add(entry);
    if (entry.kind === 'clock') {
      this.clock.advance(entry.advanceSeconds);
      return;
    }
    this.state.apply(entry.writes);
    this.search.note(Date.parse(entry.at), entry.writes);
    if (entry.idempotencyKey === null || entry.outcome !== 'executed') return;
    this.keys.store(entry.idempotencyKey, Date.parse(entry.at), recall);
  }

  private instant(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}
