import assert from 'node:assert/strict';
import Fastify from 'fastify';
import { guardRoutes } from '../../src/api/guard.ts';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { customerScopes } from '../../src/auth/roles.ts';
import { openBusiness } from '../billing/business.ts';
import { signedIn } from './access-support.ts';
import { furnish, type Things, thingsOf } from './boundary-world.ts';
import { noSyncs, useApi } from './support.ts';

type Route = { method: string; path: string; audience: string[]; ownership: string | undefined };
type Described = Record<string, { 'x-durabill-audience'?: string[]; 'x-durabill-customers'?: string }>;

const missing = '00000000-0000-4000-8000-000000000000';

/**
 * The document names every address; each is tried by somebody of the one customer with everything that is the other's. A
 * route that is added is tried from then on without a word here, but for a kind of thing that no customer of these has.
 */
describe('The boundary between customers', () => {
  const api = useApi({
    syncs: { ...noSyncs, wake: async () => {}, ensureCustomer: async () => {} },
  });
  let mine: Things;
  let other: Things;
  let routes: Route[] = [];
  const callers: Record<string, Record<string, string>> = {};

  before(async function () {
    this.timeout(60_000);
    const business = await openBusiness(api.database);
    const ids = [await furnish(business, 'Mine'), await furnish(business, 'Zorglub')] as const;
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    await business.invoice('2013-03-01T13:00:00Z');
    const ask = (method: 'GET' | 'POST' | 'PUT', url: string, body?: unknown) =>
      api.call(method, url, body === undefined ? {} : { body });
    mine = await thingsOf(api.database, ask, ids[0], 'Mine');
    other = await thingsOf(api.database, ask, ids[1], 'Zorglub');
    const { secret } = await createApiKey(api.database, {
      name: 'of a customer',
      scopes: customerScopes,
      customerId: mine.customer,
    });
    callers['a session'] = await signedIn(api.database, { customerId: mine.customer, userId: null, role: 'admin' });
    callers['a key'] = { authorization: `Bearer ${secret}` };
    const { paths } = (await api.app.inject('/openapi.json')).json() as { paths: Record<string, Described> };
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, said]) => ({
        method: method.toUpperCase(),
        path,
        audience: said['x-durabill-audience'] ?? [],
        ownership: said['x-durabill-customers'],
      })),
    );
  });

  /** The address with ids in it; `rest` stands for every further part. */
  const addressOf = (path: string, id: string, rest: Record<string, string> = {}) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(name === 'id' ? id : (rest[name] ?? missing)),
    );

  async function ask(headers: Record<string, string>, method: string, url: string, body?: unknown) {
    const isWrite = method !== 'GET' && method !== 'DELETE';
    const response = await api.app.inject({
      method: method as 'GET',
      url,
      headers: { ...headers, ...(isWrite && { 'content-type': 'application/json' }) },
      ...(isWrite && { payload: JSON.stringify(body ?? {}) }),
    });
    return { status: response.statusCode, headers: response.headers, text: response.body };
  }

  /** An answer without what differs from request to request, and without the id that was asked for. */
  const bare = ({ status, headers, text }: Awaited<ReturnType<typeof ask>>, ...ids: string[]) => {
    const { 'x-request-id': requestId, date: _, 'content-length': __, ...rest } = headers;
    const hide = (whole: string, id: string) => whole.replaceAll(id, 'ID').replaceAll(encodeURIComponent(id), 'ID');
    return { status, headers: rest, text: ids.reduce(hide, text.replaceAll(String(requestId), 'REQUEST')) };
  };

  const unused = (text: string) => text.replaceAll(/"usedAt":(?:null|"[^"]*")/g, '"usedAt":0');
  const leaksOf = (text: string) => other.marks.filter((mark) => text.includes(mark));
  const own = (things: Things, ownership: string): string[] => {
    if (ownership === 'path') return [things.customer, things.externalId];
    const id = (things as unknown as Record<string, string>)[ownership];
    assert.ok(id, `no customer of this test has a ${ownership}: add one to boundary-world.ts`);
    return [id];
  };
  const eachCall = async (
    wanted: (route: Route) => boolean,
    check: (headers: Record<string, string>, route: Route, name: string) => Promise<void>,
  ) => {
    const chosen = routes.filter(wanted);
    assert.ok(chosen.length > 0, 'no route is tried');
    for (const [caller, headers] of Object.entries(callers)) {
      for (const route of chosen) await check(headers, route, `${route.method} ${route.path} by ${caller}`);
    }
  };
  const isFor = (audience: string) => (route: Route) => route.audience.includes(audience);
  const isNamed = ({ ownership }: Route) => ownership !== undefined && ownership !== 'any' && ownership !== 'filter';

  it('is drawn by the document: every address says whom it is for', () => {
    const unsaid = routes.filter(({ audience, path }) => audience.length === 0 && path.startsWith('/v1/'));
    assert.deepEqual(unsaid, []);
    const known = routes.filter(isFor('customers'));
    assert.ok(known.length >= 25, `${known.length} routes are for customers`);
  });

  it('makes what is another’s and what there is not the same, by every id and external id', async () => {
    await eachCall(
      (route) => isFor('customers')(route) && isNamed(route),
      async (headers, { method, path, ownership = '' }, name) => {
        const nothing = bare(await ask(headers, method, addressOf(path, missing)), missing);
        assert.equal(nothing.status, 404, name);
        for (const id of own(other, ownership)) {
          const url = addressOf(path, id, other.below);
          const answer = await ask(headers, method, url);
          assert.deepEqual(bare(answer, id), nothing, `${name} with ${id}`);
          const head = await api.app.inject({ method: 'HEAD', url, headers });
          if (method === 'GET') assert.equal(head.statusCode, 404, name);
        }
      },
    );
  });

  it('opens what is one’s own, and tells nothing of others there', async () => {
    let read = 0;
    await eachCall(
      // What is removed is not there for the next caller.
      (route) => isFor('customers')(route) && isNamed(route) && route.method !== 'DELETE',
      async (headers, { method, path, ownership = '' }, name) => {
        // No key of a customer ends keys, or lets people in who could make some.
        const notByKeys = path === '/v1/api-keys/{id}/revoke' || /\{id\}\/users/.test(path);
        if (headers === callers['a key'] && method !== 'GET' && notByKeys) return;
        for (const id of own(mine, ownership)) {
          const { status, text } = await ask(headers, method, addressOf(path, id));
          // Where a further part of the address names nothing, or nothing was sent, that is told.
          if (!/\{(?!id\})/.test(path)) assert.ok([200, 202, 400].includes(status), `${name}: ${status} ${text}`);
          if (status === 200) read += 1;
          assert.deepEqual(leaksOf(text), [], name);
        }
      },
    );
    assert.ok(read > 30, `${read} things were read`);
  });

  it('holds below one’s own customer for things that are another’s', async () => {
    await eachCall(
      (route) => isFor('customers')(route) && /\{(?!id\})/.test(route.path) && route.ownership === 'path',
      async (headers, { method, path }, name) => {
        const [, part = ''] = /\{(?!id\})(\w+)\}/.exec(path) ?? [];
        const foreign = other.below[part];
        assert.ok(foreign, `no customer of this test has a ${part}: add one to boundary-world.ts`);
        const nothing = bare(await ask(headers, method, addressOf(path, mine.customer)), missing, mine.customer);
        const answer = await ask(headers, method, addressOf(path, mine.customer, other.below));
        assert.equal(answer.status >= 400, true, name);
        assert.deepEqual(bare(answer, foreign, mine.customer), nothing, name);
      },
    );
  });

  it('cuts every list to its reader, whatever filter or cursor is sent', async () => {
    await eachCall(
      ({ ownership }) => ownership === 'filter',
      async (headers, { method, path }, name) => {
        const all = await ask(headers, method, path);
        assert.equal(all.status, 200, name);
        assert.deepEqual(leaksOf(all.text), [], name);
        assert.ok(JSON.parse(all.text).data.length > 0, `${name} lists what is one's own`);
        const nothing = bare(await ask(headers, method, `${path}?customer=${missing}`), missing);
        assert.equal(nothing.status, 404, name);
        for (const id of own(other, 'path')) {
          const answer = await ask(headers, method, `${path}?customer=${encodeURIComponent(id)}`);
          assert.deepEqual(bare(answer, id), nothing, name);
        }
        for (const id of own(mine, 'path')) {
          const answer = await ask(headers, method, `${path}?customer=${encodeURIComponent(id)}`);
          // Asking with a key moves when it was used, and adds to the log of what is asked.
          if (path !== '/v1/request-log') assert.equal(unused(answer.text), unused(all.text), name);
        }
        const twice = await ask(headers, method, `${path}?customer=${mine.customer}&customer=${other.customer}`);
        assert.ok(twice.status >= 400, name);
        // The cursor of a page that an operator reads of the other customer, or of all.
        for (const filter of [`customer=${other.customer}`, 'limit=1']) {
          const page = await api.app.inject({
            url: `${path}?limit=1&${filter}`,
            headers: { authorization: `Bearer ${api.key}` },
          });
          const { nextCursor } = page.json();
          if (typeof nextCursor !== 'string') continue;
          const answer = await ask(headers, method, `${path}?cursor=${nextCursor}`);
          assert.deepEqual(leaksOf(answer.text), [], name);
        }
      },
    );
  });

  it('keeps what is about nobody clean of others', async () => {
    await eachCall(
      ({ ownership, method }) => ownership === 'any' && method === 'GET',
      async (headers, { method, path }, name) => {
        const named = (key: string) => ask(headers, method, path.replaceAll(/\{\w+\}/g, key));
        const answer = await named(other.plan);
        assert.deepEqual(bare(answer, other.plan), bare(await named('no-such-key'), 'no-such-key'), name);
        assert.deepEqual(leaksOf(bare(answer, other.plan).text), [], name);
        assert.equal((await named(mine.plan)).status, 200, name);
      },
    );
  });

  it('holds for ids in a body', async () => {
    await eachCall(
      ({ path }) => path === '/v1/invoices/preview',
      async (headers, { method, path }, name) => {
        const nothing = bare(await ask(headers, method, path, { subscription: missing }), missing);
        assert.equal(nothing.status, 404, name);
        const answer = await ask(headers, method, path, { subscription: other.subscription });
        assert.deepEqual(bare(answer, other.subscription), nothing, name);
        assert.equal((await ask(headers, method, path, { subscription: mine.subscription })).status, 200, name);
        const priced = { currency: 'USD', prices: [] };
        assert.equal((await ask(headers, method, path, priced)).status, 404, `${name}: no prices of their own making`);
      },
    );
  });

  it('closes everything else as if it were not there', async () => {
    await eachCall(
      (route) => isFor('operators')(route) && !isFor('customers')(route),
      async (headers, { method, path }, name) => {
        for (const id of [mine.customer, other.customer, missing]) {
          const url = addressOf(path, id);
          const answer = await ask(headers, method, url);
          const nowhere = await ask(headers, 'GET', `/v1/nowhere${url}`);
          assert.equal(answer.status, 404, name);
          assert.deepEqual(
            { ...JSON.parse(bare(answer, url).text) },
            { ...JSON.parse(bare(nowhere, `/v1/nowhere${url}`).text) },
            name,
          );
        }
      },
    );
  });

  it('is closed for a route that says nothing of customers, and there is none that names no scope', async () => {
    const app = Fastify();
    guardRoutes(app, api.database, 'http://127.0.0.1:7070');
    app.get('/v1/new', { config: { scope: 'invoices:read' } }, async () => ({ secret: 1 }));
    assert.throws(() => app.get('/v1/bare', async () => ({})), /GET \/v1\/bare names no scope/);
    const asked = async (headers: Record<string, string>) => (await app.inject({ url: '/v1/new', headers })).statusCode;
    assert.equal(await asked({ authorization: `Bearer ${api.key}` }), 200);
    for (const headers of Object.values(callers)) assert.notEqual(await asked(headers), 200);
    await app.close();
  });

  it('hides what is the operator’s of one’s own things', async () => {
    await api.database.query(
      `UPDATE invoice_states SET failure_code = 'customer_missing', failure_reason = 'Ask Bob.', parked_at = now(), sync = 'parked',
         parking_number = 1, sync_attempts = 7 WHERE invoice_id = $1`,
      [mine.invoice],
    );
    const seen = await api.get(`/v1/invoices/${mine.invoice}`);
    assert.deepEqual([seen.body.parked.reason, seen.body.syncAttempts], ['Ask Bob.', 7]);
    for (const headers of Object.values(callers)) {
      for (const url of [`/v1/invoices/${mine.invoice}`, '/v1/invoices']) {
        const { status, text } = await ask(headers, 'GET', url);
        assert.equal(status, 200);
        assert.doesNotMatch(text, /Ask Bob|customer_missing|"parkingNumber"/);
      }
      const filtered = await ask(headers, 'GET', '/v1/invoices?clock=sample');
      assert.equal(filtered.status, 400);
      const balance = JSON.parse((await ask(headers, 'GET', `/v1/customers/${mine.customer}/balance`)).text);
      assert.ok(balance.data.length > 0);
      assert.ok(balance.data.every(({ actor }: { actor: string | null }) => actor === null));
    }
  });

  it('lets a customer change its address, and not the terms on which it pays', async () => {
    const url = `/v1/customers/${mine.customer}/billing`;
    await api.call('PUT', url, { body: { memo: 'Ours', paymentTermsDays: 30 } });
    const headers = callers['a session'] ?? {};
    for (const [body, field] of [
      [{ paymentTermsDays: 90 }, 'paymentTermsDays'],
      [{ memo: 'Theirs' }, 'memo'],
    ] as const) {
      const refused = await ask(headers, 'PUT', url, body);
      assert.deepEqual([refused.status, JSON.parse(refused.text).field], [400, field]);
    }
    const changed = await ask(headers, 'PUT', url, { legalName: 'Mine GmbH' });
    const { legalName, memo, paymentTermsDays } = JSON.parse(changed.text);
    assert.deepEqual([changed.status, legalName, memo, paymentTermsDays], [200, 'Mine GmbH', 'Ours', 30]);
  });
});
