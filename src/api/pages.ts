import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DurabillError } from '../errors/error.ts';

/** The built pages of customers and operators. */
export type Dashboard = {
  /** Where they were built to. */
  folder: string;
};

/** Answers a browser that looks for an address that leads nowhere; false where that is left to the API. */
export type SendMissingPage = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/**
 * Scripts, styles and questions of this origin only: what a field of an invoice might smuggle in finds nothing that
 * runs it and nobody whom it could tell. `data:` is for the small pictures inside of style sheets.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** What every page is sent with. Links into these pages may carry a token, which no other site shall be told. */
const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/** Two years, as browsers' own lists ask for. */
const strictTransport = { 'strict-transport-security': 'max-age=63072000' };

/** The names of these files change with their content. */
const forEver = 'public, max-age=31536000, immutable';

/**
 * Serves the dashboard on the origin of the API: one page for all its addresses, which then shows what stands at each,
 * and the files that it names.
 *
 * @param publicUrl where people reach them; by https, browsers are told to never use anything else
 * @returns how an unknown address is answered, for whoever refuses those
 */
export async function servePages(
  app: FastifyInstance,
  { folder }: Dashboard,
  publicUrl: string,
): Promise<SendMissingPage> {
  const headers = { ...pageHeaders, ...(publicUrl.startsWith('https:') && strictTransport) };
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    const mend = 'Run: node src/bin/bootstrap.mjs install';
    app.log.warn({ folder, mend }, 'the pages are not built, so that only the API answers');
    return async () => false;
  }
  // Read anew each time: a build may take the place of another while the API runs, and its files have other names.
  const sendPage = async (reply: FastifyReply, status: number) =>
    await reply
      .code(status)
      .headers(headers)
      .type('text/html; charset=utf-8')
      .send(await readFile(index));

  const addresses: string[] = JSON.parse(await readFile(join(folder, 'addresses.json'), 'utf8'));
  for (const address of addresses) {
    app.get(address, { schema: { hide: true } }, async (_request, reply) => sendPage(reply, 200));
  }

  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    serve: false,
    preCompressed: true,
    cacheControl: false,
    index: false,
  });
  app.get('/assets/*', { schema: { hide: true } }, async (request, reply) => {
    const { '*': name } = request.params as { '*': string };
    if (!/^[\w-][\w.-]*$/.test(name) || !existsSync(join(folder, 'assets', name))) {
      const mend = 'Load the page again: it may be of an earlier release.';
      throw new DurabillError('not-found', { reason: `There is no file ${name.slice(0, 200)}.`, mend });
    }
    return await reply.headers({ ...headers, 'cache-control': forEver, vary: 'accept-encoding' }).sendFile(name);
  });

  return async ({ method, url, headers: { accept = '' } }, reply) => {
    const isForPeople = (method === 'GET' || method === 'HEAD') && accept.includes('text/html');
    if (!isForPeople || url.startsWith('/v1/') || url.startsWith('/assets/')) return false;
    await sendPage(reply, 404);
    return true;
  };
}
