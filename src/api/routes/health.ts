import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../deps.ts';
import { problems } from '../schemas/common.ts';
import { Alive, Ready } from '../schemas/health.ts';

export const healthRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { health }) => {
  const shared = { tags: ['health'], security: [] };

  app.get(
    '/healthz',
    { schema: { ...shared, summary: 'Whether the process is alive', response: { 200: Alive, ...problems } } },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: { ...shared, summary: 'Whether every part is up', response: { 200: Ready, 503: Ready } },
      // Somebody asks every few seconds: a part that hangs must not let the questions pile up.
      handlerTimeout: 8_000,
    },
    async (_request, reply) => {
      const parts = await health();
      const up = Object.values(parts).every((state) => state === 'up');
      return reply.code(up ? 200 : 503).send({ status: up ? 'ready' : 'not ready', parts });
    },
  );
};
