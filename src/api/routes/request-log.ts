import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { DurabillError } from '../../errors/error.ts';
import { listRequests, type RequestCursor } from '../../store/request-log.ts';
import { uuidOrNull } from '../../store/uuid.ts';
import type { ApiDeps } from '../deps.ts';
import { customerIdFor } from '../filters.ts';
import { type CursorForm, defaultLimit, pageOf, readCursor, readInstantAndId } from '../paging.ts';
import { RequestLogPage, RequestLogQuery } from '../schemas/api-keys.ts';
import { problems } from '../schemas/common.ts';

export const requestLogRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { database }) => {
  app.get(
    '/v1/request-log',
    {
      config: { scope: 'keys:read', customers: 'filter' },
      schema: {
        tags: ['access'],
        summary: 'List what was asked with API keys',
        description:
          'A second or two behind, and kept for 30 days: neither addresses nor bodies. Events that were taken are left out; what ' +
          'is refused of them is here.',
        querystring: RequestLogQuery,
        response: { 200: RequestLogPage, ...problems },
      },
    },
    async ({ query: { limit = defaultLimit, cursor, customer, key, refused } }) => {
      const after = readCursor(cursor, cursorForm);
      const filter = {
        ...(customer !== undefined && { customerId: await customerIdFor(database, customer) }),
        ...(key !== undefined && { keyId: readKeyId(key) }),
        ...(refused !== undefined && { refused: refused === 'true' }),
      };
      return pageOf(await listRequests(database, filter, { after, limit: limit + 1 }), limit, cursorForm);
    },
  );
};

function readKeyId(key: string): string {
  const id = uuidOrNull(key);
  if (id !== null) return id;
  throw new DurabillError('request-invalid', { field: 'key', reason: 'The key is named by its id, which is a UUID.' });
}

const cursorForm: CursorForm<RequestCursor> = {
  write: ({ at, id }) => [at.toISOString(), id],
  read: readInstantAndId,
};
