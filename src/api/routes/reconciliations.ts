import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readReconciliationOrder, tellOfReconciliation } from '../../billing/order-reconciliation.ts';
import { DurabillError } from '../../errors/error.ts';
import {
  findReconciliation,
  listDifferences,
  listReconciliations,
  type ReconciliationCursor,
} from '../../store/reconciliation-views.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  DifferencePage,
  DifferenceQuery,
  NewReconciliation,
  Reconciliation,
  ReconciliationPage,
  ReconciliationParams,
  ReconciliationQuery,
  StartedReconciliation,
} from '../schemas/reconciliations.ts';

export const reconciliationRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, startReconciliation, workflows } = deps;
  const tags = ['reconciliations'];

  const find = async (reference: string) => {
    const found = await findReconciliation(database, reference);
    if (found !== undefined) return found;
    const reason = `There is no reconciliation with the id "${reference}".`;
    throw new DurabillError('not-found', { field: 'id', reason });
  };

  const linked = <View extends { workflowId: string }>(view: View) => ({
    ...view,
    workflowUrl: workflows.urlOf(view.workflowId),
  });

  app.post(
    '/v1/reconciliations',
    {
      config: { scope: 'reconciliations:write', heedsIdempotencyKey: true },
      schema: {
        tags,
        summary: 'Compare the books with Stripe now',
        body: NewReconciliation,
        response: { 202: StartedReconciliation, ...problems },
      },
    },
    async (request, reply) => {
      const order = await readReconciliationOrder(database, request.body);
      await tellOfReconciliation(database, order, actorOf(request));
      const { workflowId } = await startReconciliation({ ...order, askedBy: actorOf(request) });
      reply.header('location', `/v1/reconciliations/${order.id}`);
      return reply
        .code(202)
        .send({ id: order.id, kind: order.kind, workflowId, workflowUrl: workflows.urlOf(workflowId) });
    },
  );

  app.get(
    '/v1/reconciliations',
    {
      config: { scope: 'reconciliations:read' },
      schema: {
        tags,
        summary: 'List reconciliations',
        querystring: ReconciliationQuery,
        response: { 200: ReconciliationPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, runForm);
      const { data, nextCursor } = pageOf(
        await listReconciliations(database, { after, limit: limit + 1 }),
        limit,
        runForm,
      );
      return { data: data.map(linked), nextCursor };
    },
  );

  app.get(
    '/v1/reconciliations/:id',
    {
      config: { scope: 'reconciliations:read' },
      schema: {
        tags,
        summary: 'Read what a reconciliation found',
        params: ReconciliationParams,
        response: { 200: Reconciliation, ...problems },
      },
    },
    async ({ params: { id } }) => linked(await find(id)),
  );

  app.get(
    '/v1/reconciliations/:id/differences',
    {
      config: { scope: 'reconciliations:read' },
      schema: {
        tags,
        summary: 'List the differences that a reconciliation found, with evidence',
        params: ReconciliationParams,
        querystring: DifferenceQuery,
        response: { 200: DifferencePage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor, kind, state } }) => {
      const { id: runId } = await find(params.id);
      const after = readCursor(cursor, differenceForm);
      const filter = { runId, ...(kind !== undefined && { kind }), ...(state !== undefined && { state }) };
      return pageOf(await listDifferences(database, filter, { after, limit: limit + 1 }), limit, differenceForm);
    },
  );
};

const runForm: CursorForm<ReconciliationCursor> = {
  write: ({ requestedAt, id }) => [requestedAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { requestedAt: position.at, id: position.id };
  },
};

const differenceForm: CursorForm<{ id: string }> = {
  write: ({ id }) => [id],
  read: ([id = '']) => (uuidOrNull(id) === id ? { id } : undefined),
};
