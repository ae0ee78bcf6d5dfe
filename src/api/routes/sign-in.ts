import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { readAddress } from '../../auth/fields.ts';
import { linkSeconds, linkUrl, makeLink, signInByLink } from '../../auth/links.ts';
import { signInOperator } from '../../auth/operator-sign-in.ts';
import { acceptInvite } from '../../auth/operators.ts';
import { linkRules, mailRules, requireCalm } from '../../auth/throttle.ts';
import { sendAccessMail } from '../../billing/send-access-mail.ts';
import { DurabillError } from '../../errors/error.ts';
import { findUsersByMail } from '../../store/customer-users.ts';
import { type ApiDeps, publicUrlOf } from '../deps.ts';
import {
  InviteAnswer,
  InviteTaken,
  LinkSignedIn,
  LinkSignIn,
  MailSent,
  MailSignIn,
  OperatorSignedIn,
  OperatorSignIn,
  SignInWays,
} from '../schemas/access.ts';
import { problems } from '../schemas/common.ts';
import { createKeeper, placeOf, throttled } from '../sign-ins.ts';

/** How people come in. */
export const signInRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, access } = deps;
  const publicUrl = publicUrlOf(deps);
  const tags = ['access'];
  const config = { authenticatedBy: 'sign-in' } as const;
  const keep = createKeeper(deps);
  const underWay = new Set<Promise<void>>();
  app.addHook('onClose', async () => {
    await Promise.all(underWay);
  });

  /** Looks for who it is for only after the answer: nobody reads off its time whether there is somebody. */
  function sendLater(email: string): void {
    const sending = sendLink(email)
      .catch((error: unknown) => app.log.error({ err: error }, 'a link to sign in was not sent'))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  async function sendLink(email: string): Promise<void> {
    const [first] = await findUsersByMail(database, email);
    if (first === undefined || access?.mail === undefined) return;
    const { secret } = await makeLink(database, { kind: 'mail', email }, linkSeconds.mail);
    const url = linkUrl(publicUrl, secret);
    const minutes = linkSeconds.mail / 60;
    const { name, language } = first;
    const mail = { kind: 'sign-in', to: email, name, language, url, minutes } as const;
    const delivery = await sendAccessMail(database, access.mail, mail);
    if (delivery.outcome !== 'sent') app.log.warn({ delivery }, 'a link to sign in was not taken by the mail server');
  }

  app.get(
    '/v1/sign-in',
    {
      config,
      schema: { tags, summary: 'Read by what one can sign in here', response: { 200: SignInWays, ...problems } },
    },
    async () => ({ mail: access?.mail !== undefined, oidc: access?.oidc !== undefined }),
  );

  app.post(
    '/v1/sign-in/email',
    {
      config,
      schema: {
        tags,
        summary: 'Have a link to sign in mailed',
        description: 'The answer is the same whether or not anybody signs in by the address.',
        body: MailSignIn,
        response: { 202: MailSent, ...problems },
      },
    },
    async (request, reply) => {
      const email = readAddress(request.body.email);
      if (access?.mail === undefined) throw new DurabillError('mail-unavailable');
      await throttled(reply, () => requireCalm(database, mailRules(email, request.ip)));
      sendLater(email);
      return reply.code(202).send({ sent: true });
    },
  );

  app.post(
    '/v1/sign-in/link',
    {
      config,
      schema: {
        tags,
        summary: 'Sign in by a link',
        description: 'It works once. To fetch the page that it leads to does not use it up; this does.',
        body: LinkSignIn,
        response: { 200: LinkSignedIn, ...problems },
      },
    },
    async (request, reply) => {
      await throttled(reply, () => requireCalm(database, linkRules(request.ip)));
      const outcome = await signInByLink(database, request.body, placeOf(request));
      if ('choices' in outcome) {
        return {
          session: null,
          choices: outcome.choices.map(({ userId, customerName }) => ({ userId, customerName })),
        };
      }
      return { session: await keep(request, reply, outcome), choices: [] };
    },
  );

  app.post(
    '/v1/sign-in/operator',
    {
      config,
      schema: {
        tags,
        summary: 'Sign in as an operator',
        description: 'With one-time codes in force, the right password alone is answered by `codeNeeded`.',
        body: OperatorSignIn,
        response: { 200: OperatorSignedIn, ...problems },
      },
    },
    async (request, reply) => {
      const outcome = await throttled(reply, () => signInOperator(database, request.body, placeOf(request)));
      if ('codeNeeded' in outcome) return { session: null, codeNeeded: true };
      return { session: await keep(request, reply, outcome), codeNeeded: false };
    },
  );

  app.post(
    '/v1/sign-in/invite',
    {
      config,
      schema: {
        tags,
        summary: 'Choose a password as an operator who was invited',
        description: 'Signs nobody in: that is done by the password next.',
        body: InviteAnswer,
        response: { 200: InviteTaken, ...problems },
      },
    },
    async (request, reply) => {
      await throttled(reply, () => requireCalm(database, linkRules(request.ip)));
      return await acceptInvite(database, request.body);
    },
  );
};
