import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pauseAll, resumeAll } from '../../billing/pause.ts';
import { DurabillError } from '../../errors/error.ts';
import { readOpenPauses } from '../../store/pauses.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import { NewPause, OpenPauses, Pause, PauseEnd } from '../schemas/pauses.ts';

export const pauseRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['pauses'];

  app.get(
    '/v1/pauses',
    {
      config: { scope: 'runs:read' },
      schema: { tags, summary: 'List the pauses that are on', response: { 200: OpenPauses, ...problems } },
    },
    async () => ({ data: await readOpenPauses(database) }),
  );

  app.post(
    '/v1/pauses',
    {
      config: { scope: 'runs:write' },
      schema: {
        tags,
        summary: 'Stop all issuing and every write to Stripe',
        description: 'While a pause of an operator is on, it is answered by 200.',
        body: NewPause,
        response: { 201: Pause, 200: Pause, ...problems },
      },
    },
    async (request, reply) => {
      const { isNew, ...pause } = await pauseAll(database, request.body, actorOf(request));
      return reply.code(isNew ? 201 : 200).send(pause);
    },
  );

  app.post(
    '/v1/pauses/end',
    {
      config: { scope: 'runs:write' },
      schema: {
        tags,
        summary: "End an operator's pause",
        body: PauseEnd,
        response: { 200: Pause, ...problems },
      },
    },
    async (request) => {
      const ended = await resumeAll(database, request.body, actorOf(request));
      if (ended === undefined) {
        throw new DurabillError('conflict', {
          reason: 'No pause of an operator is on.',
          mend: 'GET /v1/pauses shows those that are.',
        });
      }
      return ended;
    },
  );
};
