import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  type DeadLetter,
  discardDeadLetters,
  replayDeadLetters,
  showDeadLetters,
} from '../../billing/operations/dead-letters.ts';
import { DurabillError } from '../../errors/error.ts';
import type { ApiDeps } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { problems } from '../schemas/common.ts';
import {
  DeadLetterQuery,
  DeadLetters,
  DiscardOrder,
  DiscardReport,
  ReplayOrder,
  ReplayReport,
} from '../schemas/operations.ts';

const tags = ['operations'];

/** Messages that nobody could handle: looked at, put back, or thrown away. */
export const deadLetterRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, deadLetters }) => {
  app.get(
    '/v1/dead-letters',
    {
      config: { scope: 'operations:read' },
      schema: {
        tags,
        summary: 'Look at the dead letters',
        querystring: DeadLetterQuery,
        response: { 200: DeadLetters, ...problems },
      },
    },
    async ({ query: { limit = 100 } }) => {
      const { letters, total } = await showDeadLetters(deadLetters, limit);
      return { data: letters.map(shownLetter), total };
    },
  );

  app.post(
    '/v1/dead-letters/replay',
    {
      config: { scope: 'operations:write' },
      schema: {
        tags,
        summary: 'Put dead letters back into the queues that they came from',
        description: 'Each leaves the dead letters once RabbitMQ has confirmed it in its queue.',
        body: ReplayOrder,
        response: { 200: ReplayReport, ...problems },
      },
    },
    async (request) => {
      const { ids, all = false, reason } = request.body;
      if (all === (ids !== undefined)) {
        throw new DurabillError('request-invalid', {
          field: 'ids',
          reason: 'Either ids name the letters, or all is true.',
          mend: 'Send one of the two.',
        });
      }
      const order = { actor: actorOf(request), reason };
      const { requeued, kept, missing } = await replayDeadLetters(database, deadLetters, ids ?? 'all', order);
      return { requeued, kept: [...kept], missing: [...missing] };
    },
  );

  app.post(
    '/v1/dead-letters/discard',
    {
      config: { scope: 'operations:write' },
      schema: {
        tags,
        summary: 'Throw dead letters away',
        description: 'What is issued and was not sent is sent again by the next due scan.',
        body: DiscardOrder,
        response: { 200: DiscardReport, ...problems },
      },
    },
    async (request) => {
      const { ids, reason } = request.body;
      const report = await discardDeadLetters(database, deadLetters, ids, { actor: actorOf(request), reason });
      return { discarded: report.discarded, missing: [...report.missing] };
    },
  );
};

function shownLetter({ message, ...letter }: DeadLetter) {
  return { ...letter, invoiceId: message?.invoiceId ?? null };
}
