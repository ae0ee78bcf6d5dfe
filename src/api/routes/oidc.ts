import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DurabillError, isDurabillError } from '../../errors/error.ts';
import { readCookie, setCookie } from '../cookies.ts';
import { type ApiDeps, publicUrlOf } from '../deps.ts';
import { createKeeper } from '../sign-ins.ts';

const callback = '/v1/sign-in/oidc/callback';

/** Sign-in of operators by OpenID Connect: two addresses that browsers walk through, and no program calls. */
export const oidcRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { database, access } = deps;
  const publicUrl = publicUrlOf(deps).replace(/\/+$/, '');
  const name = new URL(publicUrl).protocol === 'https:' ? '__Host-durabill_oidc' : 'durabill_oidc';
  const config = { authenticatedBy: 'sign-in' } as const;
  const keep = createKeeper(deps);

  function provider() {
    if (access?.oidc !== undefined) return access.oidc;
    throw new DurabillError('not-found', {
      reason: 'OpenID Connect is not set up here.',
      mend: 'Sign in by password.',
    });
  }

  app.get('/v1/sign-in/oidc', { config, schema: { hide: true } }, async (_request, reply) => {
    const { url, browserSecret } = await provider().begin(database, `${publicUrl}${callback}`);
    setCookie(reply, publicUrl, { name, value: browserSecret, maxAgeSeconds: 600 });
    return reply.redirect(url, 303);
  });

  app.get(callback, { config, schema: { hide: true } }, async (request, reply) => {
    const oidc = provider();
    const browserSecret = readCookie(request, name);
    setCookie(reply, publicUrl, { name, value: '', maxAgeSeconds: 0 });
    try {
      // What the provider answered stands in the address as the browser asked for it, below our own one.
      const url = new URL(request.url.slice(callback.length), `${publicUrl}${callback}`);
      const opened = await oidc.finish(database, { url, browserSecret, userAgent: request.headers['user-agent'] });
      await keep(request, reply, opened);
      return reply.redirect(`${publicUrl}/operations`, 303);
    } catch (error) {
      if (!isDurabillError(error)) throw error;
      request.log.warn({ err: error }, 'a sign-in by OpenID Connect was refused');
      return reply.redirect(`${publicUrl}/sign-in/operator?refused=${error.code}`, 303);
    }
  });
};
