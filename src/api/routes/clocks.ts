import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { createTestClock } from '../../billing/open-clock.ts';
import { DurabillError } from '../../errors/error.ts';
import { findClock, listClocks } from '../../store/clocks.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { Clock, ClockPage, ClockParams, ClockQuery, NewTestClock } from '../schemas/clocks.ts';
import { problems } from '../schemas/common.ts';

export const clockRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['clocks'];

  app.post(
    '/v1/clocks',
    {
      config: { scope: 'runs:write' },
      schema: {
        tags,
        summary: 'Create a test clock',
        description: 'The same clock again is answered by 200 with the clock that is there, however far it has moved.',
        body: NewTestClock,
        response: { 201: Clock, 200: Clock, ...problems },
      },
    },
    async (request, reply) => {
      const { clock, created } = await createTestClock(database, request.body, actorOf(request));
      reply.header('location', `/v1/clocks/${clock.name}`);
      return reply.code(created ? 201 : 200).send(clock);
    },
  );

  app.get(
    '/v1/clocks',
    {
      config: { scope: 'runs:read' },
      schema: { tags, summary: 'List clocks', querystring: ClockQuery, response: { 200: ClockPage, ...problems } },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm)?.name;
      return pageOf(await listClocks(database, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.get(
    '/v1/clocks/:name',
    {
      config: { scope: 'runs:read' },
      schema: { tags, summary: 'Read a clock', params: ClockParams, response: { 200: Clock, ...problems } },
    },
    async ({ params: { name } }) => {
      const clock = await findClock(database, name);
      if (clock === undefined) {
        throw new DurabillError('not-found', { field: 'name', reason: `There is no clock "${name}".` });
      }
      return clock;
    },
  );
};

const cursorForm: CursorForm<{ name: string }> = {
  write: ({ name }) => [name],
  read: ([name]) => (name === undefined ? undefined : { name }),
};
