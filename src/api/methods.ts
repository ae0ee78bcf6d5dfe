import type { FastifyInstance } from 'fastify';
import { DurabillError } from '../errors/error.ts';
import { nothingAt } from './ownership.ts';
import type { SendMissingPage } from './pages.ts';

/**
 * Refuses what no route takes, before the body is read: what was sent does not matter. An address that is there for
 * other methods is answered by 405 and names them, any other one by 404.
 * @param sendMissingPage answers the 404 of a person's browser by a page; false where that is no person's
 */
export function refuseUnknown(app: FastifyInstance, sendMissingPage: SendMissingPage): void {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByUrl.set(url, methods);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { is404, url, method } = request;
    if (!is404) return;
    const path = url.split('?', 1)[0] ?? '';
    const known = [...methodsByUrl].find(([pattern]) => matches(pattern, path));
    if (known === undefined) {
      if (await sendMissingPage(request, reply)) return reply;
      throw nothingAt(path);
    }
    const allow = [...known[1]].sort().join(', ');
    reply.header('allow', allow);
    throw new DurabillError('method-not-allowed', { reason: `${method} is not taken here, only ${allow}.` });
  });
}

/** `/v1/runs/:id` is the pattern of `/v1/runs/42`, and `/assets/*` that of everything below. */
function matches(pattern: string, path: string): boolean {
  if (pattern.endsWith('/*')) return path.startsWith(pattern.slice(0, -1));
  const parts = path.split('/');
  const wanted = pattern.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
