import { crashPoint } from '../crash-points.ts';
import { type Database, isUnreachable } from '../store/database.ts';
import { type DueEvent, failEvent, readDueEvents, type SettledEvent, settleEvents } from '../store/stripe-events.ts';
import { lookAgain } from '../store/wants.ts';
import type { EventSource, RemoteRecord } from '../targets/events.ts';
import { TargetError } from '../targets/port.ts';
import { noticeRestore } from './notice-restore.ts';
import { type Reading, readFindings } from './read-event-objects.ts';

export type EventDependencies = {
  database: Database;
  events: EventSource;
  /** Wakes the syncs of invoices, after the books want them looked at. */
  wakeSyncs(invoiceIds: readonly string[]): Promise<void>;
  /** Has a customer's one writer look, and waits for it. */
  ensureCustomer(customerId: string, priority: 'normal' | 'high'): Promise<unknown>;
};

/** Something that an operator should hear of at once. */
export type EventAlert = { code: 'dispute' | 'restore' | 'event-parked'; detail: Record<string, unknown> };

export type ProcessedEvents = {
  /** Events by what came of them; `failed` are those that are tried again. */
  counts: Record<string, number>;
  alerts: EventAlert[];
  /** More may be due now. */
  hasMore: boolean;
};

/** After so many attempts an event waits for a person: with doubling pauses, some three days after the first. */
export const maxAttempts = 16;
const firstPauseMs = 60_000;
const longestPauseMs = 12 * 60 * 60_000;

/** The pause after the given number of failed attempts, null when no further one is due. */
export function pauseMs(attempts: number): number | null {
  return attempts >= maxAttempts ? null : Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
}

/**
 * Takes up a page of stored events. An event is a hint and no more: its invoice is looked at through its sync, and
 * what happened beside the invoice is read at Stripe. What our own requests caused needs no look. One that fails is
 * put off for itself, and holds up no other; all of it can be repeated.
 */
export async function processStripeEvents(
  dependencies: EventDependencies,
  { accountId, limit }: { accountId: string; limit: number },
): Promise<ProcessedEvents> {
  const { database, events } = dependencies;
  const due = await readDueEvents(database, accountId, limit);
  const done = new Outcomes();
  const unknown = await noticeRestore(
    database,
    due.filter(({ isUnknownRequest }) => isUnknownRequest),
  );
  if (unknown > 0) done.alert('restore', { events: unknown });
  const toLook: Reading[] = [];
  const toRead: DueEvent[] = [];
  for (const event of due) {
    const use = events.useOf(event.type);
    const needsRead = use === 'object' || use === 'payment' || (use === 'invoice' && event.hasOpenPayment);
    if (event.isUnknownRequest) done.settle(event, 'unknown request');
    else if (event.isEcho && !needsRead) done.settle(event, 'echo');
    else if (use === null) done.settle(event, 'ignored');
    else if (use !== 'object' && event.invoiceId === null) done.settle(event, 'not ours');
    else if (needsRead) toRead.push(event);
    else toLook.push({ event, invoiceIds: event.invoiceId === null ? [] : [event.invoiceId] });
  }
  const read = await readFindings({ database, events, accountId }, toRead);
  for (const { record, invoiceId } of read.news) done.tell(record, invoiceId);
  for (const { event, error } of read.failures) await fail(database, accountId, event, error, done);
  const readings: Reading[] = [];
  for (const reading of read.readings) {
    try {
      for (const id of reading.customerIds ?? []) await dependencies.ensureCustomer(id, 'normal');
      readings.push(reading);
    } catch (error) {
      await fail(database, accountId, reading.event, error, done);
    }
  }
  await look(dependencies, [...toLook, ...readings], done);
  crashPoint('events.looked');
  await settleEvents(database, accountId, done.settled);
  return { counts: done.counts, alerts: done.alerts, hasMore: due.length === limit && !read.isOutage };
}

/** All invoices of a page at once: several events of one change are one look. */
async function look({ database, wakeSyncs }: EventDependencies, readings: Reading[], done: Outcomes): Promise<void> {
  const ids = [...new Set(readings.flatMap(({ invoiceIds }) => invoiceIds))];
  if (ids.length > 0) {
    const looked = await lookAgain(database, ids);
    await wakeSyncs(looked);
  }
  for (const { event, invoiceIds, customerIds = [] } of readings) {
    const [first] = invoiceIds;
    done.settle(event, first === undefined && customerIds.length === 0 ? 'not ours' : 'looked', first);
  }
}

async function fail(
  database: Database,
  accountId: string,
  event: DueEvent,
  error: unknown,
  done: Outcomes,
): Promise<void> {
  // While PostgreSQL is away nothing can be written down either: the whole page is tried again.
  if (!(error instanceof TargetError) && isUnreachable(error)) throw error;
  const failure = error instanceof TargetError ? `${error.code}: ${error.message}` : String(error);
  const retryInMs = pauseMs(event.attempts + 1);
  await failEvent(database, accountId, { eventId: event.eventId, failure, retryInMs });
  done.count(retryInMs === null ? 'parked' : 'failed');
  if (retryInMs === null) done.alert('event-parked', { eventId: event.eventId, type: event.type, reason: failure });
}

/** What came of a page, gathered until it is written down. */
class Outcomes {
  readonly settled: SettledEvent[] = [];
  readonly counts: Record<string, number> = {};
  readonly alerts: EventAlert[] = [];

  settle({ eventId, invoiceId }: DueEvent, outcome: SettledEvent['outcome'], ofInvoice = invoiceId): void {
    this.settled.push({ eventId, outcome, invoiceId: ofInvoice });
    this.count(outcome);
  }

  count(outcome: string): void {
    this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
  }

  alert(code: EventAlert['code'], detail: Record<string, unknown>): void {
    this.alerts.push({ code, detail });
  }

  /** Money that a bank takes back has days until it is lost. */
  tell({ kind, remoteId, status, code }: RemoteRecord, invoiceId: string): void {
    if (kind === 'dispute') this.alert('dispute', { invoiceId, dispute: remoteId, status, reason: code });
  }
}
