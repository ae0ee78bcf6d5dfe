import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { receiveStripeEvent } from '../../billing/receive-stripe-event.ts';
import type { ApiDeps } from '../deps.ts';
import { problems } from '../schemas/common.ts';

/** Snapshots of large invoices come whole; Stripe names no limit of its own. */
const bodyLimit = 1_024 * 1_024;

const Received = Type.Object({
  status: Type.Enum(['stored', 'known', 'ignored'], {
    type: 'string',
    description: '`ignored`: of a type, mode or account that says nothing here',
    examples: ['stored'],
  }),
});

export const webhookRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, readStripeDelivery, wakeStripeEvents } = deps;
  // The signature is over the bytes as they came; whoever reads them as JSON first has lost them.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  app.setValidatorCompiler(() => () => true);

  app.post(
    '/v1/webhooks/stripe',
    {
      config: { authenticatedBy: 'signature' },
      bodyLimit,
      schema: {
        tags: ['webhooks'],
        summary: "Take an event of Stripe's",
        description:
          'For Stripe alone: the header stripe-signature proves the sender. The event is stored once and answered at ' +
          'once; what follows from it is done afterwards.',
        security: [],
        headers: Type.Object({ 'stripe-signature': Type.Optional(Type.String()) }),
        body: Type.Any({ description: 'An event of the Stripe API, in its raw bytes' }),
        response: { 200: Received, ...problems },
      },
    },
    async ({ body, headers }) => {
      const signature = headers['stripe-signature'];
      const event = readStripeDelivery(Buffer.isBuffer(body) ? body : Buffer.alloc(0), signature);
      const { accountId, isNew, isDue } = await receiveStripeEvent(database, event);
      // Also for one that is known: its first signal may have been lost, and Stripe's next try brings another.
      if (isDue || !isNew) wakeStripeEvents(accountId);
      return { status: isDue ? ('stored' as const) : isNew ? ('ignored' as const) : ('known' as const) };
    },
  );
};
