import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { dismissMail, getMessage, resendMail } from '../../billing/decide-mail.ts';
import { listMessages } from '../../store/message-views.ts';
import type { ApiDeps } from '../deps.ts';
import { invoiceIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { byCreation, defaultLimit, pageOf, readCursor } from '../paging.ts';
import { problems } from '../schemas/common.ts';
import { Message, MessageDecision, MessagePage, MessageParams, MessageQuery } from '../schemas/messages.ts';

export const messageRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['messages'];
  const reading = { scope: 'invoices:read' } as const;
  const writing = { scope: 'invoices:write', orScope: 'operations:write' } as const;

  app.get(
    '/v1/messages',
    {
      config: reading,
      schema: {
        tags,
        summary: 'List mails',
        querystring: MessageQuery,
        response: { 200: MessagePage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, invoice, state } }) => {
      const after = readCursor(cursor, byCreation);
      const filter = {
        ...(state !== undefined && { state }),
        ...(invoice !== undefined && { invoiceId: await invoiceIdFor(database, invoice) }),
      };
      return pageOf(await listMessages(database, filter, { after, limit: limit + 1 }), limit, byCreation);
    },
  );

  app.get(
    '/v1/messages/:id',
    {
      config: reading,
      schema: {
        tags,
        summary: 'Read how far a mail is',
        params: MessageParams,
        response: { 200: Message, ...problems },
      },
    },
    async ({ params: { id } }) => await getMessage(database, id),
  );

  app.post(
    '/v1/messages/:id/resend',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Send a mail again that has failed, or of which nobody knows whether it was sent',
        params: MessageParams,
        body: MessageDecision,
        response: { 200: Message, ...problems },
      },
    },
    async (request) => await resendMail(database, request.params.id, request.body, actorOf(request)),
  );

  app.post(
    '/v1/messages/:id/dismiss',
    {
      config: writing,
      schema: {
        tags,
        summary: 'Leave a mail as it is: nobody is alerted by it any more',
        params: MessageParams,
        body: MessageDecision,
        response: { 200: Message, ...problems },
      },
    },
    async (request) => await dismissMail(database, request.params.id, request.body, actorOf(request)),
  );
};
