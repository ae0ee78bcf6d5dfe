import type { Database } from '../store/database.ts';
import { type EventCustomer, findEventCustomers } from '../store/usage-events.ts';

/**
 * Customers that this process has seen, by external id. None is ever deleted, renamed or moved to another clock, and the
 * time on a clock only goes forward: what is remembered of it is a time that it has reached.
 */
const seen = new WeakMap<Database, Map<string, EventCustomer>>();
/** Above it all are forgotten, which costs a look-up each. */
const maxSeen = 50_000;

/** The customers of these references that there are, each with a time that its clock has reached. */
export async function findCustomers(
  database: Database,
  references: ReadonlySet<string>,
): Promise<Map<string, EventCustomer>> {
  const known = seen.get(database);
  const found = new Map<string, EventCustomer>();
  const missing: string[] = [];
  for (const reference of references) {
    const customer = known?.get(reference);
    if (customer === undefined) missing.push(reference);
    else found.set(reference, customer);
  }
  for (const [reference, customer] of await readCustomers(database, missing)) found.set(reference, customer);
  return found;
}

/** The same, with the time that their clocks show now. */
export async function readCustomers(
  database: Database,
  references: readonly string[],
): Promise<Map<string, EventCustomer>> {
  if (references.length === 0) return new Map();
  const found = await findEventCustomers(database, references);
  const known = seen.get(database) ?? new Map<string, EventCustomer>();
  seen.set(database, known);
  if (known.size + found.size > maxSeen) known.clear();
  for (const [reference, customer] of found) {
    // Found by our id, a later customer could still have it as its external id, which goes first.
    if (customer.externalId === reference) known.set(reference, customer);
  }
  return found;
}
