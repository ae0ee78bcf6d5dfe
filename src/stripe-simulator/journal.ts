import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Emitted } from './events/entry.ts';
import type { RawMap } from './form.ts';
import type { Limiter } from './rate-limits.ts';
import type { Write } from './state.ts';

/** One answered (or deliberately unanswered) request. Everything that a restart needs stands in it. */
export interface RequestEntry {
  kind: 'request';
  seq: number;
  /** ISO instant on the simulator's clock. */
  at: string;
  requestId: string;
  method: string;
  path: string;
  /** Name in the operation table, such as `invoices.addLines`; null when no operation matched. */
  operation: string | null;
  params: RawMap;
  idempotencyKey: string | null;
  /** executed: the endpoint ran; replayed: a stored answer; refused: stopped before the endpoint ran. */
  outcome: 'executed' | 'replayed' | 'refused';
  /** The fault rule's kind that touched this request. */
  fault: string | null;
  /** False when a fault kept the whole answer from the client. */
  answered: boolean;
  /** Status of the answer made; null when a fault cut the connection before there was one. */
  status: number | null;
  replayOf: number | null;
  /** The limiter that refused this request; absent when none did. */
  limitedBy?: Limiter;
  writes: Write[];
  /** The events of these writes; absent when there are none. */
  emitted?: Emitted;
  /** The answer's body; lists are cut down to their ids, and a replay names the entry that it repeats instead. */
  response: unknown;
}

/** An entry before it is written, its answer already as JSON: the same text leaves as the answer's body. */
export type UnwrittenEntry = (Omit<RequestEntry, 'response'> & { responseJson: string }) | ClockEntry | DeliveryEntry;

/** The entry's line; the answer's text is put in as it is, since making it is the dearest part of a request. */
function lineOf(entry: UnwrittenEntry): string {
  if (entry.kind !== 'request') return JSON.stringify(entry);
  const { responseJson, ...others } = entry;
  return `${JSON.stringify(others).slice(0, -1)},"response":${responseJson}}`;
}

export interface ClockEntry {
  kind: 'clock';
  seq: number;
  at: string;
  advanceSeconds: number;
}

/** One POST of an event to a webhook endpoint, or that it was given up because the endpoint is away. */
export interface DeliveryEntry {
  kind: 'delivery';
  seq: number;
  at: string;
  event: string;
  endpoint: string;
  url: string | null;
  /** What a fault sent besides the true one, which is null. */
  copy: 'duplicate' | 'forged' | null;
  status: number | null;
  /** Why there was no status. */
  error: string | null;
  outcome: 'delivered' | 'failed' | 'canceled';
  /** When one that failed is tried again; null: never. */
  nextAt: string | null;
}

export type JournalEntry = RequestEntry | ClockEntry | DeliveryEntry;
/** Reads one entry again, so that stored answers need not stay in memory. */
export type Recall = () => JournalEntry;

export interface Journal {
  append(entry: UnwrittenEntry): Recall;
  /** All entries still held, oldest first. */
  entries(): Iterable<{ entry: JournalEntry; recall: Recall }>;
  /** The same from the end, so that the latest are found without reading a long journal. */
  newestFirst(): Iterable<JournalEntry>;
  close(): void;
}

