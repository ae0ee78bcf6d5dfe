import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { safeNumber } from '../../store/invoice-views.ts';
import { listSources } from '../../store/usage-freshness.ts';
import type { ApiDeps } from '../deps.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { UsageSourcePage, UsageSourceQuery } from '../schemas/usage-sources.ts';

/** When each source of usage was heard of last. */
export const usageSourceRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/usage/sources',
    {
      config: { scope: 'invoices:read' },
      schema: {
        tags: ['usage'],
        summary: 'List the sources of usage with their freshness',
        description: 'Counted every minute from what has come in; what corrections write is no word of a source.',
        querystring: UsageSourceQuery,
        response: { 200: UsageSourcePage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm)?.source;
      const { data, nextCursor } = pageOf(await listSources(database, { after, limit: limit + 1 }), limit, cursorForm);
      return {
        data: data.map(({ eventCount, lastDayCount, ...source }) => ({
          ...source,
          eventCount: safeNumber(eventCount),
          lastDayCount: safeNumber(lastDayCount),
        })),
        nextCursor,
      };
    },
  );
};

const cursorForm: CursorForm<{ source: string }> = {
  write: ({ source }) => [source],
  read: ([source]) => (source ? { source } : undefined),
};
