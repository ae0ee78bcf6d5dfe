import { DurabillError, isDurabillError } from '../../errors/error.ts';
import type { Database } from '../../store/database.ts';
import { readCustomers } from '../event-customers.ts';
import type { EventProperties } from '../event-properties.ts';
import { readText } from '../text.ts';

/** Changes of one correction. Above it they are several corrections, each previewed and applied on its own. */
export const maxChanges = 10_000;

/** A change as somebody asks for it; the customer is an external id, or ours. */
export type EventChangeInput = {
  action: 'amend' | 'deprecate' | 'backfill';
  id: string;
  source?: string;
  customer: string;
  /** Of a backfilled event only. */
  type?: string;
  /** Of a backfilled event; of an amended one where it is to be moved. */
  occurredAt?: string;
  /** All of them anew: of a backfilled event, and of an amended one where they are to be others. */
  properties?: EventProperties;
};

/** The same with the source and our id of the customer, as it is stored with the correction. */
export type EventChange = EventChangeInput & { source: string; customerId: string };

/**
 * Reads which events are to be changed, each named once.
 * @throws DurabillError correction-invalid, correction-too-large, event-customer-unknown
 */
export async function readEventChanges(database: Database, input: readonly EventChangeInput[]): Promise<EventChange[]> {
  if (input.length === 0) {
    throw new DurabillError('correction-invalid', { field: 'changes', reason: 'The correction changes nothing.' });
  }
  if (input.length > maxChanges) {
    const reason = `${input.length} changes were sent; a correction has at most ${maxChanges}.`;
    throw new DurabillError('correction-too-large', { field: 'changes', reason });
  }
  const named = new Set<string>();
  const read = input.map((change, index) => {
    const source = readName(change.source ?? 'api', index, 'source', 'The source');
    const id = readName(change.id, index, 'id', 'The id of the event');
    const customer = readName(change.customer, index, 'customer', 'The customer');
    const key = `${source}\0${id}`;
    if (named.has(key)) throw refusal(index, 'id', `The event "${id}" of the source "${source}" is named twice.`);
    named.add(key);
    requireFields(change, index);
    return { ...change, source, id, customer };
  });
  const customers = await readCustomers(database, [...new Set(read.map(({ customer }) => customer))]);
  return read.map((change, index) => {
    const customer = customers.get(change.customer);
    if (customer !== undefined) return { ...change, customerId: customer.id };
    const reason = `There is no customer "${change.customer}".`;
    throw new DurabillError('event-customer-unknown', { field: `changes[${index}].customer`, reason });
  });
}

function readName(value: string, index: number, field: string, name: string): string {
  return readText(value, { code: 'correction-invalid', field: `changes[${index}].${field}`, name, maxLength: 255 });
}

/** What an action needs, and what it does not take. */
const fields = {
  amend: { taken: ['occurredAt', 'properties'], needed: [] },
  deprecate: { taken: [], needed: [] },
  backfill: { taken: ['type', 'occurredAt', 'properties'], needed: ['type', 'occurredAt'] },
} as const satisfies Record<EventChangeInput['action'], { taken: readonly string[]; needed: readonly string[] }>;

function requireFields(change: EventChangeInput, index: number): void {
  const { taken, needed }: { taken: readonly string[]; needed: readonly string[] } = fields[change.action];
  for (const field of ['type', 'occurredAt', 'properties'] as const) {
    const isSent = change[field] !== undefined;
    if (isSent && !taken.includes(field)) throw refusal(index, field, `To ${change.action} takes no ${field}.`);
    if (!isSent && needed.includes(field)) throw refusal(index, field, `To ${change.action} needs the ${field}.`);
  }
  if (change.action === 'amend' && change.occurredAt === undefined && change.properties === undefined) {
    throw refusal(index, 'properties', 'To amend needs new properties, a new instant, or both.');
  }
}

/** A refusal of one change, with its place in the request. */
export function refusal(index: number, field: string, reason: string): DurabillError {
  return new DurabillError('correction-invalid', { field: `changes[${index}].${field}`, reason });
}

/** Carries a step out for one change; what it refuses is refused at the change's place. */
export function atChange<T>(index: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    const { code, message: reason, mend, cause, field } = error;
    throw new DurabillError(code, {
      field: field === undefined ? `changes[${index}]` : `changes[${index}].${field}`,
      reason,
      mend,
      cause,
    });
  }
}
