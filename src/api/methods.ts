import type { FastifyInstance } from 'fastify';
import { DurabillError } from '../errors/error.ts';
import { nothingAt } from './ownership.ts';

/**
 * Refuses what no route takes, before the body is read: what was sent does not matter. An address that is there for
 * other methods is answered by 405 and names them, any other one by 404.
 */
export function refuseUnknown(app: FastifyInstance): void {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByUrl.set(url, methods);
  });
  app.addHook('onRequest', async ({ is404, url, method }, reply) => {
    if (!is404) return;
    const path = url.split('?', 1)[0] ?? '';
    const known = [...methodsByUrl].find(([pattern]) => matches(pattern, path));
    if (known === undefined) throw nothingAt(path);
    const allow = [...known[1]].sort().join(', ');
    reply.header('allow', allow);
    throw new DurabillError('method-not-allowed', { reason: `${method} is not taken here, only ${allow}.` });
  });
}

/** `/v1/runs/:id` is the pattern of `/v1/runs/42`. */
function matches(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = pattern.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
