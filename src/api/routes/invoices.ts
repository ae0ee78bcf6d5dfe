import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { getClock } from '../../billing/open-clock.ts';
import { DurabillError } from '../../errors/error.ts';
import { findCustomer } from '../../store/customers.ts';
import type { Database } from '../../store/database.ts';
import { findInvoice, type InvoiceCursor, type InvoiceFilter, listInvoices } from '../../store/invoice-views.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { InvoicePage, InvoiceParams, InvoiceQuery, InvoiceWithLines } from '../schemas/invoices.ts';

export const invoiceRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['invoices'];
  const config = { scope: 'invoices:read' } as const;

  app.get(
    '/v1/invoices',
    {
      config,
      schema: {
        tags,
        summary: 'List invoices',
        querystring: InvoiceQuery,
        response: { 200: InvoicePage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, customer, clock, ...plain } }) => {
      const after = readCursor(cursor, cursorOf);
      const filter: InvoiceFilter = {
        ...plain,
        ...(customer !== undefined && { customerId: await customerIdFor(database, customer) }),
        ...(clock !== undefined && { clockId: (await getClock(database, clock)).id }),
      };
      const rows = await listInvoices(database, filter, { after, limit: limit + 1 });
      return pageOf(rows, limit, ({ periodStartAt, id }) => [periodStartAt.toISOString(), id]);
    },
  );

  app.get(
    '/v1/invoices/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Read an invoice with its lines and their working',
        params: InvoiceParams,
        response: { 200: InvoiceWithLines, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const found = await findInvoice(database, id);
      if (found === undefined) {
        throw new DurabillError('not-found', {
          field: 'id',
          reason: `There is no invoice with the id "${id}".`,
          mend: 'Find it by its number at /v1/invoices?number=…',
        });
      }
      return { ...found.invoice, lines: found.lines };
    },
  );
};

function cursorOf([start = '', id = '']: readonly string[]): InvoiceCursor | undefined {
  const periodStartAt = new Date(start);
  if (uuidOrNull(id) === null || Number.isNaN(periodStartAt.getTime())) return undefined;
  return { periodStartAt, id };
}

/** A filter by somebody who does not exist is a typing error, which an empty list would hide. */
async function customerIdFor(database: Database, reference: string): Promise<string> {
  const customer = await findCustomer(database, reference);
  if (customer !== undefined) return customer.id;
  throw new DurabillError('not-found', { field: 'customer', reason: `There is no customer "${reference}".` });
}
