import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { recordUsage } from '../../billing/record-usage.ts';
import { crashPoint } from '../../crash-points.ts';
import { attributePath, cloudEventBatchType, cloudEventType, fromCloudEvent } from '../cloud-events.ts';
import type { ApiDeps } from '../deps.ts';
import { batchAnswer, countsOf, inside, readBatch, readList, singleAnswer } from '../event-answers.ts';
import { readJson } from '../json.ts';
import { problems } from '../schemas/common.ts';
import { Batch, BatchAnswer, CloudEvent, CloudEventBatch, Event, EventAnswer } from '../schemas/events.ts';

const batchBodyLimit = 4 * 1_024 * 1_024;

export const eventRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database, countEvents }) => {
  const record = async (events: unknown[], options?: Parameters<typeof recordUsage>[2]) => {
    const outcomes = await recordUsage(database, events, options);
    crashPoint('api.events-stored');
    countEvents?.(countsOf(outcomes));
    return outcomes;
  };
  app.addContentTypeParser(cloudEventType, { parseAs: 'buffer' }, readJson);
  app.addContentTypeParser(cloudEventBatchType, { parseAs: 'buffer', bodyLimit: batchBodyLimit }, readJson);
  // recordUsage checks events one by one; a schema would refuse the whole batch for one of them.
  app.setValidatorCompiler(() => () => true);
  const tags = ['events'];
  const config = { scope: 'events:write' } as const;

  app.post(
    '/v1/events',
    {
      config,
      schema: {
        tags,
        summary: 'Record one usage event, or a batch of CloudEvents',
        description: 'A new event is answered by 202, one that is already stored by 200, a batch as /v1/events/batch.',
        body: {
          content: {
            'application/json': { schema: Event },
            [cloudEventType]: { schema: CloudEvent },
            [cloudEventBatchType]: { schema: CloudEventBatch },
          },
        },
        response: { 202: EventAnswer, 200: Type.Union([EventAnswer, BatchAnswer]), ...problems },
      },
    },
    async ({ body, headers }, reply) => {
      const contentType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
      if (contentType === cloudEventBatchType) {
        const outcomes = await record(readList(body, 'body'), { translate: fromCloudEvent });
        return reply
          .code(200)
          .send(batchAnswer(outcomes, (index, field) => inside(`[${index}]`, attributePath(field))));
      }
      const isCloudEvent = contentType === cloudEventType;
      const [outcome] = await record([body], isCloudEvent ? { translate: fromCloudEvent } : {});
      const answer = singleAnswer(outcome, isCloudEvent ? attributePath : (field) => field);
      return reply.code(answer.status === 'accepted' ? 202 : 200).send(answer);
    },
  );

  app.post(
    '/v1/events/batch',
    {
      config,
      bodyLimit: batchBodyLimit,
      schema: {
        tags,
        summary: 'Record up to 1,000 usage events, each answered for itself',
        body: Batch,
        response: { 200: BatchAnswer, ...problems },
      },
    },
    async ({ body }) => {
      const outcomes = await record(readBatch(body));
      return batchAnswer(outcomes, (index, field) => inside(`events[${index}]`, field));
    },
  );
};
