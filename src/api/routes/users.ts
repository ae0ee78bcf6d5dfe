import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readAddress } from '../../auth/fields.ts';
import { linkSeconds, linkUrl, makeLink, makeSessionLink } from '../../auth/links.ts';
import { inviteRules, requireCalm } from '../../auth/throttle.ts';
import { addUser, changeUser, removeUser } from '../../auth/users.ts';
import { sendAccessMail } from '../../billing/send-access-mail.ts';
import { DurabillError } from '../../errors/error.ts';
import { type CustomerUser, findUsersByMail, listUsers } from '../../store/customer-users.ts';
import { type ApiDeps, publicUrlOf } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { actorOf } from '../guard.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor } from '../paging.ts';
import {
  NewSessionLink,
  NewUser,
  SessionLink,
  User,
  UserChange,
  UserPage,
  UserParams,
  UserQuery,
} from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';
import { CustomerParams } from '../schemas/customers.ts';
import { throttled } from '../sign-ins.ts';

/** The people who see the pages of a customer, and the links by which the operator's product sends them on. */
export const userRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, access } = deps;
  const tags = ['access'];
  const read = { scope: 'users:read', customers: 'path' } as const;
  const write = { scope: 'users:write', customers: 'path', customersMay: 'write' } as const;

  /** Asked before anything is stored. @throws DurabillError mail-unavailable */
  function requireMail() {
    if (access?.mail === undefined) throw new DurabillError('mail-unavailable', { field: 'invite' });
    return access.mail;
  }

  async function invite({ email, id }: CustomerUser): Promise<void> {
    const mail = requireMail();
    const found = (await findUsersByMail(database, email)).find(({ userId }) => userId === id);
    if (found === undefined) return;
    const { secret } = await makeLink(database, { kind: 'mail', email }, linkSeconds.invite);
    const url = linkUrl(publicUrlOf(deps), secret);
    const { name, language, customerName: of } = found;
    const minutes = linkSeconds.invite / 60;
    const delivery = await sendAccessMail(database, mail, {
      ...{ kind: 'user-invite', to: email, name, of, language, url, minutes },
    });
    if (delivery.outcome !== 'sent') app.log.warn({ delivery, userId: id }, 'an invitation was not sent');
  }

  app.get(
    '/v1/customers/:id/users',
    {
      config: read,
      schema: {
        tags,
        summary: 'List who sees the pages of a customer',
        params: CustomerParams,
        querystring: UserQuery,
        response: { 200: UserPage, ...problems },
      },
    },
    async ({ params, query: { limit = defaultLimit, cursor } }) => {
      const customerId = await customerIdFor(database, params.id, 'id');
      const after = readCursor(cursor, cursorForm)?.email;
      return pageOf(await listUsers(database, customerId, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );

  app.post(
    '/v1/customers/:id/users',
    {
      config: write,
      schema: {
        tags,
        summary: 'Let a person see the pages of a customer',
        description: 'The same again is answered by 200 with the user that is there, other content by 409.',
        params: CustomerParams,
        body: NewUser,
        response: { 201: User, 200: User, ...problems },
      },
    },
    async (request, reply) => {
      const customerId = await customerIdFor(database, request.params.id, 'id');
      const { invite: isInvited = false, ...input } = request.body;
      if (isInvited) {
        requireMail();
        await throttled(reply, () => requireCalm(database, inviteRules(readAddress(input.email))));
      }
      const { user, created } = await addUser(database, customerId, input, actorOf(request));
      if (isInvited && created) await invite(user);
      return reply.code(created ? 201 : 200).send(user);
    },
  );

  app.patch(
    '/v1/customers/:id/users/:userId',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change what a user is called, may do and gets',
        params: UserParams,
        body: UserChange,
        response: { 200: User, ...problems },
      },
    },
    async (request) => {
      const { id, userId } = request.params;
      const customerId = await customerIdFor(database, id, 'id');
      return await changeUser(database, { customerId, userId, change: request.body }, actorOf(request));
    },
  );

  app.delete(
    '/v1/customers/:id/users/:userId',
    {
      config: write,
      schema: {
        tags,
        summary: 'Take a user away',
        description: 'They are signed out everywhere, within five seconds.',
        params: UserParams,
        response: { 200: User, ...problems },
      },
    },
    async (request) => {
      const { id, userId } = request.params;
      return await removeUser(
        database,
        { customerId: await customerIdFor(database, id, 'id'), userId },
        actorOf(request),
      );
    },
  );

  app.post(
    '/v1/customers/:id/session-links',
    {
      config: { scope: 'sessions:write' },
      schema: {
        tags,
        summary: 'Make a link by which your product sends a customer on to its pages',
        description: 'It works once and for minutes: make one when the customer clicks, and redirect to it.',
        params: CustomerParams,
        body: NewSessionLink,
        response: { 201: SessionLink, ...problems },
      },
    },
    async (request, reply) => {
      const customerId = await customerIdFor(database, request.params.id, 'id');
      const { minutes, ...who } = request.body;
      const order = { customerId, ...who, ...(minutes !== undefined && { lifeSeconds: minutes * 60 }) };
      const { id, secret, expiresAt } = await makeSessionLink(database, order, actorOf(request));
      return reply.code(201).send({ id, url: linkUrl(publicUrlOf(deps), secret), expiresAt });
    },
  );
};

const cursorForm: CursorForm<{ email: string }> = {
  write: ({ email }) => [email],
  read: ([email]) => (email === undefined ? undefined : { email }),
};
