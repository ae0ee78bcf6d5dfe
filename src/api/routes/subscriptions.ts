import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cancelSubscription } from '../../billing/cancel-subscription.ts';
import { changePlan } from '../../billing/change-plan.ts';
import { unknownSubscription } from '../../billing/change-subscription.ts';
import { createSubscription } from '../../billing/create-subscription.ts';
import { pauseSubscription } from '../../billing/pause-subscription.ts';
import { resumeSubscription } from '../../billing/resume-subscription.ts';
import { showSubscription, showSubscriptions } from '../../billing/show-subscription.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import {
  CancelOrder,
  ChangeOrder,
  NewSubscription,
  PauseOrder,
  ResumeOrder,
  SubscriptionPage,
  SubscriptionParams,
  SubscriptionQuery,
  SubscriptionWithPeriods,
} from '../schemas/subscriptions.ts';

export const subscriptionRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['subscriptions'];
  const write = { scope: 'customers:write' } as const;
  const read = { scope: 'customers:read' } as const;
  const changed = { params: SubscriptionParams, response: { 200: SubscriptionWithPeriods, ...problems } };

  /** As it is after the request, or as it was already. */
  async function shown(id: string) {
    const subscription = await showSubscription(database, id);
    if (subscription === undefined) throw unknownSubscription(id);
    return subscription;
  }

  app.post(
    '/v1/subscriptions',
    {
      config: write,
      schema: {
        tags,
        summary: 'Subscribe a customer to a plan',
        description:
          'The same request id, or the same customer, plan, group and start, is answered by 200 with the subscription that ' +
          'is there. Its periods are laid out by the billing runs.',
        body: NewSubscription,
        response: { 201: SubscriptionWithPeriods, 200: SubscriptionWithPeriods, ...problems },
      },
    },
    async (request, reply) => {
      const { id, created } = await createSubscription(database, request.body, actorOf(request));
      reply.header('location', `/v1/subscriptions/${id}`);
      return reply.code(created ? 201 : 200).send(await shown(id));
    },
  );

  app.get(
    '/v1/subscriptions',
    {
      config: { ...read, customers: 'filter' },
      schema: {
        tags,
        summary: 'List subscriptions',
        querystring: SubscriptionQuery,
        response: { 200: SubscriptionPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, customer } }) => {
      const after = readCursor(cursor, cursorForm)?.id;
      const filter = customer === undefined ? {} : { customerId: await customerIdFor(database, customer) };
      return pageOf(await showSubscriptions(database, filter, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.get(
    '/v1/subscriptions/:id',
    {
      config: { ...read, customers: 'subscription' },
      schema: { tags, summary: 'Read a subscription', ...changed },
    },
    async ({ params: { id } }) => await shown(id),
  );

  app.post(
    '/v1/subscriptions/:id/pause',
    {
      config: write,
      schema: {
        tags,
        summary: 'Pause a subscription',
        description:
          'No time in a pause is billed, nor what is used in it. One that is paused like this is answered as it is.',
        body: PauseOrder,
        ...changed,
      },
    },
    async (request) => {
      const { id } = await pauseSubscription(database, { ...request.params, ...request.body }, actorOf(request));
      return await shown(id);
    },
  );

  app.post(
    '/v1/subscriptions/:id/resume',
    {
      config: write,
      schema: {
        tags,
        summary: 'End the pause of a subscription',
        description: 'The rest of its cycle is billed by its share. One that is not paused now is answered as it is.',
        body: ResumeOrder,
        ...changed,
      },
    },
    async (request) => {
      const { id } = await resumeSubscription(database, { ...request.params, ...request.body }, actorOf(request));
      return await shown(id);
    },
  );

  app.post(
    '/v1/subscriptions/:id/cancel',
    {
      config: write,
      schema: {
        tags,
        summary: 'End a subscription, or take its end back',
        description: 'One that ends then or sooner is answered as it is.',
        body: CancelOrder,
        ...changed,
      },
    },
    async (request) => {
      const { id } = await cancelSubscription(database, { ...request.params, ...request.body }, actorOf(request));
      return await shown(id);
    },
  );

  app.post(
    '/v1/subscriptions/:id/change',
    {
      config: write,
      schema: {
        tags,
        summary: 'Give a subscription another plan, or another version of it',
        description:
          'Changes that were to come then or later give way. A cycle that it cuts is billed in parts, each by its own plan, ' +
          'on one invoice if they can be billed at once.',
        body: ChangeOrder,
        ...changed,
      },
    },
    async (request) => {
      const { id } = await changePlan(database, { ...request.params, ...request.body }, actorOf(request));
      return await shown(id);
    },
  );
};

const cursorForm: CursorForm<{ id: string }> = {
  write: ({ id }) => [id],
  read: ([id]) => (id === undefined || uuidOrNull(id) !== id ? undefined : { id }),
};
