import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { endApiKey, getApiKey, orderApiKey } from '../../auth/manage-keys.ts';
import { listApiKeys } from '../../store/api-keys.ts';
import type { ApiDeps } from '../deps.ts';
import { ownerAskedFor, ownerFor } from '../filters.ts';
import { principalOf } from '../guard.ts';
import { byCreation, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { ApiKey, ApiKeyPage, ApiKeyParams, ApiKeyQuery, ApiKeyWithSecret, NewApiKey } from '../schemas/api-keys.ts';
import { problems } from '../schemas/common.ts';

export const apiKeyRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['access'];

  app.get(
    '/v1/api-keys',
    {
      config: { scope: 'keys:read', customers: 'filter', operatorsFilters: ['owner'] },
      schema: { tags, summary: 'List API keys', querystring: ApiKeyQuery, response: { 200: ApiKeyPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor, ...asked } }) => {
      const after = readCursor(cursor, byCreation);
      const whose = await ownerAskedFor(database, asked);
      return pageOf(await listApiKeys(database, whose, { after, limit: limit + 1 }), limit, byCreation);
    },
  );

  app.post(
    '/v1/api-keys',
    {
      config: { scope: 'keys:write', customers: 'any', customersMay: 'write', heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Make an API key',
        description: 'Its secret is in the answer, and in no later one.',
        body: NewApiKey,
        response: { 201: ApiKeyWithSecret, ...problems },
      },
    },
    async (request, reply) => {
      const { customer, name, scopes } = request.body;
      const customerId = await ownerFor(database, request, customer);
      const key = await orderApiKey(database, principalOf(request), { name, scopes, customerId });
      reply.header('location', `/v1/api-keys/${key.id}`);
      return reply.code(201).send(key);
    },
  );

  app.get(
    '/v1/api-keys/:id',
    {
      config: { scope: 'keys:read', customers: 'api-key' },
      schema: { tags, summary: 'Read an API key', params: ApiKeyParams, response: { 200: ApiKey, ...problems } },
    },
    async ({ params: { id } }) => await getApiKey(database, id),
  );

  app.post(
    '/v1/api-keys/:id/revoke',
    {
      config: { scope: 'keys:write', customers: 'api-key', customersMay: 'write' },
      schema: {
        tags,
        summary: 'End an API key, within five seconds everywhere',
        params: ApiKeyParams,
        response: { 200: ApiKey, ...problems },
      },
    },
    async (request) => await endApiKey(database, principalOf(request), request.params.id),
  );
};
