import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { changeEndpoint } from '../../billing/webhooks/change-endpoint.ts';
import { createEndpoint } from '../../billing/webhooks/create-endpoint.ts';
import { deleteEndpoint } from '../../billing/webhooks/delete-endpoint.ts';
import { getEndpoint } from '../../billing/webhooks/endpoint-fields.ts';
import { choosableTypes } from '../../billing/webhooks/event-catalogue.ts';
import { rotateSecret } from '../../billing/webhooks/rotate-secret.ts';
import { sendTest } from '../../billing/webhooks/send-test.ts';
import { listEndpoints } from '../../store/webhook-endpoints.ts';
import type { ApiDeps } from '../deps.ts';
import { ownerAskedFor, ownerFor } from '../filters.ts';
import { actorOf, isCustomer } from '../guard.ts';
import { byCreation, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  DeletedWebhookEndpoint,
  NewWebhookEndpoint,
  WebhookDeliveryDetail,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpointPage,
  WebhookEndpointParams,
  WebhookEndpointQuery,
  WebhookEndpointWithSecret,
  WebhookEventTypes,
} from '../schemas/webhook-endpoints.ts';

export const webhookEndpointRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, webhookRules = { allowsLoopback: false } } = deps;
  const tags = ['webhooks'];
  const own = { customers: 'webhook-endpoint', customersMay: 'write' } as const;
  const reading = { scope: 'webhooks:read', ...own } as const;
  const writing = { scope: 'webhooks:write', ...own } as const;
  const params = WebhookEndpointParams;

  app.get(
    '/v1/webhook-event-types',
    {
      config: { scope: 'webhooks:read', customers: 'any' },
      schema: {
        tags,
        summary: 'List what endpoints may be told of',
        response: { 200: WebhookEventTypes, ...problems },
      },
    },
    async (request) => ({
      data: choosableTypes(isCustomer(request)).map(({ type, says, isForCustomers }) => ({
        type,
        says,
        isForCustomers,
      })),
    }),
  );

  app.get(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'webhooks:read', customers: 'filter', operatorsFilters: ['owner'] },
      schema: {
        tags,
        summary: 'List webhook endpoints',
        querystring: WebhookEndpointQuery,
        response: { 200: WebhookEndpointPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, ...asked } }) => {
      const after = readCursor(cursor, byCreation);
      const whose = await ownerAskedFor(database, asked);
      return pageOf(await listEndpoints(database, whose, { after, limit: limit + 1 }), limit, byCreation);
    },
  );

  app.post(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'webhooks:write', customers: 'any', customersMay: 'write', heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Add a webhook endpoint',
        description: 'Its secret is in the answer, and in no later one.',
        body: NewWebhookEndpoint,
        response: { 201: WebhookEndpointWithSecret, ...problems },
      },
    },
    async (request, reply) => {
      const { customer, ...order } = request.body;
      const customerId = await ownerFor(database, request, customer);
      const created = await createEndpoint(database, { ...order, customerId }, webhookRules, actorOf(request));
      reply.header('location', `/v1/webhook-endpoints/${created.id}`);
      return reply.code(201).send(created);
    },
  );

  app.get(
    '/v1/webhook-endpoints/:id',
    {
      config: reading,
      schema: { tags, summary: 'Read a webhook endpoint', params, response: { 200: WebhookEndpoint, ...problems } },
    },
    async (request) => await getEndpoint(database, request.params.id),
  );

  app.patch(
    '/v1/webhook-endpoints/:id',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Change, enable or disable a webhook endpoint',
        description: 'What waits for one that is disabled fails; it can be sent again once it is enabled.',
        params,
        body: WebhookEndpointChange,
        response: { 200: WebhookEndpoint, ...problems },
      },
    },
    async (request) => await changeEndpoint(database, request.params.id, request.body, webhookRules, actorOf(request)),
  );

  app.delete(
    '/v1/webhook-endpoints/:id',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Remove a webhook endpoint with the log of its deliveries',
        params,
        response: { 200: DeletedWebhookEndpoint, ...problems },
      },
    },
    async (request) => await deleteEndpoint(database, request.params.id, actorOf(request)),
  );

  app.post(
    '/v1/webhook-endpoints/:id/test',
    {
      config: { ...writing, heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Have an event of the type webhook.test sent',
        description: 'It is sent within a second or two; the delivery says what came of it.',
        params,
        response: { 202: WebhookDeliveryDetail, ...problems },
      },
    },
    async (request, reply) => reply.code(202).send(await sendTest(database, request.params.id)),
  );

  app.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      config: { ...writing, heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Give a webhook endpoint another secret',
        description: 'It is in the answer, and in no later one. For a day everything is signed with both.',
        params,
        response: { 200: WebhookEndpointWithSecret, ...problems },
      },
    },
    async (request) => await rotateSecret(database, request.params.id, actorOf(request)),
  );
};
