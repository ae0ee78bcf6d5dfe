import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readRunOrder, tellOfRun } from '../../billing/order-run.ts';
import { DurabillError } from '../../errors/error.ts';
import { findRun, listRuns, type RunCursor, type RunView } from '../../store/run-views.ts';
import type { ApiDeps } from '../deps.ts';
import { clockIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { NewRun, Run, RunPage, RunParams, RunQuery, StartedRun } from '../schemas/runs.ts';

export const runRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, startRun, workflows }) => {
  const tags = ['runs'];

  /** How far it is can be read while Temporal is away; only whether a run that goes on has failed cannot. */
  async function stateOf({ finishedAt, workflowId }: RunView): Promise<'running' | 'finished' | 'failed' | 'unknown'> {
    if (finishedAt !== null) return 'finished';
    try {
      const state = await workflows.stateOf(workflowId);
      // One that is completed by now has finished since it was read.
      if (state === 'completed') return 'finished';
      return state === 'running' ? 'running' : 'failed';
    } catch (error) {
      app.log.warn({ err: error }, 'Temporal does not say how a run goes on');
      return 'unknown';
    }
  }

  const shown = async (run: RunView) => ({
    ...run,
    workflowUrl: workflows.urlOf(run.workflowId),
    state: await stateOf(run),
  });

  app.post(
    '/v1/runs',
    {
      config: { scope: 'runs:write' },
      schema: { tags, summary: 'Start a billing run', body: NewRun, response: { 202: StartedRun, ...problems } },
    },
    async (request, reply) => {
      const { finished, ...order } = await readRunOrder(database, request.body);
      const { kind, clock, at } = order;
      if (finished === undefined) await tellOfRun(database, order, actorOf(request));
      const started = finished ?? (await startRun({ kind, clockId: clock.id, at }));
      const { id, workflowId, alreadyStarted } = started;
      const workflowUrl = workflows.urlOf(workflowId);
      reply.header('location', `/v1/runs/${id}`);
      return reply.code(202).send({ id, kind, clock: clock.name, at, workflowId, workflowUrl, alreadyStarted });
    },
  );

  app.get(
    '/v1/runs',
    {
      config: { scope: 'runs:read' },
      schema: { tags, summary: 'List billing runs', querystring: RunQuery, response: { 200: RunPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor, clock, kind } }) => {
      const after = readCursor(cursor, cursorForm);
      const filter = {
        ...(kind !== undefined && { kind }),
        ...(clock !== undefined && { clockId: await clockIdFor(database, clock) }),
      };
      const rows = await listRuns(database, filter, { after, limit: limit + 1 });
      const { data, nextCursor } = pageOf(rows, limit, cursorForm);
      return { data: await Promise.all(data.map(shown)), nextCursor };
    },
  );

  app.get(
    '/v1/runs/:id',
    {
      config: { scope: 'runs:read' },
      schema: {
        tags,
        summary: 'Read how far a run is',
        params: RunParams,
        response: { 200: Run, ...problems },
      },
    },
    async ({ params: { id } }) => {
      const run = await findRun(database, id);
      if (run === undefined) {
        const mend = 'A run that was just started shows up within a moment; check the id otherwise.';
        throw new DurabillError('not-found', { field: 'id', reason: `There is no run with the id "${id}".`, mend });
      }
      return await shown(run);
    },
  );
};

const cursorForm: CursorForm<RunCursor> = {
  write: ({ openedAt, id }) => [openedAt.toISOString(), id],
  read: (parts) => {
    const position = readInstantAndId(parts);
    return position && { openedAt: position.at, id: position.id };
  },
};
