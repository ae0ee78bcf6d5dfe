import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { openMethodPage } from '../../billing/open-method-page.ts';
import { setCollection } from '../../billing/set-collection.ts';
import { readCustomerCollection } from '../../store/payment-methods.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { CollectionOrder, CustomerCollection, MethodPage, NewMethodPage } from '../schemas/collection.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';

/** How a customer's invoices are collected, and what they pay by. */
export const collectionRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, syncs }) => {
  const tags = ['customers'];
  const write = { scope: 'customers:write' } as const;

  app.get(
    '/v1/customers/:id/collection',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: {
        tags,
        summary: 'Read how a customer is collected from, and what it pays by',
        params: CustomerParams,
        response: { 200: CustomerCollection, ...problems },
      },
    },
    async ({ params }) => await readCustomerCollection(database, await customerIdFor(database, params.id, 'id')),
  );

  app.post(
    '/v1/customers/:id/collection',
    {
      config: write,
      schema: {
        tags,
        summary: 'Choose how the invoices of a customer are collected from now on',
        params: CustomerParams,
        body: CollectionOrder,
        response: { 200: CustomerCollection, ...problems },
      },
    },
    async (request) => {
      const customerId = await customerIdFor(database, request.params.id, 'id');
      return await setCollection(database, { customerId, method: request.body.method }, actorOf(request));
    },
  );

  app.post(
    '/v1/customers/:id/payment-method-sessions',
    {
      config: { ...write, customers: 'path', customersMay: 'write', heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Open a page at Stripe on which the customer saves a payment method',
        description:
          'Asked again while a page that leads back to the same address is open, it is that page. What is saved becomes what ' +
          'the customer pays by.',
        params: CustomerParams,
        body: NewMethodPage,
        response: { 200: MethodPage, ...problems },
      },
    },
    async (request) => {
      const customerId = await customerIdFor(database, request.params.id, 'id');
      const wish = { customerId, returnUrl: request.body.returnUrl };
      return await openMethodPage(database, (id) => syncs.ensureCustomer(id), wish, actorOf(request));
    },
  );
};
