import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../deps.ts';
import { isCustomer } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { Words, WordsUnchanged } from '../schemas/words.ts';
import { tagged, wordsForCustomers, wordsForOperators } from '../words.ts';

export const wordRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { failureCodes }) => {
  const forOperators = tagged(wordsForOperators(failureCodes));
  const forCustomers = tagged(wordsForCustomers());

  app.get(
    '/v1/words',
    {
      config: { scope: 'invoices:read', customers: 'any' },
      schema: {
        tags: ['words'],
        summary: 'Read what every state, error and failure means, in the words of each reader',
        response: { 200: Words, 304: WordsUnchanged, ...problems },
      },
    },
    async (request, reply) => {
      const { body, etag } = isCustomer(request) ? forCustomers : forOperators;
      reply.headers({ etag, 'cache-control': 'private, max-age=300', vary: 'authorization, cookie' });
      if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return await reply.code(304).send(null);
      return body;
    },
  );
};
