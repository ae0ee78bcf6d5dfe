import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { createCustomer } from '../../billing/create-customer.ts';
import { crashPoint } from '../../crash-points.ts';
import { DurabillError } from '../../errors/error.ts';
import { findCustomer, listCustomers } from '../../store/customers.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { Customer, CustomerPage, CustomerParams, CustomerQuery, NewCustomer } from '../schemas/customers.ts';

export const customerRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['customers'];

  app.post(
    '/v1/customers',
    {
      config: { scope: 'customers:write' },
      schema: {
        tags,
        summary: 'Create a customer',
        description: 'The same content again is answered by 200 with the customer that is there, other content by 409.',
        body: NewCustomer,
        response: { 201: Customer, 200: Customer, ...problems },
      },
    },
    async (request, reply) => {
      const { customer, created } = await createCustomer(database, request.body, actorOf(request));
      crashPoint('api.customer-stored');
      reply.header('location', `/v1/customers/${customer.id}`);
      return reply.code(created ? 201 : 200).send(customer);
    },
  );

  app.get(
    '/v1/customers',
    {
      config: { scope: 'customers:read' },
      schema: {
        tags,
        summary: 'List customers',
        querystring: CustomerQuery,
        response: { 200: CustomerPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, search } }) => {
      const after = readCursor(cursor, cursorForm)?.externalId;
      const rows = await listCustomers(database, { after, limit: limit + 1, ...(search !== undefined && { search }) });
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/customers/:id',
    {
      config: { scope: 'customers:read', customers: 'path' },
      schema: { tags, summary: 'Read a customer', params: CustomerParams, response: { 200: Customer, ...problems } },
    },
    async ({ params: { id } }) => {
      const customer = await findCustomer(database, id);
      if (customer === undefined) {
        throw new DurabillError('not-found', { field: 'id', reason: `There is no customer "${id}".` });
      }
      return customer;
    },
  );
};

const cursorForm: CursorForm<{ externalId: string }> = {
  write: ({ externalId }) => [externalId],
  read: ([externalId]) => (externalId === undefined ? undefined : { externalId }),
};
