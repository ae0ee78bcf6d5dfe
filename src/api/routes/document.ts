import type { FastifyPluginAsync } from 'fastify';
import { type Packed, pack, sendPacked } from '../packed.ts';

/** The document of all addresses. */
export const documentRoute: FastifyPluginAsync = async (app) => {
  let packed: Promise<Packed> | undefined;

  app.get('/openapi.json', { schema: { hide: true } }, async (request, reply) => {
    packed ??= pack(app.swagger());
    // Nobody's own, and asked for again each time whether it has changed.
    return await sendPacked(await packed, request, reply, { 'cache-control': 'no-cache' });
  });
};
