import type { ErrorCode } from '../errors/catalogue.ts';
import { DurabillError, isDurabillError } from '../errors/error.ts';
import { findErased } from '../store/customer-erasures.ts';
import { type Database, isUnreachable } from '../store/database.ts';
import { gather } from '../store/gather.ts';
import {
  type EventCustomer,
  ensurePartitions,
  insertUsageEvents,
  type NewUsageEvent,
  storedHashes,
} from '../store/usage-events.ts';
import { readUsageMarks } from '../store/usage-removal-marks.ts';
import { hasVersionWith } from '../store/usage-versions.ts';
import { findCustomers, readCustomers } from './event-customers.ts';
import { answerRemoved, otherContent, type RemovedEvent } from './retention/answer-removed.ts';
import { contentHash, type ReadEvent, readEvent } from './usage-event.ts';

export type { UsageEvent } from './usage-event.ts';

export const maxEventsPerCall = 1_000;

/** Senders' clocks may run a little ahead of ours. */
const aheadOfRealClockMs = 3_600_000;
/** A test clock is fed ahead of its time, a month and its successor at once. */
const aheadOfTestClockMs = 62 * 86_400_000;

/** `field` is a path inside the event: `properties.seats`. */
export type EventFault = { code: ErrorCode; field: string | null; reason: string; mend: string };

export type EventOutcome =
  | { index: number; id: string; status: 'accepted' | 'duplicate' }
  | { index: number; id: string | null; status: 'conflict' | 'rejected'; error: EventFault };

export type RecordUsageOptions = {
  /** Turns each element of the list into an event first, for other formats; what it throws rejects that element. */
  translate?: (element: unknown) => unknown;
};

/** With its place in the call, and until where the books of its customer are closed, as far as that was known. */
type Placed = NewUsageEvent & { index: number; closedUntil: Date | null };

/**
 * Stores usage events and answers for each, in the order of the list. An event is `accepted` once for its (source, id);
 * the same content again is a `duplicate`, other content a `conflict`; what cannot be billed is `rejected`. One bad
 * event never harms the others. Safe to repeat, and safe to call from many processes at once.
 * @param events at most 1,000
 * @throws DurabillError request-too-large
 */
export async function recordUsage(
  database: Database,
  events: readonly unknown[],
  options: RecordUsageOptions = {},
): Promise<EventOutcome[]> {
  if (events.length > maxEventsPerCall) {
    const reason = `${events.length} events were sent at once; at most ${maxEventsPerCall} are taken.`;
    throw new DurabillError('request-too-large', { field: 'events', reason });
  }
  const { translate = (element: unknown) => element } = options;
  const outcomes: EventOutcome[] = new Array(events.length);
  const attempt = <T>(index: number, step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!isDurabillError(error)) throw error;
      outcomes[index] = { index, id: idOf(events[index]), status: 'rejected', error: faultOf(error) };
      return undefined;
    }
  };

  const read = events.map((raw, index) => attempt(index, () => readEvent(translate(raw))));
  const customers = await customersOf(database, read);
  const placed = read
    .map((event, index) => event && attempt(index, () => place(event, index, customers.get(event.customer))))
    .filter((event) => event !== undefined);
  if (placed.length === 0) return outcomes;
  // Before it shares a statement with others: whoever opens a month may have to wait for long reads, and waits alone.
  await ensurePartitions(
    database,
    placed.filter((event) => !isRemoved(event)).map((event) => event.occurredAt),
  );
  for (const outcome of await storing(database)(placed)) outcomes[outcome.index] = outcome;
  return outcomes;
}

/** No usage is removed that is not two whole months old: of which was, is asked anew. */
const keptInAnyCaseMs = 59 * 86_400_000;

/**
 * Reads those customers anew whose events seem to lie too far ahead, or so far back that their usage may have been removed: the
 * others are fine in any case.
 */
async function customersOf(
  database: Database,
  events: readonly (ReadEvent | undefined)[],
): Promise<Map<string, EventCustomer>> {
  const references = new Set<string>();
  for (const event of events) if (event !== undefined) references.add(event.customer);
  const customers = await findCustomers(database, references);
  const unsure = new Set<string>();
  for (const event of events) {
    const customer = event && customers.get(event.customer);
    if (customer === undefined) continue;
    const [at, now] = [event!.occurredAt.getTime(), customer.businessNow.getTime()];
    if (at > latestMs(customer) || at < now - keptInAnyCaseMs) unsure.add(event!.customer);
  }
  for (const [reference, customer] of await readCustomers(database, [...unsure])) customers.set(reference, customer);
  return customers;
}

/** The latest instant of which events of a customer are taken now. */
export function latestMs({ businessNow, onTestClock }: EventCustomer): number {
  return businessNow.getTime() + (onTestClock ? aheadOfTestClockMs : aheadOfRealClockMs);
}

/** Puts an event under its customer and holds it against the customer's clock. */
function place(event: ReadEvent, index: number, customer: EventCustomer | undefined): Placed {
  if (customer === undefined) {
    const reason = `There is no customer "${event.customer}".`;
    throw new DurabillError('event-customer-unknown', { field: 'customer', reason });
  }
  if (event.occurredAt.getTime() > latestMs(customer)) {
    const latest = new Date(latestMs(customer));
    const reason = `The event is dated ${event.occurredAt.toISOString()}; on the customer's clock events up to ${latest.toISOString()} are taken now.`;
    throw new DurabillError('event-too-late', { field: 'occurredAt', reason });
  }
  return {
    index,
    source: event.source,
    eventId: event.id,
    customerId: customer.id,
    type: event.type,
    occurredAt: event.occurredAt,
    properties: event.properties,
    propertiesJson: event.propertiesJson,
    contentHash: contentHash(event, customer.id),
    closedUntil: customer.closedUntil,
  };
}

