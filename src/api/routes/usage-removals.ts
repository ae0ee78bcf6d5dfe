import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseInstant } from '../../billing/instant.ts';
import { planUsageRemoval } from '../../billing/retention/plan-usage-removal.ts';
import { listRemovals, type RemovalCursor } from '../../store/usage-removals.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  UsageRemovalPage,
  UsageRemovalPlan,
  UsageRemovalPlanQuery,
  UsageRemovalQuery,
} from '../schemas/usage-removals.ts';

/** Raw usage that the policy of retention has removed, or would. */
export const usageRemovalRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['usage'];
  const config = { scope: 'settings:read' } as const;

  app.get(
    '/v1/usage/removals',
    {
      config,
      schema: {
        tags,
        summary: 'List the months of which raw usage was removed',
        querystring: UsageRemovalQuery,
        response: { 200: UsageRemovalPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm);
      return pageOf(await listRemovals(database, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.get(
    '/v1/usage/removals/plan',
    {
      config,
      schema: {
        tags,
        summary: 'See which raw usage would be removed now, and what keeps the rest',
        description:
          'A dry run: nothing is removed, nor proved. Name `usageMonths` to see what another policy would do. What proofs and late usage keep is as the last night has found it.',
        querystring: UsageRemovalPlanQuery,
        response: { 200: UsageRemovalPlan, ...problems },
      },
    },
    async ({ query }) => await planUsageRemoval(database, query.usageMonths),
  );
};

const cursorForm: CursorForm<RemovalCursor> = {
  write: ({ removedAt, id }) => [removedAt.toISOString(), id],
  read: ([at = '', text = '']) => {
    const [removedAt, id] = [parseInstant(at), uuidOrNull(text)];
    return removedAt === undefined || id === null ? undefined : { removedAt, id };
  },
};
