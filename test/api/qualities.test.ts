import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import Fastify from 'fastify';
import { answerConditionally } from '../../src/api/conditional.ts';
import { tellDeprecations } from '../../src/api/deprecation.ts';
import { sendProblem } from '../../src/api/problems.ts';
import { limitRates } from '../../src/api/rate-limits.ts';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { scopes } from '../../src/auth/scopes.ts';
import { until } from '../broker/support.ts';
import { assertProblem, useApi } from './support.ts';

describe('Every address of the API', () => {
  const api = useApi({ rateLimits: { requests: 100_000, events: 3 } });
  const url = 'https://acme.example/hooks';
  const newEndpoint = async () => (await api.post('/v1/webhook-endpoints', { url })).body;

  describe('is conditional:', () => {
    it('what the caller has is not sent again', async () => {
      const { id } = await newEndpoint();
      const at = `/v1/webhook-endpoints/${id}`;
      const first = await api.get(at);
      const etag = String(first.headers['etag']);
      assert.match(etag, /^"[\w-]{27}"$/);
      for (const wanted of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await api.app.inject({
          url: at,
          headers: { authorization: `Bearer ${api.key}`, 'if-none-match': wanted },
        });
        assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etag], wanted);
      }
      const changed = await api.call('PATCH', at, { body: { description: 'other' } });
      assert.equal(changed.status, 200);
      const after = await api.get(at, { headers: { 'if-none-match': etag } });
      assert.deepEqual([after.status, after.body.description], [200, 'other']);
    });

    it('a change of what has changed since is refused, and of several at once one goes through', async () => {
      const { id } = await newEndpoint();
      const at = `/v1/webhook-endpoints/${id}`;
      const etag = String((await api.get(at)).headers['etag']);
      const change = (description: string) =>
        api.call('PATCH', at, { body: { description }, headers: { 'if-match': etag } });
      const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(change));
      const codes = answers.map(({ status }) => status).sort();
      assert.deepEqual(codes, [200, ...Array(7).fill(412)]);
      const late = answers.find(({ status }) => status === 412)!;
      assertProblem(late, 412, 'precondition-failed', 'if-match');
      assert.equal(
        (await api.call('PATCH', at, { body: { description: 'x' }, headers: { 'if-match': '*' } })).status,
        200,
      );
    });

    it('is said so of each PUT and PATCH of what can be read at the same address', async () => {
      const { paths } = (await api.app.inject('/openapi.json')).json() as {
        paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
      };
      let count = 0;
      for (const [path, methods] of Object.entries(paths)) {
        for (const method of ['put', 'patch']) {
          const operation = methods[method];
          if (operation === undefined) continue;
          const isSaid = operation.parameters?.some(({ name }) => name === 'if-match') ?? false;
          assert.equal(isSaid, 'get' in methods, `${method} ${path}`);
          count += isSaid ? 1 : 0;
        }
      }
      assert.ok(count >= 10, `${count} changes can be conditional`);
    });

    it('who cannot read what is there cannot compare with it', async () => {
      const { id } = await newEndpoint();
      const { secret } = await createApiKey(api.database, { name: 'writes', scopes: ['webhooks:write'] });
      const headers = { authorization: `Bearer ${secret}`, 'if-match': '"any"' };
      const answer = await api.call('PATCH', `/v1/webhook-endpoints/${id}`, { body: { description: 'x' }, headers });
      assertProblem(answer, 412, 'precondition-failed', 'if-match');
    });

    it('lets a waiting writer go on when the one before it fails', async () => {
      const app = Fastify();
      answerConditionally(app, api.database);
      app.setErrorHandler(sendProblem);
      app.put('/v1/broken', async () => {
        throw new Error('broken');
      });
      app.put('/v1/whole', async () => ({ done: true }));
      const broken = await Promise.all(
        Array.from({ length: 9 }, () => app.inject({ method: 'PUT', url: '/v1/broken' })),
      );
      assert.ok(broken.every(({ statusCode }) => statusCode === 500));
      assert.equal((await app.inject({ method: 'PUT', url: '/v1/whole' })).statusCode, 200);
      await app.close();
    });

    it('gives an address back however its writers leave, and only when they have ended', async () => {
      const app = Fastify();
      answerConditionally(app, api.database);
      let inside = 0;
      let most = 0;
      let ended = 0;
      const begun = new EventEmitter();
      app.put('/v1/slow', async () => {
        inside += 1;
        most = Math.max(most, inside);
        begun.emit('begun');
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        ended += 1;
        return {};
      });
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      const put = async (signal?: AbortSignal) =>
        (await fetch(`${address}/v1/slow`, { method: 'PUT', ...(signal !== undefined && { signal }) })).status;
      // All leave as soon as the first is at work: some wait for the address, some for a place among the writers.
      const leaving = new AbortController();
      const first = once(begun, 'begun');
      const left = Array.from({ length: 12 }, () => put(leaving.signal).catch(() => 'left'));
      await first;
      leaving.abort();
      await Promise.all(left);
      assert.deepEqual(await Promise.all([put(), put(), put(), put(), put()]), [200, 200, 200, 200, 200]);
      assert.equal(most, 1);
      assert.ok(ended >= 6, `${ended} writers have ended`);
      await app.close();
    });
  });

  describe('is safe to repeat with an Idempotency-Key:', () => {
    const make = (key: string, body: object, headers: Record<string, string> = {}) =>
      api.post(
        '/v1/api-keys',
        { name: 'repeated', scopes: ['invoices:read'], ...body },
        { 'idempotency-key': key, ...headers },
      );

    it('the same again is answered as the first time, and done once', async () => {
      const first = await make('one', {});
      const again = await make('"one"', {});
      assert.deepEqual([again.status, again.body], [201, first.body]);
      assert.deepEqual(
        [first.headers['idempotency-replayed'], again.headers['idempotency-replayed'], again.headers['location']],
        [undefined, 'true', first.headers['location']],
      );
      assert.notEqual((await make('two', {})).body.id, first.body.id);
      const { rows } = await api.database.query(`SELECT encode(answer, 'escape') AS answer FROM idempotent_requests`);
      assert.doesNotMatch(JSON.stringify(rows), /dbk_|repeated/, 'nobody reads a secret in the table');
    });

    it('refusals are kept too, other content is refused, and a key that is none', async () => {
      const refused = await make('three', { customer: 'nobody' });
      assertProblem(refused, 404, 'not-found', 'customer');
      assert.equal((await make('three', { customer: 'nobody' })).headers['idempotency-replayed'], 'true');
      assertProblem(await make('three', {}), 422, 'idempotency-key-reused', 'idempotency-key');
      assertProblem(await make('ä'.repeat(2), {}), 400, 'idempotency-key-invalid', 'idempotency-key');
      assertProblem(await make('x'.repeat(256), {}), 400, 'idempotency-key-invalid', 'idempotency-key');
    });

    it('several at once are one, and another caller has keys of its own', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => make('four', {})));
      const made = answers.filter(({ status }) => status === 201);
      assert.equal(new Set(made.map(({ body }) => body.id)).size, 1);
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        assertProblem(answer, 409, 'idempotency-key-in-use', 'idempotency-key');
        assert.equal(answer.headers['retry-after'], '1');
      }
      const { secret } = await createApiKey(api.database, { name: 'other', scopes });
      const other = await make('four', {}, { authorization: `Bearer ${secret}` });
      assert.notEqual(other.body.id, made[0]?.body.id);
    });

    it('what was cut off is begun anew after a minute, and nothing is kept for longer than a day', async () => {
      const first = await make('five', {});
      await api.database.query(`UPDATE idempotent_requests SET begun_at = begun_at - interval '1 day 1 second'`);
      const later = await make('five', {});
      assert.notEqual(later.body.id, first.body.id);
      await api.database.query(`UPDATE idempotent_requests SET status = NULL, answer = NULL`);
      assertProblem(await make('five', {}), 409, 'idempotency-key-in-use', 'idempotency-key');
      await api.database.query(`UPDATE idempotent_requests SET begun_at = begun_at - interval '61 seconds'`);
      assert.equal((await make('five', {})).status, 201);
    });

    it('the key is heeded exactly where the same content twice would be two things', async () => {
      const { paths } = (await api.app.inject('/openapi.json')).json() as {
        paths: Record<string, { post?: { parameters?: { name: string }[] } }>;
      };
      const heeding = Object.entries(paths).filter(([, { post }]) =>
        post?.parameters?.some(({ name }) => name === 'idempotency-key'),
      );
      assert.deepEqual(heeding.map(([path]) => path).sort(), [
        '/v1/api-keys',
        '/v1/customers/{id}/corrections',
        '/v1/customers/{id}/payment-method-sessions',
        '/v1/reconciliations',
        '/v1/usage/corrections',
        '/v1/webhook-endpoints',
        '/v1/webhook-endpoints/{id}/rotate-secret',
        '/v1/webhook-endpoints/{id}/test',
      ]);
    });
  });

  describe('is limited for each caller:', () => {
    it('tells what is left, refuses what is too much, and lets the next caller through', async () => {
      const send = async (secret: string) =>
        api.call('POST', '/v1/events', { body: {}, headers: { authorization: `Bearer ${secret}` } });
      const { secret } = await createApiKey(api.database, { name: 'runs wild', scopes: ['events:write'] });
      for (const left of [2, 1, 0]) {
        const { status, headers } = await send(secret);
        assert.deepEqual([status, headers['ratelimit-policy']], [422, '"events";q=3;w=60']);
        assert.match(String(headers['ratelimit']), new RegExp(`^"events";r=${left};t=\\d+$`));
      }
      const refused = await send(secret);
      assertProblem(refused, 429, 'rate-limited');
      assert.match(String(refused.headers['retry-after']), /^(19|20)$/);
      const { secret: calm } = await createApiKey(api.database, { name: 'calm', scopes: ['events:write'] });
      assert.equal((await send(calm)).status, 422);
      assert.match(String((await api.get('/v1/invoices')).headers['ratelimit']), /^"requests";r=\d+;t=1$/);
    });

    it('refills all the time, to the full quota and no further', async () => {
      let nowMs = 0;
      const app = Fastify();
      app.decorateRequest('principal', null);
      app.addHook('onRequest', async (request) => {
        request.principal = {
          kind: 'key',
          keyId: String(request.headers['key']),
          name: 'x',
          scopes: [],
          customerId: null,
        };
      });
      limitRates(app, { requests: 60, events: 0 }, () => nowMs);
      app.setErrorHandler(sendProblem);
      app.get('/', async () => 'ok');
      const burst = async (key: string) => {
        let taken = 0;
        while ((await app.inject({ url: '/', headers: { key } })).statusCode === 200) taken += 1;
        return taken;
      };
      assert.equal(await burst('a'), 60);
      nowMs += 2_500;
      assert.equal(await burst('a'), 2);
      nowMs += 3_600_000;
      assert.equal(await burst('a'), 60);
      assert.equal(await burst('b'), 60);
      await app.close();
    });
  });

  it('that is deprecated says so by the standard headers', async () => {
    const app = Fastify();
    tellDeprecations(app);
    const deprecated = {
      since: new Date('2027-01-01T00:00:00Z'),
      sunset: new Date('2028-01-01T00:00:00Z'),
      link: 'https://acme.example/docs/api#deprecated',
    };
    app.get('/old', { config: { deprecated } }, async () => 'ok');
    app.get('/new', async () => 'ok');
    const { headers } = await app.inject('/old');
    assert.equal(headers['deprecation'], '@1798761600');
    assert.equal(headers['sunset'], 'Sat, 01 Jan 2028 00:00:00 GMT');
    assert.match(String(headers['link']), /rel="deprecation"/);
    assert.equal((await app.inject('/new')).headers['deprecation'], undefined);
    await app.close();
  });

  describe('is logged:', () => {
    it('what was asked with which key, and nothing of what was in it', async () => {
      const made = await api.post('/v1/api-keys', { name: 'logged', scopes: ['invoices:read'] });
      const headers = { authorization: `Bearer ${made.body.secret}` };
      const refused = await api.get('/v1/invoices/secret-of-somebody', { headers });
      assert.equal(refused.status, 404);
      await api.get('/v1/customers?cursor=x', { headers });
      const read = async (query = '') => (await api.get(`/v1/request-log?key=${made.body.id}${query}`)).body.data;
      await until(async () => (await read()).length === 2, 'both are logged');
      const [second, first] = await read();
      assert.deepEqual([first.route, first.status, first.code], ['/v1/invoices/:id', 404, 'not-found']);
      assert.equal(first.id, refused.headers['x-request-id']);
      assert.deepEqual([second.route, second.status, second.code], ['/v1/customers', 403, 'scope-missing']);
      assert.doesNotMatch(JSON.stringify(await read()), /secret-of-somebody/);
      assert.equal((await read('&refused=false')).length, 0);
      const { body } = await api.get(`/v1/api-keys/${made.body.id}`);
      assert.ok(body.usedAt, 'and that the key is used');
      assertProblem(await api.get('/v1/request-log?key=x'), 400, 'request-invalid', 'key');
    });
  });
});
