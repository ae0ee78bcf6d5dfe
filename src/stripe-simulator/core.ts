import { Clock } from './clock.ts';
import { Counts } from './counts.ts';
import type { Emitted, EventContent } from './events/entry.ts';
import { Faults } from './faults.ts';
import { IdempotencyKeys } from './idempotency.ts';
import {
  type DeliveryEntry,
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
import { Deliveries, type DeliveryChoice } from './webhooks/deliveries.ts';
import { WebhookFaults } from './webhooks/faults.ts';

export interface CoreOptions {
  key: string;
  business: Omit<Business, 'baseUrl'>;
  journalFile: string | undefined;
  journalLimit: number;
  idempotencyRetentionMs: number;
  lineLimits: LineLimits;
  rateLimits: RateLimits;
  /** How long a webhook endpoint may take to answer. */
  webhookTimeoutMs: number;
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
  readonly state: State;
  readonly counts = new Counts();
  readonly faults = new Faults();
  readonly webhookFaults = new WebhookFaults();
  readonly deliveries = new Deliveries();
  readonly keys: IdempotencyKeys;
  readonly rateLimiter: RateLimiter;
  /** Called after everything that may make a delivery due. */
  whenChanged: () => void = () => {};
  readonly search: SearchIndex;
  private readonly journal: Journal;
  private lastSeq = 0;

  constructor(options: CoreOptions) {
    this.options = options;
    // In memory, what is forgotten of the journal is forgotten of the events, which are read from it.
    this.state = new State(options.journalFile === undefined ? options.journalLimit : undefined);
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
    this.whenChanged();
  }

  recordDelivery(facts: Omit<DeliveryEntry, 'kind' | 'seq' | 'at'>): void {
    const entry = { kind: 'delivery' as const, seq: this.lastSeq + 1, at: this.instant(), ...facts };
    this.apply(entry, this.journal.append(entry));
    this.whenChanged();
  }

  advanceClock(advanceSeconds: number): void {
    const entry = { kind: 'clock' as const, seq: this.lastSeq + 1, at: this.instant(), advanceSeconds };
    this.apply(entry, this.journal.append(entry));
    this.whenChanged();
  }

  /** Makes what waits due now, and tells how much; nothing is journalled until it was tried. */
  retryDeliveries(choice: DeliveryChoice): number {
    const due = this.deliveries.makeDue(choice, this.clock.nowMs());
    this.whenChanged();
    return due;
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
    if (entry.kind === 'delivery') {
      this.deliveries.apply(entry);
      return;
    }
    this.state.apply(entry.writes);
    if (entry.emitted !== undefined) this.addEvents(entry.emitted, Date.parse(entry.at), recall);
    this.search.note(Date.parse(entry.at), entry.writes);
    if (entry.idempotencyKey === null || entry.outcome !== 'executed') return;
    this.keys.store(entry.idempotencyKey, Date.parse(entry.at), recall);
  }

  private addEvents({ created, events }: Emitted, atMs: number, recall: Recall): void {
    for (const [index, { id, type, deliveries = [] }] of events.entries()) {
      const event = { id, type, created, pending: deliveries.length, read: () => contentOf(recall(), index) };
      this.state.events.add(event);
      for (const planned of deliveries) this.deliveries.add(event, planned, atMs);
    }
    this.deliveries.forget(({ id }) => this.state.events.get(id) === undefined);
  }

  private instant(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

function contentOf(entry: JournalEntry, index: number): EventContent {
  const emitted = entry.kind === 'request' ? entry.emitted : undefined;
  const snapshot = emitted?.snapshots[emitted.events[index]?.snapshot ?? -1];
  if (entry.kind !== 'request' || snapshot === undefined) throw new Error(`Entry ${entry.seq} has no event ${index}.`);
  const { object, previous, before } = snapshot;
  const { requestId, idempotencyKey } = entry;
  return { object: object ?? (entry.response as object), previous, before, requestId, idempotencyKey };
}
