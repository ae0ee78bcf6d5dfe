import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.ts';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { findOwner, type OwnedKind } from '../store/owners.ts';

/**
 * How it is found out whose the thing is that a customer asks for:
 * `path`: `:id` names the customer; a kind of thing: `:id` is one of those; `filter`: a list, cut to the customer that
 * asks; `any`: about nobody.
 */
export type Ownership = 'path' | 'filter' | 'any' | Exclude<OwnedKind, 'customer'>;

/**
 * Lets a customer through to what is its own. What is another's and what there is not are refused here by the same words,
 * before the handler has looked for anything; a route that says nothing of customers is not there for them.
 * @throws DurabillError not-found
 */
export async function admitCustomer(
  database: Database,
  request: FastifyRequest,
  principal: Principal & { customerId: string },
): Promise<void> {
  const { customers, customersMay, operatorsFilters = [] } = request.routeOptions.config;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (customers === undefined || (!isRead && customersMay !== 'write')) throw nothingAt(request.url);
  const query = request.query as Record<string, unknown>;
  for (const field of operatorsFilters) {
    if (Object.hasOwn(query, field)) {
      throw new DurabillError('request-invalid', { field, reason: `There is no field "${field}" here.` });
    }
  }
  if (customers === 'any') return;
  if (customers === 'filter') {
    const { customer } = query;
    if (customer !== undefined) await requireOwn(database, principal, 'customer', customer, 'customer');
    query['customer'] = principal.customerId;
    return;
  }
  const { id } = request.params as { id?: unknown };
  await requireOwn(database, principal, customers === 'path' ? 'customer' : customers, id);
}

/**
 * For ids that stand in a body: passes whoever is no customer, and a customer for what is its own.
 * @throws DurabillError not-found
 */
export async function requireOwn(
  database: Database,
  { customerId }: Principal,
  kind: OwnedKind,
  reference: unknown,
  field = 'id',
): Promise<void> {
  if (customerId === null) return;
  const isFound = typeof reference === 'string' && (await findOwner(database, kind, reference)) === customerId;
  if (isFound) return;
  const shown = String(reference).slice(0, 255);
  const noun = kind.replace('-', ' ');
  const reason =
    kind === 'customer' ? `There is no customer "${shown}".` : `There is no ${noun} with the id "${shown}".`;
  throw new DurabillError('not-found', { field, reason });
}

export function nothingAt(url: string): DurabillError {
  const path = url.split('?', 1)[0] ?? '';
  const mend = 'See /openapi.json for the addresses.';
  return new DurabillError('not-found', { reason: `There is nothing at ${path.slice(0, 200)}.`, mend });
}

/** Whom a route is for, as the document says it. */
export function audienceOf(
  { scope, customers, customersMay, authenticatedBy }: FastifyContextConfig,
  method: string,
): string[] {
  if (scope === undefined) return authenticatedBy === undefined ? [] : ['everybody'];
  const isRead = method === 'GET' || method === 'HEAD';
  return customers !== undefined && (isRead || customersMay === 'write') ? ['operators', 'customers'] : ['operators'];
}
