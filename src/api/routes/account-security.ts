import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { beginTotp, changePassword, endTotp, finishTotp, readSecurity } from '../../auth/operator-sign-in.ts';
import type { OperatorPrincipal } from '../../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { sessionOf } from '../guard.ts';
import { nothingAt } from '../ownership.ts';
import { PasswordAgain, PasswordChange, RecoveryCodes, Security, TotpBegun, TotpCode } from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';
import { EndedSessions } from '../schemas/sessions.ts';
import { placeOf, throttled } from '../sign-ins.ts';

/** How an operator's own account is kept. Users have neither passwords nor codes: there is nothing here for them. */
export const accountSecurityRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  const tags = ['access'];
  const config = { authenticatedBy: 'session' } as const;

  function operatorOf(request: FastifyRequest): OperatorPrincipal {
    const principal = sessionOf(request);
    if (principal.kind === 'operator') return principal;
    throw nothingAt(request.url);
  }

  app.get(
    '/v1/session/security',
    {
      config,
      schema: { tags, summary: 'Read how one’s own account is kept', response: { 200: Security, ...problems } },
    },
    async (request) => await readSecurity(database, operatorOf(request)),
  );

  app.post(
    '/v1/session/password',
    {
      config,
      schema: {
        tags,
        summary: 'Change one’s password',
        description: 'All other sessions end.',
        body: PasswordChange,
        response: { 200: EndedSessions, ...problems },
      },
    },
    async (request, reply) =>
      await throttled(reply, () => changePassword(database, operatorOf(request), request.body, placeOf(request))),
  );

  app.post(
    '/v1/session/totp',
    {
      config,
      schema: {
        tags,
        summary: 'Begin to sign in with one-time codes',
        body: PasswordAgain,
        response: { 200: TotpBegun, ...problems },
      },
    },
    async (request, reply) =>
      await throttled(reply, () => beginTotp(database, operatorOf(request), request.body, placeOf(request))),
  );

  app.post(
    '/v1/session/totp/confirm',
    {
      config,
      schema: {
        tags,
        summary: 'Put one-time codes in force, by one of them',
        description: 'All other sessions end. The recovery codes are told this once.',
        body: TotpCode,
        response: { 200: RecoveryCodes, ...problems },
      },
    },
    async (request, reply) =>
      await throttled(reply, () => finishTotp(database, operatorOf(request), request.body, placeOf(request))),
  );

  app.post(
    '/v1/session/totp/remove',
    {
      config,
      schema: {
        tags,
        summary: 'Sign in without one-time codes again',
        body: PasswordAgain,
        response: { 200: Security, ...problems },
      },
    },
    async (request, reply) => {
      const principal = operatorOf(request);
      await throttled(reply, () => endTotp(database, principal, request.body, placeOf(request)));
      return await readSecurity(database, principal);
    },
  );
};
