import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../deps.ts';
import { isCustomer } from '../guard.ts';
import { pack, sendPacked } from '../packed.ts';
import { problems } from '../schemas/common.ts';
import { Words, WordsUnchanged } from '../schemas/words.ts';
import { wordsForCustomers, wordsForOperators } from '../words.ts';

export const wordRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { failureCodes }) => {
  const forOperators = await pack(wordsForOperators(failureCodes));
  const forCustomers = await pack(wordsForCustomers());

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
      const packed = isCustomer(request) ? forCustomers : forOperators;
      const headers = { 'cache-control': 'private, max-age=300', vary: 'authorization, cookie' };
      return await sendPacked(packed, request, reply, headers);
    },
  );
};
