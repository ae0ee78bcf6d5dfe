import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { endOtherSessions, endSession, ownerOf } from '../../auth/sessions.ts';
import { listSessions } from '../../store/sessions.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import { readCookie, sessionCookieName, setCookie } from '../cookies.ts';
import { type ApiDeps, publicUrlOf } from '../deps.ts';
import { sessionOf } from '../guard.ts';
import { nothingAt } from '../ownership.ts';
import { problems } from '../schemas/common.ts';
import { EndedSessions, OpenSessions, Session, SessionParams, SignedOut } from '../schemas/sessions.ts';
import { shownSession } from '../sign-ins.ts';

const nobody = {
  kind: null,
  name: null,
  email: null,
  role: null,
  scopes: [],
  customerId: null,
  userId: null,
  csrfToken: null,
};

/** Who has signed in by this browser, and where else. */
export const sessionRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database } = deps;
  const publicUrl = publicUrlOf(deps);
  const cookieName = sessionCookieName(publicUrl);
  const tags = ['access'];
  const config = { authenticatedBy: 'session' } as const;

  app.get(
    '/v1/session',
    {
      config: { authenticatedBy: 'sign-in' },
      schema: {
        tags,
        summary: 'Read who has signed in by this browser',
        response: { 200: Session, ...problems },
      },
    },
    async (request) => {
      const { principal } = request;
      const secret = readCookie(request, cookieName);
      if (principal === null || principal.kind === 'key' || secret === undefined) return nobody;
      return shownSession(principal, secret);
    },
  );

  app.post(
    '/v1/session/sign-out',
    {
      config,
      schema: { tags, summary: 'Sign out', response: { 200: SignedOut, ...problems } },
    },
    async (request, reply) => {
      const principal = sessionOf(request);
      await endSession(database, principal, principal.sessionId);
      setCookie(reply, publicUrl, { name: cookieName, value: '', maxAgeSeconds: 0 });
      // What the browser has kept of pages and documents goes with it.
      reply.header('clear-site-data', '"cache"');
      return { signedOut: true };
    },
  );

  app.get(
    '/v1/sessions',
    {
      config,
      schema: { tags, summary: 'List where one is signed in', response: { 200: OpenSessions, ...problems } },
    },
    async (request) => {
      const principal = sessionOf(request);
      const found = await listSessions(database, ownerOf(principal));
      return { data: found.map((session) => ({ ...session, isThis: session.id === principal.sessionId })) };
    },
  );

  app.delete(
    '/v1/sessions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'End one of the sessions that one has',
        params: SessionParams,
        response: { 200: EndedSessions, ...problems },
      },
    },
    async (request) => {
      const id = uuidOrNull(request.params.id);
      if (id === null) throw nothingAt(request.url);
      await endSession(database, sessionOf(request), id);
      return { ended: 1 };
    },
  );

  app.post(
    '/v1/sessions/end-others',
    {
      config,
      schema: {
        tags,
        summary: 'End all other sessions that one has',
        response: { 200: EndedSessions, ...problems },
      },
    },
    async (request) => {
      const ended = await database.transaction((sql) => endOtherSessions(sql, sessionOf(request)));
      return { ended };
    },
  );
};
