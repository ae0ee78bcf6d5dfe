import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { getEndpoint } from '../../billing/webhooks/endpoint-fields.ts';
import { getDelivery } from '../../billing/webhooks/get-delivery.ts';
import { resendDelivery, resendSince } from '../../billing/webhooks/resend.ts';
import { listDeliveries } from '../../store/webhook-views.ts';
import type { ApiDeps } from '../deps.ts';
import { byCreation, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  ResendOrder,
  Resent,
  WebhookDeliveryDetail,
  WebhookDeliveryPage,
  WebhookDeliveryParams,
  WebhookDeliveryQuery,
  WebhookEndpointParams,
} from '../schemas/webhook-endpoints.ts';

export const webhookDeliveryRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['webhooks'];
  const own = { customers: 'webhook-endpoint', customersMay: 'write' } as const;
  const reading = { scope: 'webhooks:read', ...own } as const;
  const writing = { scope: 'webhooks:write', ...own } as const;

  app.get(
    '/v1/webhook-endpoints/:id/deliveries',
    {
      config: reading,
      schema: {
        tags,
        summary: 'List the deliveries to an endpoint',
        description: 'They are kept for 30 days.',
        params: WebhookEndpointParams,
        querystring: WebhookDeliveryQuery,
        response: { 200: WebhookDeliveryPage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor, state, type } }) => {
      const after = readCursor(cursor, byCreation);
      const { id: endpointId } = await getEndpoint(database, params.id);
      const filter = { endpointId, ...(state !== undefined && { state }), ...(type !== undefined && { type }) };
      return pageOf(await listDeliveries(database, filter, { after, limit: limit + 1 }), limit, byCreation);
    },
  );

  app.get(
    '/v1/webhook-endpoints/:id/deliveries/:delivery',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Read a delivery with what is sent and every attempt',
        params: WebhookDeliveryParams,
        response: { 200: WebhookDeliveryDetail, ...problems },
      },
    },
    async ({ params: { id, delivery } }) => await getDelivery(database, id, delivery),
  );

  app.post(
    '/v1/webhook-endpoints/:id/deliveries/:delivery/resend',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Have a delivery attempted again, whatever came of it',
        params: WebhookDeliveryParams,
        response: { 202: WebhookDeliveryDetail, ...problems },
      },
    },
    async ({ params: { id, delivery } }, reply) => reply.code(202).send(await resendDelivery(database, id, delivery)),
  );

  app.post(
    '/v1/webhook-endpoints/:id/resend',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Have the failed deliveries since an instant attempted again',
        params: WebhookEndpointParams,
        body: ResendOrder,
        response: { 202: Resent, ...problems },
      },
    },
    async ({ params: { id }, body }, reply) => reply.code(202).send(await resendSince(database, id, body)),
  );
};
