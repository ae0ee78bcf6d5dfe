import assert from 'node:assert/strict';
import { ApiError, createClient, eachItem, take } from '../../src/client/index.ts';
import { useApi } from '../api/support.ts';
import { addCustomer } from '../support/books.ts';

describe('The client', () => {
  const api = useApi();
  let baseUrl = '';
  before(async () => {
    for (const name of ['B6', 'HA', 'UA']) await addCustomer(api.database, name);
    baseUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
  });

  it('reads with an API key, and walks a list page by page', async () => {
    const client = createClient({ baseUrl, apiKey: api.key });
    const customer = await take(client.GET('/v1/customers/{id}', { params: { path: { id: 'HA' } } }));
    assert.equal(customer.name, 'Airline HA');
    const names: string[] = [];
    for await (const { externalId } of eachItem((cursor) =>
      take(client.GET('/v1/customers', { params: { query: { limit: 2, ...(cursor && { cursor }) } } })),
    )) {
      names.push(externalId);
    }
    assert.deepEqual(names, ['B6', 'HA', 'UA']);
  });

  it('throws what the API refuses, with its code, field and the next step', async () => {
    const client = createClient({ baseUrl, apiKey: api.key });
    const body = { externalId: 'JP', name: 'Nippon', currency: 'JPYEN', zone: 'Asia/Tokyo' };
    await assert.rejects(take(client.POST('/v1/customers', { body })), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.status, error.field], [400, 'currency']);
      assert.ok(error.mend.length > 0 && error.requestId !== null, 'error.mend.length > 0 && error.requestId !== null');
      return true;
    });
    const missing = createClient({ baseUrl, apiKey: api.key }).GET('/v1/customers/{id}', {
      params: { path: { id: 'nobody' } },
    });
    await assert.rejects(missing, { code: 'not-found', status: 404 });
    await assert.rejects(createClient({ baseUrl }).GET('/v1/customers'), { code: 'key-missing', status: 401 });
  });

  it('says so when no answer comes, or none that is one of the API', async () => {
    await assert.rejects(createClient({ baseUrl: 'http://127.0.0.1:1' }).GET('/healthz'), {
      code: 'unreachable',
      status: 0,
    });
    const proxy = createClient({ baseUrl, fetch: async () => new Response('<h1>Bad gateway</h1>', { status: 502 }) });
    await assert.rejects(proxy.GET('/healthz'), { code: 'answer-unreadable', status: 502 });
  });

  it('proves with each change, and no other call, that it is the page that asks', async () => {
    const sent: [method: string, token: string | null][] = [];
    const client = createClient({
      baseUrl,
      csrfToken: () => 'token-of-the-session',
      fetch: async (request) => {
        sent.push([request.method, request.headers.get('x-csrf-token')]);
        return Response.json({});
      },
    });
    await client.GET('/v1/session');
    await client.POST('/v1/session/sign-out');
    assert.deepEqual(sent, [
      ['GET', null],
      ['POST', 'token-of-the-session'],
    ]);
  });
});
