import { createHash } from 'node:crypto';
import { invalid } from '../errors.ts';
import { renderCustomer } from '../objects/customer.ts';
import { linesOf, renderInvoice } from '../objects/invoice.ts';
import type { CustomerRecord, InvoiceRecord, Metadata } from '../objects/records.ts';
import { totalsOf } from '../objects/totals.ts';
import type { WireSearchResult } from '../objects/wire.ts';
import { expand, id, integer, required, text } from '../schema.ts';
import { type Clause, matches, parseQuery, type Searchable } from '../search/query.ts';
import type { Transaction } from '../state.ts';
import { operation } from './operation.ts';

const searchParameters = { expand: expand(), limit: integer(1, 100), page: id(), query: required(text()) };

interface Params {
  expand?: string[];
  limit?: number;
  page?: string;
  query: string;
}

const customers: Searchable = {
  resource: 'customers',
  fields: { created: 'numeric', email: 'string', metadata: 'token', name: 'string', phone: 'string' },
};

const invoices: Searchable = {
  resource: 'invoices',
  fields: {
    created: 'numeric',
    currency: 'token',
    customer: 'token',
    last_finalization_error_code: 'token',
    last_finalization_error_type: 'token',
    metadata: 'token',
    number: 'string',
    receipt_number: 'string',
    status: 'string',
    subscription: 'token',
    total: 'numeric',
  },
};

function metadataValue(metadata: Metadata, key: string): string | null {
  return Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null;
}

function customerValue(customer: CustomerRecord, { field, key }: Clause): string | number | null {
  if (key !== null) return metadataValue(customer.metadata, key);
  const { created, email, name, phone } = customer;
  return { created, email, name, phone }[field] ?? null;
}

/** Receipts, subscriptions and failed finalizations are none of this simulator's: they are absent everywhere. */
function invoiceValue(invoice: InvoiceRecord, { field, key }: Clause, indexed: Transaction): string | number | null {
  if (key !== null) return metadataValue(invoice.metadata, key);
  if (field === 'total') return totalsOf(linesOf(invoice, indexed)).total;
  const { created, currency, customer, number, status } = invoice;
  return { created, currency, customer, number, status }[field] ?? null;
}

/** A page token belongs to its query and holds the place, in the order of creation, below which the next page begins. */
function tokenFor(query: string, place: number): string {
  return Buffer.from(`${digestOf(query)}.${place}`).toString('base64url');
}

function placeIn(token: string, query: string): number {
  const [digest, place = ''] = Buffer.from(token, 'base64url').toString().split('.');
  if (digest === digestOf(query) && /^\d{1,15}$/.test(place)) return Number(place);
  throw invalid('The page is not one that a search with this query returned as next_page.', 'page');
}

function digestOf(query: string): string {
  return createHash('sha256').update(query).digest('hex').slice(0, 16);
}

/**
 * One page of what `find` gives for the places from newest to oldest. Matching is by the index, so it is some time
 * behind; what is shown is the object of now, so it may no longer be what was asked for (stripe/stripe-python#908).
 */
function searchPage<W>(
  params: Params,
  url: string,
  length: number,
  find: (place: number) => W | undefined,
): WireSearchResult<W> {
  const limit = params.limit ?? 10;
  const start = params.page === undefined ? length : placeIn(params.page, params.query);
  const wantsCount = params.expand?.includes('total_count') === true;
  const data: W[] = [];
  let next: number | undefined;
  let total = 0;
  for (let place = wantsCount ? length - 1 : Math.min(start, length) - 1; place >= 0; place -= 1) {
    const found = find(place);
    if (found === undefined) continue;
    total += 1;
    if (place >= start) continue;
    if (data.length < limit) data.push(found);
    else next ??= place + 1;
    if (next !== undefined && !wantsCount) break;
  }
  return {
    object: 'search_result',
    data,
    has_more: next !== undefined,
    next_page: next === undefined ? null : tokenFor(params.query, next),
    ...(wantsCount ? { total_count: total } : {}),
    url,
  };
}

export const searchOperations = [
  operation({
    name: 'customers.search',
    method: 'GET',
    path: '/v1/customers/search',
    parameters: searchParameters,
    answers: 'customer',
    isList: true,
    validate: ({ query }) => void parseQuery(query, customers),
    run: ({ params, tx, indexed, business }) => {
      const query = parseQuery(params.query, customers);
      const known = indexed.all('customer');
      return searchPage(params, '/v1/customers/search', known.length, (place) => {
        const candidate = known.at(place);
        const current = candidate === undefined ? undefined : tx.get('customer', candidate.id);
        if (candidate === undefined || current === undefined || current.deleted) return undefined;
        const isHit = matches(query, customers, (clause) => customerValue(candidate, clause));
        return isHit ? renderCustomer(current, business) : undefined;
      });
    },
  }),
  operation({
    name: 'invoices.search',
    method: 'GET',
    path: '/v1/invoices/search',
    parameters: searchParameters,
    answers: 'invoice',
    isList: true,
    validate: ({ query }) => void parseQuery(query, invoices),
    run: ({ params, tx, indexed, business }) => {
      const query = parseQuery(params.query, invoices);
      const known = indexed.all('invoice');
      return searchPage(params, '/v1/invoices/search', known.length, (place) => {
        const candidate = known.at(place);
        const current = candidate === undefined ? undefined : tx.get('invoice', candidate.id);
        if (candidate === undefined || current === undefined) return undefined;
        const isHit = matches(query, invoices, (clause) => invoiceValue(candidate, clause, indexed));
        return isHit ? renderInvoice(current, tx, business) : undefined;
      });
    },
  }),
];