function isRemoved(event: Placed): event is Placed & RemovedEvent {
  return event.closedUntil !== null && event.occurredAt < event.closedUntil;
}

/** Statements of one process under way at once: PostgreSQL works on one while the next is written here. */
const statementsAtOnce = 2;

/** A connection may be gone without a word; what waits behind it must not wait for that to be noticed. */
const noAnswer = {
  ms: 30_000,
  error: () => new DurabillError('unavailable', { reason: 'The database has not answered for 30 s.' }),
};

const stores = new WeakMap<Database, (events: Placed[]) => Promise<EventOutcome[]>>();

/**
 * Stores the events of a call, together with those of other calls that came while a statement was under way: a commit
 * waits for the disk once for all of them.
 */
function storing(database: Database): (events: Placed[]) => Promise<EventOutcome[]> {
  let stored = stores.get(database);
  if (stored === undefined) {
    stored = gather((calls) => storeCalls(database, calls), {
      max: maxEventsPerCall,
      sizeOf: (events) => events.length,
      atOnce: statementsAtOnce,
      concernsAll: isUnreachable,
      limit: noAnswer,
    });
    stores.set(database, stored);
  }
  return stored;
}

async function storeCalls(database: Database, calls: readonly Placed[][]): Promise<EventOutcome[][]> {
  const outcomes = await store(database, calls.flat());
  let at = 0;
  return calls.map(({ length }) => {
    at += length;
    return outcomes.slice(at - length, at);
  });
}

/** Written behind a removal that the look-up of the customer has not seen, by the trigger of the months that are gone. */
const removedMeanwhile = 'DB045';

async function store(database: Database, events: readonly Placed[]): Promise<EventOutcome[]> {
  try {
    return await storeOpen(database, events);
  } catch (error) {
    if ((error as { code?: string }).code !== removedMeanwhile) throw error;
    const marks = await readUsageMarks(
      database,
      events.map(({ customerId }) => customerId),
    );
    const placed = events.map((event) => ({ ...event, closedUntil: marks.get(event.customerId)?.closedUntil ?? null }));
    return await storeOpen(database, placed);
  }
}

/** Stores what can still be billed, and answers the rest, in the order of the list. */
async function storeOpen(database: Database, events: readonly Placed[]): Promise<EventOutcome[]> {
  const answers = new Map<Placed, EventOutcome>();
  const removed = events.filter(isRemoved);
  for (const [position, outcome] of (await answerRemoved(database, removed)).entries()) {
    answers.set(removed[position]!, outcome);
  }
  // Another process may have erased the customer after this one has looked it up.
  const erased = await findErased(database, [...new Set(events.map(({ customerId }) => customerId))]);
  for (const event of events) if (erased.has(event.customerId)) answers.set(event, ofErased(event));
  const taken = events.filter((event) => !answers.has(event));
  for (const [position, outcome] of (await storeTaken(database, taken)).entries()) {
    answers.set(taken[position]!, outcome);
  }
  return events.map((event) => answers.get(event)!);
}

function ofErased({ index, eventId: id }: Placed): EventOutcome {
  const reason = 'The customer has been erased: no usage of it is taken any more.';
  const error = faultOf(new DurabillError('customer-erased', { field: 'customer', reason }));
  return { index, id, status: 'rejected', error };
}

/**
 * The first event of each key is inserted; every other one is held against the content that won, and if it is another,
 * against what corrections have made of the event: whatever it has ever said adds nothing when it is sent again.
 */
async function storeTaken(database: Database, events: readonly Placed[]): Promise<EventOutcome[]> {
  if (events.length === 0) return [];
  const firsts = new Map<string, Placed>();
  const copies = new Map<Placed, Placed>();
  for (const event of events) {
    const key = keyOf(event);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, event);
    else copies.set(event, first);
  }
  const inserted = [...firsts.values()];
  const present = await insertUsageEvents(database, inserted);
  const known = inserted.filter((_, position) => present.has(position));
  const hashes = known.length === 0 ? [] : await storedHashes(database, known);
  const winners = new Map(known.map((event, position) => [event, hashes[position]!]));

  const winnerOf = (event: Placed) => {
    const first = copies.get(event);
    return winners.get(first ?? event) ?? first?.contentHash;
  };
  const others = events.filter((event) => {
    const winner = winnerOf(event);
    return winner !== undefined && winner !== event.contentHash;
  });
  const corrected = others.length === 0 ? [] : await hasVersionWith(database, others);
  const saidLater = new Set(others.filter((_, position) => corrected[position]));

  return events.map((event) => {
    const winner = winnerOf(event);
    if (winner !== undefined) return compare(event, saidLater.has(event) ? event.contentHash : winner);
    return { index: event.index, id: event.eventId, status: 'accepted' };
  });
}

/** Neither part can contain NUL, so no two keys can run together. */
function keyOf({ source, eventId }: Placed): string {
  return `${source}\0${eventId}`;
}

function compare(event: Placed, winner: string): EventOutcome {
  const { index, eventId: id } = event;
  if (event.contentHash === winner) return { index, id, status: 'duplicate' };
  return { index, id, status: 'conflict', error: faultOf(otherContent(id, event.source)) };
}

function faultOf(error: DurabillError): EventFault {
  return { code: error.code, field: error.field ?? null, reason: error.message, mend: error.mend };
}

/** What the sender may recognise a refused event by, as far as it can be read. */
function idOf(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null ? (raw as { id?: unknown }).id : undefined;
  return typeof id === 'string' && id !== '' ? id.slice(0, 255) : null;
}
