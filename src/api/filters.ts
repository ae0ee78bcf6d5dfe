import type { Principal } from '../auth/principal.ts';
import { DurabillError } from '../errors/error.ts';
import { findClock } from '../store/clocks.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database } from '../store/database.ts';
import { isInvoice } from '../store/invoice-views.ts';
import type { Owner } from '../store/list-pages.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { requireOwn } from './ownership.ts';

// A filter by somebody who does not exist is a typing error, which an empty list would hide.

/** @throws DurabillError not-found */
export async function customerIdFor(database: Database, reference: string, field = 'customer'): Promise<string> {
  const customer = await findCustomer(database, reference);
  if (customer !== undefined) return customer.id;
  throw new DurabillError('not-found', { field, reason: `There is no customer "${reference}".` });
}

/** @throws DurabillError not-found */
export async function clockIdFor(database: Database, name: string): Promise<string> {
  const clock = await findClock(database, name);
  if (clock !== undefined) return clock.id;
  throw new DurabillError('not-found', { field: 'clock', reason: `There is no clock "${name}".` });
}

/** @throws DurabillError not-found */
export async function invoiceIdFor(database: Database, reference: string): Promise<string> {
  const id = uuidOrNull(reference);
  if (id !== null && (await isInvoice(database, id))) return id;
  throw noSuchInvoice(reference);
}

export function noSuchInvoice(reference: string): DurabillError {
  return new DurabillError('not-found', {
    field: 'id',
    reason: `There is no invoice with the id "${reference}".`,
    mend: 'Find it by its number at /v1/invoices?number=…',
  });
}

/**
 * Whose things a list is of, by its filters: of a customer, of the business, or (undefined) of everybody.
 * @throws DurabillError not-found
 */
export async function ownerAskedFor(
  database: Database,
  { customer, owner }: { customer?: string; owner?: 'business' },
): Promise<Owner | undefined> {
  if (customer !== undefined) return { customerId: await customerIdFor(database, customer) };
  return owner === undefined ? undefined : { customerId: null };
}

/**
 * Whose a thing is to be that is made for a customer or for the business (null): a customer's is its own, named or not.
 * @throws DurabillError not-found
 */
export async function ownerFor(
  database: Database,
  { principal }: { principal: Principal | null },
  customer: string | null | undefined,
): Promise<string | null> {
  if (principal === null) throw new Error('The route names no scope, so nobody is known to call it.');
  if (customer == null) return principal.customerId;
  await requireOwn(database, principal, 'customer', customer, 'customer');
  return await customerIdFor(database, customer);
}
