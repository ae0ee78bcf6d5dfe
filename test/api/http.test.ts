import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { buildApi } from '../../src/api/app.ts';
import { DurabillError } from '../../src/errors/error.ts';
import { openDatabase } from '../../src/store/database.ts';
import { assertProblem, noSyncs, useApi, withoutWebhooks } from './support.ts';

describe('The HTTP interface', () => {
  const parts: { rabbitmq: string } = { rabbitmq: 'up' };
  const runs: { fail?: Error } = {};
  const api = useApi({
    health: async () => ({ postgresql: 'up', temporal: 'up', ...parts }),
    startRun: async () => {
      throw runs.fail;
    },
  });

  it('is alive without its parts and ready only with all of them', async () => {
    assert.deepEqual((await api.get('/healthz')).body, { status: 'ok' });
    const ready = await api.get('/readyz');
    assert.deepEqual([ready.status, ready.body.status], [200, 'ready']);
    parts.rabbitmq = 'not answering';
    const away = await api.get('/readyz');
    assert.deepEqual([away.status, away.body.status, away.body.parts.rabbitmq], [503, 'not ready', 'not answering']);
  });

  it('says what there is at unknown addresses and for other methods', async () => {
    assertProblem(await api.get('/v2/events'), 404, 'not-found');
    assertProblem(await api.get('/v1/invoices/a/b'), 404, 'not-found');
    for (const [method, url, allow] of [
      ['GET', '/v1/events', 'POST'],
      ['DELETE', '/v1/customers', 'GET, HEAD, POST'],
      ['PUT', '/v1/invoices/some', 'GET, HEAD, PATCH'],
      ['POST', '/healthz', 'GET, HEAD'],
      ['OPTIONS', '/v1/runs/some', 'GET, HEAD'],
      ['QUERY', '/v1/customers', 'GET, HEAD, POST'],
      ['PROPFIND', '/openapi.json', 'GET, HEAD'],
    ] as const) {
      const answer = await api.call(method, url);
      assertProblem(answer, 405, 'method-not-allowed');
      assert.equal(answer.headers['allow'], allow);
    }
  });

  it('keeps the inside of a failure to its log', async () => {
    const run = { kind: 'advance', clock: 'sample', at: '2013-02-03T00:00:00Z' };
    runs.fail = new Error('password authentication failed for user "billing"');
    const answer = await api.post('/v1/runs', run);
    assertProblem(answer, 500, 'internal');
    assert.doesNotMatch(JSON.stringify(answer.body), /password|billing"/);
    runs.fail = new DurabillError('config-invalid', { reason: 'STRIPE_SECRET_KEY is not set' });
    assert.doesNotMatch(JSON.stringify((await api.post('/v1/runs', run)).body), /STRIPE/);
    runs.fail = new DurabillError('unavailable', { reason: 'Temporal cannot be reached.' });
    const away = await api.post('/v1/runs', run);
    assertProblem(away, 503, 'unavailable');
    assert.ok(away.headers['retry-after'], "away.headers['retry-after']");
  });

  it('asks to try again when PostgreSQL is away', async () => {
    const database = openDatabase('postgres://nobody@127.0.0.1:1/none');
    const app = buildApi({
      database,
      syncs: noSyncs,
      noticeOf: () => null,
      startRun: () => Promise.reject(new Error('unused')),
      startReconciliation: () => Promise.reject(new Error('unused')),
      health: () => Promise.reject(new Error('unused')),
      ...withoutWebhooks,
    });
    const answer = await app.inject({
      url: '/v1/customers',
      headers: { authorization: `Bearer dbk_${'A'.repeat(43)}` },
    });
    assert.deepEqual([answer.statusCode, answer.json().code], [503, 'unavailable']);
    assert.equal((await app.inject('/healthz')).statusCode, 200);
    await app.close();
    await database.close();
  });

  it('answers a body of 10 MB over a real socket with a sentence, and goes on', async () => {
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ events: [{ id: 'x'.repeat(10_000_000) }] });
    const counted = async () => (await api.database.query('SELECT FROM event_keys')).rowCount;
    const before = await counted();
    for (let round = 0; round < 5; round += 1) {
      const answer = await fetch(`${address}/v1/events/batch`, { method: 'POST', headers, body });
      assert.equal(answer.status, 413);
      assert.match(String(answer.headers.get('content-type')), /^application\/problem\+json/);
      const problem = (await answer.json()) as { code: string; field: string };
      assert.deepEqual([problem.code, problem.field], ['request-too-large', 'body']);
    }
    // Without a length announced, it is counted as it comes.
    const chunked = new ReadableStream({
      start(controller) {
        for (let part = 0; part < 10; part += 1) controller.enqueue(new Uint8Array(1_000_000).fill(0x20));
        controller.close();
      },
    });
    const request = { method: 'POST', headers, body: chunked, duplex: 'half' } as RequestInit;
    assert.equal((await fetch(`${address}/v1/events/batch`, request)).status, 413);
    assert.equal(await counted(), before);
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  }).timeout(20_000);

  it('describes itself: every address, every field with an example', async () => {
    const document = (await api.app.inject('/openapi.json')).json();
    assert.equal(document.openapi, '3.1.1');
    assert.deepEqual(Object.keys(document.paths).sort(), [
      '/healthz',
      '/readyz',
      '/v1/api-keys',
      '/v1/api-keys/{id}',
      '/v1/api-keys/{id}/revoke',
      '/v1/audit',
      '/v1/audit/{kind}/{id}/verification',
      '/v1/clocks',
      '/v1/clocks/{name}',
      '/v1/coupons',
      '/v1/coupons/{key}',
      '/v1/coupons/{key}/archive',
      '/v1/credit-notes',
      '/v1/credit-notes/{id}',
      '/v1/credit-notes/{id}/pdf',
      '/v1/customers',
      '/v1/customers/{id}',
      '/v1/customers/{id}/balance',
      '/v1/customers/{id}/billing',
      '/v1/customers/{id}/calendar',
      '/v1/customers/{id}/collection',
      '/v1/customers/{id}/corrections',
      '/v1/customers/{id}/coupons',
      '/v1/customers/{id}/coupons/{redemption}',
      '/v1/customers/{id}/dunning',
      '/v1/customers/{id}/erasure',
      '/v1/customers/{id}/expected-bill',
      '/v1/customers/{id}/payment-method-sessions',
      '/v1/customers/{id}/pending-items',
      '/v1/customers/{id}/pending-items/{itemId}',
      '/v1/customers/{id}/personal-data',
      '/v1/customers/{id}/personal-data/events',
      '/v1/customers/{id}/session-links',
      '/v1/customers/{id}/tax',
      '/v1/customers/{id}/tax-ids',
      '/v1/customers/{id}/usage',
      '/v1/customers/{id}/usage/csv',
      '/v1/customers/{id}/usage/events',
      '/v1/customers/{id}/usage/events/csv',
      '/v1/customers/{id}/usage/meters',
      '/v1/customers/{id}/users',
      '/v1/customers/{id}/users/{userId}',
      '/v1/customers/{id}/wallets',
      '/v1/customers/{id}/what-if',
      '/v1/dead-letters',
      '/v1/dead-letters/discard',
      '/v1/dead-letters/replay',
      '/v1/events',
      '/v1/events/batch',
      '/v1/invoices',
      '/v1/invoices/preview',
      '/v1/invoices/{id}',
      '/v1/invoices/{id}/answers',
      '/v1/invoices/{id}/collect',
      '/v1/invoices/{id}/credit-notes',
      '/v1/invoices/{id}/credit-notes/preview',
      '/v1/invoices/{id}/dunning',
      '/v1/invoices/{id}/dunning/pause',
      '/v1/invoices/{id}/dunning/resume',
      '/v1/invoices/{id}/history',
      '/v1/invoices/{id}/payments',
      '/v1/invoices/{id}/pdf',
      '/v1/invoices/{id}/proof',
      '/v1/invoices/{id}/proof/events',
      '/v1/invoices/{id}/proof/events/csv',
      '/v1/invoices/{id}/refunds',
      '/v1/invoices/{id}/reissue',
      '/v1/invoices/{id}/review',
      '/v1/invoices/{id}/sync',
      '/v1/invoices/{id}/uncollectible',
      '/v1/invoices/{id}/void',
      '/v1/ledger/check',
      '/v1/messages',
      '/v1/messages/{id}',
      '/v1/messages/{id}/dismiss',
      '/v1/messages/{id}/resend',
      '/v1/meters',
      '/v1/operations/customer-views',
      '/v1/operations/summary',
      '/v1/operators',
      '/v1/operators/{id}',
      '/v1/operators/{id}/invite',
      '/v1/operators/{id}/totp',
      '/v1/pauses',
      '/v1/pauses/end',
      '/v1/plans',
      '/v1/plans/apply',
      '/v1/plans/diff',
      '/v1/plans/{key}',
      '/v1/plans/{key}/offer',
      '/v1/reconciliations',
      '/v1/reconciliations/{id}',
      '/v1/reconciliations/{id}/differences',
      '/v1/request-log',
      '/v1/runs',
      '/v1/runs/{id}',
      '/v1/session',
      '/v1/session/password',
      '/v1/session/security',
      '/v1/session/sign-out',
      '/v1/session/totp',
      '/v1/session/totp/confirm',
      '/v1/session/totp/remove',
      '/v1/sessions',
      '/v1/sessions/end-others',
      '/v1/sessions/{id}',
      '/v1/settings/dunning',
      '/v1/settings/retention',
      '/v1/settings/seller',
      '/v1/settings/tax',
      '/v1/sign-in',
      '/v1/sign-in/email',
      '/v1/sign-in/invite',
      '/v1/sign-in/link',
      '/v1/sign-in/operator',
      '/v1/subscriptions',
      '/v1/subscriptions/{id}',
      '/v1/subscriptions/{id}/cancel',
      '/v1/subscriptions/{id}/change',
      '/v1/subscriptions/{id}/pause',
      '/v1/subscriptions/{id}/resume',
      '/v1/tax-rates',
      '/v1/tax-rates/{key}',
      '/v1/tax-rates/{key}/archive',
      '/v1/usage/corrections',
      '/v1/usage/corrections/{id}',
      '/v1/usage/corrections/{id}/apply',
      '/v1/usage/corrections/{id}/discard',
      '/v1/usage/removals',
      '/v1/usage/removals/plan',
      '/v1/usage/sources',
      '/v1/wallets/{id}',
      '/v1/wallets/{id}/grants',
      '/v1/webhook-endpoints',
      '/v1/webhook-endpoints/{id}',
      '/v1/webhook-endpoints/{id}/deliveries',
      '/v1/webhook-endpoints/{id}/deliveries/{delivery}',
      '/v1/webhook-endpoints/{id}/deliveries/{delivery}/resend',
      '/v1/webhook-endpoints/{id}/resend',
      '/v1/webhook-endpoints/{id}/rotate-secret',
      '/v1/webhook-endpoints/{id}/test',
      '/v1/webhook-event-types',
      '/v1/webhooks/stripe',
      '/v1/words',
    ]);
    const bare: string[] = [];
    describeFields(document, '', bare);
    assert.deepEqual(bare, []);
    const { properties } = document.paths['/v1/runs'].post.requestBody.content['application/json'].schema;
    assert.equal(properties.at.format, 'date-time');
  });

  it('packs its description for who takes it packed, and does not send it twice', async () => {
    const plain = await api.app.inject('/openapi.json');
    const packed = await api.app.inject({ url: '/openapi.json', headers: { 'accept-encoding': 'gzip, br' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body);
    assert.ok(packed.rawPayload.length * 8 < plain.rawPayload.length, 'it is much smaller');
    const etag = String(plain.headers['etag']);
    const again = await api.app.inject({ url: '/openapi.json', headers: { 'if-none-match': etag } });
    assert.deepEqual([again.statusCode, again.body], [304, '']);
  });

  it('gives examples of cursors that their lists take', async () => {
    const { paths } = (await api.app.inject('/openapi.json')).json();
    for (const list of [
      '/v1/customers',
      '/v1/invoices',
      '/v1/meters',
      '/v1/plans',
      '/v1/runs',
      '/v1/subscriptions',
      '/v1/usage/corrections',
      '/v1/usage/sources',
      '/v1/api-keys',
      '/v1/request-log',
      '/v1/webhook-endpoints',
    ]) {
      const { parameters, responses } = paths[list].get;
      const example = responses['200'].content['application/json'].schema.properties.nextCursor.anyOf[0].examples[0];
      assert.ok(JSON.stringify(parameters).includes(example), list);
      assert.equal((await api.get(`${list}?cursor=${example}`)).status, 200, list);
    }
  });
});

/** Collects the fields of all schemas in the document that lack a description, or a leaf's example. */
function describeFields(node: unknown, path: string, bare: string[]): void {
  if (typeof node !== 'object' || node === null) return;
  const { properties, ...rest } = node as { properties?: Record<string, Field> };
  for (const [name, field] of Object.entries(properties ?? {})) {
    const inner = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
    const isLeaf = !['object', 'array'].includes(inner.type ?? '');
    const isDescribed = inner.description !== undefined || inner.type === 'array';
    if (!isDescribed || (isLeaf && inner.examples === undefined && name !== 'working')) bare.push(`${path}/${name}`);
    describeFields(field, `${path}/${name}`, bare);
  }
  for (const [key, value] of Object.entries(rest)) {
    // Examples are values; a field of theirs that is called `properties` describes nothing.
    if (key !== 'examples') describeFields(value, `${path}/${key}`, bare);
  }
}

type Field = { type?: string; description?: string; examples?: unknown[]; anyOf?: Field[] };
