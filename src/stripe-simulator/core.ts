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
  type RequestEntry,
} from './journal.ts';
import type { Business } from './objects/wire.ts';
import type { Limits } from './operations/operation.ts';
import { State } from './state.ts';

export interface CoreOptions {
  key: string;
  business: Omit<Business, 'baseUrl'>;
  journalFile: string | undefined;
  journalLimit: number;
  idempotencyRetentionMs: number;
  limits: Limits;
}

type Unnumbered = Omit<RequestEntry, 'kind' | 'seq' | 'at'>;

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
  private readonly journal: Journal;
  private lastSeq = 0;

  constructor(options: CoreOptions) {
    this.options = options;
    this.keys = new IdempotencyKeys(options.idempotencyRetentionMs);
    this.journal =
      options.journalFile === undefined
        ? new MemoryJournal(options.journalLimit)
        : new FileJournal(options.journalFile);
    for (const { entry, recall } of this.journal.entries()) this.apply(entry, recall);
  }

  record(unnumbered: Unnumbered): RequestEntry {
    const entry: RequestEntry = { kind: 'request', seq: this.lastSeq + 1, at: this.instant(), ...unnumbered };
    this.apply(entry, this.journal.append(entry));
    return entry;
  }

  advanceClock(advanceSeconds: number): void {
    const entry = { kind: 'clock' as const, seq: this.lastSeq + 1, at: this.instant(), advanceSeconds };
    this.apply(entry, this.journal.append(entry));
  }

  *journalEntries(): Iterable<JournalEntry> {
    for (const { entry } of this.journal.entries()) yield entry;
  }

  close(): void {
    this.journal.close();
  }

  private apply(entry: JournalEntry, recall: Recall): void {
    this.lastSeq = entry.seq;
    this.counts.add(entry);
    if (entry.kind === 'clock') {
      this.clock.advance(entry.advanceSeconds);
      return;
    }
    this.state.apply(entry.writes);
    if (entry.idempotencyKey === null || entry.fingerprint === null) return;
    this.keys.store(entry.idempotencyKey, entry.fingerprint, Date.parse(entry.at), recall);
  }

  private instant(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}
