import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readRunOrder } from '../../billing/order-run.ts';
import { DurabillError } from '../../errors/error.ts';
import { findRun, listRuns, type RunCursor } from '../../store/run-views.ts';
import type { ApiDeps } from '../deps.ts';
import { clockIdFor } from '../filters.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { NewRun, Run, RunPage, RunParams, RunQuery, StartedRun } from '../schemas/runs.ts';

export const runRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, startRun }) => {
  const tags = ['runs'];

  app.post(
    '/v1/runs',
    {
      config: { scope: 'runs:write' },
      schema: { tags, summary: 'Start a billing run', body: NewRun, response: { 202: StartedRun, ...problems } },
    },
    async ({ body }, reply) => {
      const { kind, clock, at, finished } = await readRunOrder(database, body);
      const started = finished ?? (await startRun({ kind, clockId: clock.id, at }));
      const { id, workflowId, alreadyStarted } = started;
      reply.header('location', `/v1/runs/${id}`);
      return reply.code(202).send({ id, kind, clock: clock.name, at, workflowId, alreadyStarted });
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
      return pageOf(rows, limit, cursorForm);
    },
  );

  app.get(
    '/v1/runs/:id',
    {
      config: { scope: 'runs:read' },
      schema: { tags, summary: 'Read how far a run is', params: RunParams, response: { 200: Run, ...problems } },
    },
    async ({ params: { id } }) => {
      const run = await findRun(database, id);
      if (run === undefined) {
        const mend = 'A run that was just started shows up within a moment; check the id otherwise.';
        throw new DurabillError('not-found', { field: 'id', reason: `There is no run with the id "${id}".`, mend });
      }
      return run;
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
