import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { lockName } from '../store/named-locks.ts';
import { findOwner } from '../store/owners.ts';

const ownRequests = randomUUID();

/** Whether this process itself asks, on behalf of a caller whose request is counted already. */
export const isOwnRequest = ({ headers }: FastifyRequest) => headers['x-durabill-own'] === ownRequests;

/** Writers of one process that wait for an address, or have it, at once: each holds a connection. */
const mostWriters = 4;

/**
 * Conditional requests (RFC 9110): every answer to a GET has an ETag of its bytes, and is not sent to who has them (304). A
 * PUT or PATCH with If-Match is refused (412) if a GET of the same address would answer something else; until it is done, no
 * other PUT or PATCH of that address begins, in no process.
 */
export function answerConditionally(app: FastifyInstance, database: Database): void {
  let writers = 0;
  const waiting: (() => void)[] = [];

  app.addHook('onSend', async ({ method, routeOptions, headers }, reply, payload) => {
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead || reply.statusCode !== 200 || typeof payload !== 'string' || reply.hasHeader('etag')) return payload;
    if (!routeOptions.url?.startsWith('/v1/')) return payload;
    const etag = etagOf(payload);
    reply.header('etag', etag);
    if (!isNamed(headers['if-none-match'], etag)) return payload;
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return '';
  });

  /** @returns what lets the next writer of the same address go on */
  async function holdAddress(request: FastifyRequest): Promise<() => Promise<void>> {
    if (writers >= mostWriters) await new Promise<void>((resolve) => waiting.push(resolve));
    writers += 1;
    const leave = () => {
      writers -= 1;
      waiting.shift()?.();
    };
    try {
      const release = await lockName(database, `put ${await addressOf(database, request)}`);
      return async () => {
        await release();
        leave();
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @throws DurabillError precondition-failed */
  async function requireMatch(request: FastifyRequest): Promise<void> {
    const wanted = request.headers['if-match'];
    if (wanted === undefined) return;
    const { authorization, cookie } = request.headers;
    const now = await app.inject({
      method: 'GET',
      url: pathOf(request),
      headers: {
        'x-durabill-own': ownRequests,
        ...(authorization !== undefined && { authorization }),
        ...(cookie !== undefined && { cookie }),
      },
    });
    const { etag } = now.headers;
    if (now.statusCode !== 200 || etag === undefined) {
      const reason = 'What is there cannot be read with the same key or session, so nothing can be compared.';
      throw new DurabillError('precondition-failed', { field: 'if-match', reason });
    }
    if (!isNamed(wanted, String(etag))) throw new DurabillError('precondition-failed', { field: 'if-match' });
  }

  // Around the handler and not by hooks: however a caller leaves, what was taken is given back when the handler has ended,
  // and not before, since it still writes.
  app.addHook('onRoute', (route) => {
    if (route.method !== 'PUT' && route.method !== 'PATCH') return;
    const write: RouteHandlerMethod = route.handler;
    route.handler = async function (this: FastifyInstance, request, reply) {
      const release = await holdAddress(request);
      try {
        await requireMatch(request);
        return await write.call(this, request, reply);
      } finally {
        await release();
      }
    };
  });
}

/** One name for one thing, by whichever of its ids and however encoded the address has it. */
async function addressOf(database: Database, { routeOptions: { url = '' }, params }: FastifyRequest): Promise<string> {
  const named = params as Record<string, string>;
  const { id } = named;
  const owner =
    id !== undefined && url.startsWith('/v1/customers/:id') ? await findOwner(database, 'customer', id) : undefined;
  return `${url} ${JSON.stringify({ ...named, ...(owner !== undefined && { id: owner }) })}`;
}

const pathOf = ({ url }: FastifyRequest) => url.split('?', 1)[0] ?? '';

/** Strong: the same tag is the same bytes. */
function etagOf(payload: string): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
}

/** `*` names whatever there is. A proxy that changed the bytes on the way has made the tag a weak one. */
function isNamed(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
