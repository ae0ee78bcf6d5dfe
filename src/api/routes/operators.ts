import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { linkSeconds, linkUrl } from '../../auth/links.ts';
import { changeOperator, createOperator, inviteOperator, resetTotp } from '../../auth/operators.ts';
import { sendAccessMail } from '../../billing/send-access-mail.ts';
import { listOperators } from '../../store/operators.ts';
import { type ApiDeps, publicUrlOf } from '../deps.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import {
  Invitation,
  NewOperator,
  Operator,
  OperatorChange,
  OperatorPage,
  OperatorParams,
  OperatorQuery,
} from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';

/** Who operates this deployment. */
export const operatorRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, access } = deps;
  const tags = ['access'];
  const write = { scope: 'operators:write' } as const;

  async function invited(id: string, actor: string) {
    const { operator, secret, expiresAt } = await inviteOperator(database, id, actor);
    const url = linkUrl(publicUrlOf(deps), secret, 'invite');
    if (access?.mail === undefined) return { operator, url, expiresAt, isMailed: false };
    const { email: to, name } = operator;
    const mail = { kind: 'operator-invite', to, name, url, minutes: linkSeconds.invite / 60 } as const;
    const { outcome } = await sendAccessMail(database, access.mail, mail);
    return { operator, url, expiresAt, isMailed: outcome === 'sent' };
  }

  app.get(
    '/v1/operators',
    {
      config: { scope: 'operators:read' },
      schema: {
        tags,
        summary: 'List operators',
        querystring: OperatorQuery,
        response: { 200: OperatorPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor } }) => {
      const after = readCursor(cursor, cursorForm)?.email;
      return pageOf(await listOperators(database, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.post(
    '/v1/operators',
    {
      config: write,
      schema: {
        tags,
        summary: 'Add an operator, who is invited to choose a password',
        body: NewOperator,
        response: { 201: Invitation, ...problems },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const { id } = await createOperator(database, request.body, actor);
      return reply.code(201).send(await invited(id, actor));
    },
  );

  app.patch(
    '/v1/operators/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change the role of an operator, or keep them out',
        description: 'The last admin stays one.',
        params: OperatorParams,
        body: OperatorChange,
        response: { 200: Operator, ...problems },
      },
    },
    async (request) => {
      const order = { id: request.params.id, change: request.body };
      return await changeOperator(database, order, actorOf(request));
    },
  );

  app.post(
    '/v1/operators/:id/invite',
    {
      config: write,
      schema: {
        tags,
        summary: 'Invite an operator to choose a new password',
        description: 'Earlier invitations work no more; the password and the sessions stay until it is taken up.',
        params: OperatorParams,
        response: { 200: Invitation, ...problems },
      },
    },
    async (request) => await invited(request.params.id, actorOf(request)),
  );

  app.delete(
    '/v1/operators/:id/totp',
    {
      config: write,
      schema: {
        tags,
        summary: 'Take the one-time codes of an operator away who has lost them',
        params: OperatorParams,
        response: { 200: Operator, ...problems },
      },
    },
    async (request) => await resetTotp(database, request.params.id, actorOf(request)),
  );
};

const cursorForm: CursorForm<{ email: string }> = {
  write: ({ email }) => [email],
  read: ([email]) => (email === undefined ? undefined : { email }),
};
