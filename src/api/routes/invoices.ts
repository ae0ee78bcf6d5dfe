import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { setInvoiceTerms } from '../../billing/set-invoice-terms.ts';
import { createInvoiceFinder } from '../../store/invoice-finder.ts';
import { type InvoiceCursor, type InvoiceFilter, listInvoices } from '../../store/invoice-views.ts';
import type { ApiDeps } from '../deps.ts';
import { clockIdFor, customerIdFor, invoiceIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { InvoicePage, InvoiceParams, InvoiceQuery, InvoiceWithLines } from '../schemas/invoices.ts';
import { InvoiceTermsChange } from '../schemas/parties.ts';
import { sendInvoice, shownInvoice, wholeInvoice } from '../whole-invoice.ts';

export const invoiceRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, noticeOf }) => {
  const tags = ['invoices'];
  const config = { scope: 'invoices:read' } as const;

  const find = createInvoiceFinder(database);
  const whole = async (id: string, reader: FastifyRequest, reply: FastifyReply) =>
    await sendInvoice(reply, await wholeInvoice(find, id, noticeOf, reader));

  app.get(
    '/v1/invoices',
    {
      config: { ...config, customers: 'filter', operatorsFilters: ['clock', 'sync'] },
      schema: {
        tags,
        summary: 'List invoices',
        querystring: InvoiceQuery,
        response: { 200: InvoicePage, ...problems },
      },
    },
    async (request) => {
      const { limit = defaultLimit, cursor, customer, clock, ...plain } = request.query;
      const after = readCursor(cursor, cursorForm);
      const filter: InvoiceFilter = {
        ...plain,
        ...(customer !== undefined && { customerId: await customerIdFor(database, customer) }),
        ...(clock !== undefined && { clockId: await clockIdFor(database, clock) }),
      };
      const rows = await listInvoices(database, filter, { after, limit: limit + 1 });
      const { data, nextCursor } = pageOf(rows, limit, cursorForm);
      return { data: data.map((invoice) => shownInvoice(invoice, noticeOf, request)), nextCursor };
    },
  );

  app.get(
    '/v1/invoices/:id',
    {
      config: { ...config, customers: 'invoice' },
      schema: {
        tags,
        summary: 'Read an invoice with its lines and their working',
        params: InvoiceParams,
        response: { 200: InvoiceWithLines, ...problems },
      },
    },
    async (request, reply) => await whole(request.params.id, request, reply),
  );

  app.patch(
    '/v1/invoices/:id',
    {
      config: { scope: 'invoices:write' },
      schema: {
        tags,
        summary: 'Set memo, purchase order or payment terms of a draft',
        description: 'An invoice that is issued says for ever what it says: then it is refused.',
        params: InvoiceParams,
        body: InvoiceTermsChange,
        response: { 200: InvoiceWithLines, ...problems },
      },
    },
    async (request, reply) => {
      const invoiceId = await invoiceIdFor(database, request.params.id);
      await setInvoiceTerms(database, { ...request.body, invoiceId }, actorOf(request));
      return await whole(invoiceId, request, reply);
    },
  );
};

const cursorForm: CursorForm<InvoiceCursor> = {
  write: ({ periodStartAt, id }) => [periodStartAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { periodStartAt: position.at, id: position.id };
  },
};
