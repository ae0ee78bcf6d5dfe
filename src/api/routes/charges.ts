import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { orderOneOff } from '../../billing/order-one-off.ts';
import { addPendingItem, removePendingItem, type ShownItem } from '../../billing/pending-item-orders.ts';
import type { FindInvoice } from '../../store/invoice-finder.ts';
import { safeNumber } from '../../store/invoice-views.ts';
import { listPendingItems } from '../../store/pending-items.ts';
import { findInvoice } from '../../store/whole-invoice.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { byCreation, defaultLimit, pageOf, readCursor } from '../paging.ts';
import {
  NewOneOff,
  NewPendingItem,
  PendingItem,
  PendingItemPage,
  PendingItemParams,
  PendingItemQuery,
  RemovalQuery,
} from '../schemas/charges.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { InvoiceWithLines } from '../schemas/invoices.ts';
import { sendInvoice, wholeInvoice } from '../whole-invoice.ts';

/** Charges that no plan makes: invoices beside the runs, and items for a customer's next bill. */
export const chargeRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, noticeOf }) => {
  const tags = ['invoices'];
  const write = { scope: 'invoices:write' } as const;
  const find: FindInvoice = (id) => findInvoice(database, id);
  const shown = (item: ShownItem) => ({ ...item, amountMinor: safeNumber(item.amountMinor) });

  app.post(
    '/v1/invoices',
    {
      config: write,
      schema: {
        tags,
        summary: 'Order an invoice beside the runs',
        description:
          'A draft, which the first due scan from `dueAt` on issues. The same request id with the same content is answered ' +
          'by 200 with the invoice that is there, other content by 409.',
        body: NewOneOff,
        response: { 201: InvoiceWithLines, 200: InvoiceWithLines, ...problems },
      },
    },
    async (request, reply) => {
      const { id, created } = await orderOneOff(database, request.body, actorOf(request));
      reply.header('location', `/v1/invoices/${id}`);
      reply.code(created ? 201 : 200);
      return await sendInvoice(reply, await wholeInvoice(find, id, noticeOf, request));
    },
  );

  app.post(
    '/v1/customers/:id/pending-items',
    {
      config: write,
      schema: {
        tags,
        summary: "Put a charge on a customer's next bill",
        description:
          'It joins the next bill of the group, or the one that is a draft when that is issued; where there is none, the ' +
          'monthly run makes one. Below zero it gives back, and what a bill cannot take is carried to the balance.',
        params: CustomerParams,
        body: NewPendingItem,
        response: { 201: PendingItem, 200: PendingItem, ...problems },
      },
    },
    async (request, reply) => {
      const order = { ...request.body, customer: request.params.id };
      const { item, created } = await addPendingItem(database, order, actorOf(request));
      return reply.code(created ? 201 : 200).send(shown(item));
    },
  );

  app.get(
    '/v1/customers/:id/pending-items',
    {
      config: { scope: 'invoices:read', customers: 'path' },
      schema: {
        tags,
        summary: "List what waits for a customer's next bill, and what stood on earlier ones",
        params: CustomerParams,
        querystring: PendingItemQuery,
        response: { 200: PendingItemPage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor, state = 'all' } }) => {
      const filter = { customerId: await customerIdFor(database, params.id), isWaiting: state === 'waiting' };
      const after = readCursor(cursor, byCreation);
      const { data, nextCursor } = pageOf(
        await listPendingItems(database, filter, { after, limit: limit + 1 }),
        limit,
        byCreation,
      );
      return { data: data.map(shown), nextCursor };
    },
  );

  app.delete(
    '/v1/customers/:id/pending-items/:itemId',
    {
      config: write,
      schema: {
        tags,
        summary: 'Take an item away that waits for a bill',
        description: 'One that stands on an invoice, a draft too, is refused.',
        params: PendingItemParams,
        querystring: RemovalQuery,
        response: { 200: PendingItem, ...problems },
      },
    },
    async (request) => {
      const { params, query } = request;
      const order = { customer: params.id, itemId: params.itemId, reason: query.reason };
      return shown(await removePendingItem(database, order, actorOf(request)));
    },
  );
};
