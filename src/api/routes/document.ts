import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyPluginAsync } from 'fastify';
import { writeJson } from '../json.ts';

/** The document of all addresses: written and packed once, as it is the same for as long as the process lives. */
export const documentRoute: FastifyPluginAsync = async (app) => {
  const write = async () => {
    const json = writeJson(app.swagger());
    const etag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`;
    return { json, packed: await promisify(gzip)(json), etag };
  };
  let written: ReturnType<typeof write> | undefined;

  app.get('/openapi.json', { schema: { hide: true } }, async ({ headers }, reply) => {
    written ??= write();
    const { json, packed, etag } = await written;
    // Nobody's own, and asked for again each time whether it has changed.
    reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache' });
    if (headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return await reply.code(304).send();
    reply.type('application/json; charset=utf-8');
    if (!/\bgzip\b/.test(String(headers['accept-encoding']))) return await reply.serializer(String).send(json);
    return await reply.header('content-encoding', 'gzip').send(packed);
  });
};
