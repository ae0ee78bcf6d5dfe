import { DurabillError } from '../errors/error.ts';
import { findClock } from '../store/clocks.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database } from '../store/database.ts';

// A filter by somebody who does not exist is a typing error, which an empty list would hide.

/** @throws DurabillError not-found */
export async function customerIdFor(database: Database, reference: string): Promise<string> {
  const customer = await findCustomer(database, reference);
  if (customer !== undefined) return customer.id;
  throw new DurabillError('not-found', { field: 'customer', reason: `There is no customer "${reference}".` });
}

/** @throws DurabillError not-found */
export async function clockIdFor(database: Database, name: string): Promise<string> {
  const clock = await findClock(database, name);
  if (clock !== undefined) return clock.id;
  throw new DurabillError('not-found', { field: 'clock', reason: `There is no clock "${name}".` });
}