/** Keeps the last `limit` entries, for tests and throw-away runs; older ones are forgotten. */
export class MemoryJournal implements Journal {
  private readonly limit: number;
  private readonly lines: string[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  append(entry: UnwrittenEntry): Recall {
    const line = lineOf(entry);
    this.lines.push(line);
    // Cut in bulk: shifting one by one would copy the array at every request.
    if (this.lines.length > this.limit * 1.2) this.lines.splice(0, this.lines.length - this.limit);
    return () => JSON.parse(line) as JournalEntry;
  }

  *entries(): Iterable<{ entry: JournalEntry; recall: Recall }> {
    for (const line of [...this.lines]) {
      yield { entry: JSON.parse(line) as JournalEntry, recall: () => JSON.parse(line) as JournalEntry };
    }
  }

  *newestFirst(): Iterable<JournalEntry> {
    for (const line of this.lines.toReversed()) yield JSON.parse(line) as JournalEntry;
  }

  close(): void {
    this.lines.length = 0;
  }
}

const blockBytes = 1 << 20;

/** Where the line that ends (newline included) at `end` begins; 0 when it may begin further to the left. */
function lineStart(bytes: Buffer, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(10, end - 2) + 1;
}

/**
 * One JSON line per entry, appended before the answer leaves. A line torn by a kill was never answered, so opening
 * cuts it off; a broken line anywhere else is refused, since the state after it could not be trusted.
 */
export class FileJournal implements Journal {
  private readonly file: string;
  private readonly descriptor: number;
  private end: number;

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.file = file;
    this.descriptor = openSync(file, existsSync(file) ? 'r+' : 'w+');
    this.end = 0;
    for (const { offset, bytes } of this.lines(Number.MAX_SAFE_INTEGER)) this.end = offset + bytes.length + 1;
    ftruncateSync(this.descriptor, this.end);
  }

  append(entry: UnwrittenEntry): Recall {
    const bytes = Buffer.from(`${lineOf(entry)}\n`);
    const offset = this.end;
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.descriptor, bytes, written, bytes.length - written, offset + written);
      }
    } catch (error) {
      // A full disk must not leave half a line in front of the next one.
      ftruncateSync(this.descriptor, offset);
      throw error;
    }
    this.end += bytes.length;
    return () => this.read(offset, bytes.length - 1);
  }

  *entries(): Iterable<{ entry: JournalEntry; recall: Recall }> {
    for (const { offset, bytes } of this.lines(this.end)) {
      const length = bytes.length;
      yield { entry: this.parse(bytes, offset), recall: () => this.read(offset, length) };
    }
  }

  *newestFirst(): Iterable<JournalEntry> {
    let position = this.end;
    let unread: Buffer = Buffer.alloc(0);
    while (position > 0) {
      const block = Buffer.alloc(Math.min(blockBytes, position));
      position -= block.length;
      readSync(this.descriptor, block, 0, block.length, position);
      const bytes = Buffer.concat([block, unread]);
      let end = bytes.length;
      for (let start = lineStart(bytes, end); start > 0 || (start === 0 && position === 0); ) {
        yield this.parse(bytes.subarray(start, end - 1), position + start);
        end = start;
        start = end === 0 ? -1 : lineStart(bytes, end);
      }
      unread = Buffer.from(bytes.subarray(0, end));
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private read(offset: number, length: number): JournalEntry {
    const bytes = Buffer.alloc(length);
    readSync(this.descriptor, bytes, 0, length, offset);
    return this.parse(bytes, offset);
  }

  private parse(bytes: Buffer, offset: number): JournalEntry {
    try {
      return JSON.parse(bytes.toString('utf8')) as JournalEntry;
    } catch (cause) {
      throw new Error(`The journal ${this.file} is damaged at byte ${offset}; start with another file.`, { cause });
    }
  }

  /** Complete lines only; reads in blocks, since a journal may be larger than a string can be. */
  private *lines(until: number): Iterable<{ offset: number; bytes: Buffer }> {
    const block = Buffer.alloc(blockBytes);
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let position = 0; position < until; ) {
      const count = readSync(this.descriptor, block, 0, Math.min(block.length, until - position), position);
      if (count === 0) return;
      position += count;
      rest = Buffer.concat([rest, block.subarray(0, count)]);
      let start = 0;
      for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10, start)) {
        yield { offset: offset + start, bytes: rest.subarray(start, newline) };
        start = newline + 1;
      }
      offset += start;
      rest = Buffer.from(rest.subarray(start));
    }
  }
}
