import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { verifyChain } from '../../store/audit-verify.ts';
import { listHistory } from '../../store/audit-views.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor } from '../filters.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { HistoryPage, HistoryParams, HistoryQuery } from '../schemas/history.ts';

export const invoiceHistoryRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/invoices/:id/history',
    {
      config: { scope: 'invoices:read' },
      schema: {
        tags: ['invoices'],
        summary: 'Read what happened to an invoice, with every request to Stripe and its answer, and verify it',
        params: HistoryParams,
        querystring: HistoryQuery,
        response: { 200: HistoryPage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor } }) => {
      const subject = { kind: 'invoice', id: await invoiceIdFor(database, params.id) };
      const after = readCursor(cursor, cursorForm)?.sequence ?? 0;
      const rows = await listHistory(database, subject, { after, limit: limit + 1 });
      const { fault, ...chain } = await verifyChain(database, subject);
      return { ...pageOf(rows, limit, cursorForm), verified: { holds: fault === null, ...chain, fault } };
    },
  );
};

const cursorForm: CursorForm<{ sequence: number }> = {
  write: ({ sequence }) => [String(sequence)],
  read: ([text = '']) => (/^[1-9]\d{0,8}$/.test(text) ? { sequence: Number(text) } : undefined),
};
