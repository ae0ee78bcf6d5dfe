import type { Database } from '../store/database.ts';
import { findMappedCustomers } from '../store/payment-methods.ts';
import { findMappedInvoices, hasInvoice, recordRemote } from '../store/remote-records.ts';
import type { DueEvent } from '../store/stripe-events.ts';
import type { EventSource, RemoteFinding, RemoteRecord } from '../targets/events.ts';
import { TargetError } from '../targets/port.ts';

/** An event with the invoices of ours that it is of; none if it is of somebody else's. */
export type Reading = {
  event: DueEvent;
  invoiceIds: string[];
  /** Customers of ours whose writer is to look: one has saved a payment method. */
  customerIds?: string[];
};

export type ReadEvents = {
  readings: Reading[];
  failures: { event: DueEvent; error: unknown }[];
  /** Records that were not known, or not like this. */
  news: { record: RemoteRecord; invoiceId: string }[];
  /** The target was away: the events that are left were not tried. */
  isOutage: boolean;
};

type Context = { database: Database; events: EventSource; accountId: string };

/**
 * Reads the objects of events at the target, one after the other, and records what they left on invoices of ours. Two
 * events of one object are one read.
 */
export async function readFindings(context: Context, due: readonly DueEvent[]): Promise<ReadEvents> {
  const result: ReadEvents = { readings: [], failures: [], news: [], isOutage: false };
  const known = new Map<string, Omit<Reading, 'event'>>();
  for (const event of due) {
    const object = objectOf(event);
    const key = `${object.kind} ${object.id}`;
    try {
      const found = known.get(key) ?? (await readOne(context, object, result.news));
      known.set(key, found);
      result.readings.push({ event, ...found });
    } catch (error) {
      result.failures.push({ event, error });
      if (error instanceof TargetError && error.isOutage) return { ...result, isOutage: true };
    }
  }
  return result;
}

/** What happened to the payments of an invoice is read off the invoice. */
function objectOf({ objectKind, objectId, remoteInvoiceId }: DueEvent): { kind: string; id: string } {
  const ofInvoice = objectKind === 'invoice' || objectKind === 'invoice_payment';
  return ofInvoice ? { kind: 'invoice', id: remoteInvoiceId ?? '' } : { kind: objectKind, id: objectId ?? '' };
}

async function readOne(
  { database, events, accountId }: Context,
  object: { kind: string; id: string },
  news: ReadEvents['news'],
): Promise<Omit<Reading, 'event'>> {
  const readAt = new Date();
  const finding: RemoteFinding = object.id === '' ? { remoteInvoiceIds: [], records: [] } : await events.read(object);
  const { remoteInvoiceIds, records, remoteCustomerIds = [] } = finding;
  const customerIds =
    remoteCustomerIds.length === 0 ? [] : await findMappedCustomers(database, accountId, remoteCustomerIds);
  const invoiceIds = await ourInvoices({ database, events, accountId }, remoteInvoiceIds);
  const [invoiceId] = invoiceIds;
  if (invoiceId === undefined) return { invoiceIds, customerIds };
  for (const record of records) {
    if (await recordRemote(database, accountId, { ...record, invoiceId }, readAt)) news.push({ record, invoiceId });
  }
  return { invoiceIds, customerIds };
}

/** By their mappings; one whose sync has not stored the answer yet says itself which invoice it is. */
async function ourInvoices({ database, events, accountId }: Context, remoteIds: readonly string[]): Promise<string[]> {
  if (remoteIds.length === 0) return [];
  const mapped = await findMappedInvoices(database, accountId, remoteIds);
  const ours: string[] = [];
  for (const remoteId of remoteIds) {
    const named = mapped.get(remoteId) ?? (await events.nameOf(remoteId));
    if (named !== null && (mapped.has(remoteId) || (await hasInvoice(database, named)))) ours.push(named);
  }
  return ours;
}
