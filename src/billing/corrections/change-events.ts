import { DurabillError } from '../../errors/error.ts';
import { findErased } from '../../store/customer-erasures.ts';
import type { Sql } from '../../store/database.ts';
import type { TouchedEvent } from '../../store/rollup-buckets.ts';
import { type EventCustomer, findEventCustomers } from '../../store/usage-events.ts';
import {
  type CurrentVersion,
  findCurrentVersions,
  insertKeys,
  insertVersions,
  type NewVersion,
  supersedeVersions,
} from '../../store/usage-versions.ts';
import { latestMs } from '../record-usage.ts';
import { contentHash, readEvent } from '../usage-event.ts';
import { atChange, type EventChange, refusal } from './event-changes.ts';

/** What the changes come to: versions that no longer count, and those that do from now on. */
export type ChangedVersions = {
  superseded: CurrentVersion[];
  written: NewVersion[];
  backfilled: NewVersion[];
  /** Where usage is another one afterwards. */
  touched: TouchedEvent[];
};

/**
 * Reads what the events say now, and works out what the changes make of them. Writes nothing.
 * @throws DurabillError correction-invalid, event-invalid, event-too-early, event-too-late, customer-erased, usage-removed
 */
export async function planChanges(sql: Sql, changes: readonly EventChange[]): Promise<ChangedVersions> {
  const found = await findCurrentVersions(
    sql,
    changes.map(({ source, id, customerId }) => ({ source, eventId: id, customerId })),
  );
  const customers = await findEventCustomers(sql, new Set(changes.map(({ customerId }) => customerId)));
  const erased = await findErased(sql, [...new Set(changes.map(({ customerId }) => customerId))]);
  const ofErased = changes.findIndex(({ customerId }) => erased.has(customerId));
  if (ofErased >= 0) throw new DurabillError('customer-erased', { field: `changes[${ofErased}].customer` });
  const planned: ChangedVersions = { superseded: [], written: [], backfilled: [], touched: [] };
  for (const [index, change] of changes.entries()) {
    const { isKnown, isRemoved, current } = found[index]!;
    const customer = customers.get(change.customerId) as EventCustomer;
    if (change.action === 'backfill') {
      if (isKnown) throw refusal(index, 'id', `The event "${change.id}" of "${change.source}" is stored already.`);
      planned.backfilled.push(newVersion(change, index, customer, undefined));
      continue;
    }
    if (current === null) throw isRemoved ? gone(change, index) : notThere(change, index, isKnown);
    requireOpen(current.occurredAt, index, customer);
    planned.superseded.push(current);
    if (change.action === 'amend') planned.written.push(newVersion(change, index, customer, current));
  }
  planned.touched = [...planned.superseded, ...planned.written, ...planned.backfilled];
  return planned;
}

function notThere({ id, source, customer }: EventChange, index: number, isKnown: boolean): DurabillError {
  const name = `The event "${id}" of the source "${source}"`;
  return isKnown
    ? refusal(index, 'id', `${name} does not count for the customer "${customer}": it was deprecated, or is another's.`)
    : refusal(index, 'id', `${name} was never stored.`);
}

function gone({ id, source }: EventChange, index: number): DurabillError {
  const reason = `The event "${id}" of the source "${source}" was removed by the policy of retention.`;
  return new DurabillError('usage-removed', { field: `changes[${index}].id`, reason });
}

/**
 * What was billed of a time that is closed cannot be computed again.
 * @throws DurabillError usage-removed
 */
function requireOpen(occurredAt: Date, index: number, { closedUntil }: EventCustomer): void {
  if (closedUntil === null || occurredAt >= closedUntil) return;
  throw new DurabillError('usage-removed', {
    field: `changes[${index}].occurredAt`,
    reason: `The event is dated ${occurredAt.toISOString()}; the customer's usage from before ${closedUntil.toISOString()} was removed by the policy of retention.`,
  });
}

/** Read as ingest reads an event, so that a correction brings in nothing that could not have been sent. */
function newVersion(
  change: EventChange,
  index: number,
  customer: EventCustomer,
  current: CurrentVersion | undefined,
): NewVersion {
  const event = atChange(index, () =>
    readEvent({
      id: change.id,
      source: change.source,
      customer: change.customer,
      type: current?.eventType ?? change.type,
      occurredAt: change.occurredAt ?? current?.occurredAt.toISOString(),
      properties: change.properties ?? current?.properties ?? {},
    }),
  );
  if (event.occurredAt.getTime() > latestMs(customer)) {
    const reason = `The event is dated ${event.occurredAtIso}, later than events of this customer are taken now.`;
    throw new DurabillError('event-too-late', { field: `changes[${index}].occurredAt`, reason });
  }
  requireOpen(event.occurredAt, index, customer);
  const version = {
    source: event.source,
    eventId: event.id,
    customerId: customer.id,
    eventType: event.type,
    occurredAt: event.occurredAt,
    propertiesJson: event.propertiesJson,
    version: (current?.version ?? 0) + 1,
    contentHash: contentHash(event, customer.id),
  };
  const isSame =
    current !== undefined &&
    +current.occurredAt === +version.occurredAt &&
    sameContent(current, version.contentHash, customer);
  if (isSame) throw refusal(index, 'id', `The event "${change.id}" of "${change.source}" says that already.`);
  return version;
}

function sameContent(current: CurrentVersion, hash: string, customer: EventCustomer): boolean {
  const { source, eventId, eventType: type, properties } = current;
  const said = readEvent({
    id: eventId,
    source,
    customer: customer.externalId,
    type,
    occurredAt: current.occurredAt.toISOString(),
    properties,
  });
  return contentHash(said, customer.id) === hash;
}

/**
 * Writes the versions, those before them superseded at the same instant. The rollups are brought along by `rebuildBuckets`.
 * @throws DurabillError correction-invalid if an event that is to be backfilled came in meanwhile
 */
export async function writeChanges(
  sql: Sql,
  changes: readonly EventChange[],
  planned: ChangedVersions,
  correction: { correctionId: string; at: Date },
): Promise<void> {
  const taken = await insertKeys(sql, planned.backfilled);
  const [first] = taken;
  if (first !== undefined) {
    const { source, eventId } = planned.backfilled[first]!;
    const index = changes.findIndex((change) => change.source === source && change.id === eventId);
    throw refusal(index, 'id', `The event "${eventId}" of "${source}" is stored already.`);
  }
  await supersedeVersions(sql, planned.superseded, correction);
  await insertVersions(sql, [...planned.written, ...planned.backfilled], correction);
}
