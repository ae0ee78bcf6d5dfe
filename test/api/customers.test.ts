import assert from 'node:assert/strict';
import { customerIdOf } from '../../src/billing/ids.ts';
import { assertProblem, useApi } from './support.ts';

const airline = (externalId: string, rest: Record<string, unknown> = {}) => ({
  externalId,
  name: 'JetBlue Airways',
  email: 'billing@jetblue.example',
  currency: 'usd',
  zone: 'america/new_york',
  clock: 'sample',
  subscription: { plan: 'airports', startsAt: '2013-01-01T05:00:00Z' },
  ...rest,
});

describe('Customers', () => {
  const api = useApi();

  const auditOf = async (id: string) => {
    const { rows } = await api.database.query<{ actor: string; action: string; detail: object }>(
      `SELECT actor, action, detail FROM audit_log WHERE subject_id = $1`,
      [id],
    );
    return rows;
  };

  it('are created with their subscription and found by either id', async () => {
    const { status, headers, body } = await api.post('/v1/customers', airline('B6'));
    assert.equal(status, 201);
    assert.equal(headers['location'], `/v1/customers/${body.id}`);
    assert.deepEqual([body.currency, body.zone, body.priority], ['USD', 'America/New_York', 'normal']);
    const [subscription] = body.subscriptions;
    assert.equal(subscription.plan, 'airports');
    assert.equal(subscription.planVersion, 1);
    assert.equal(subscription.startsAt, '2013-01-01T05:00:00.000Z');
    assert.deepEqual((await api.get('/v1/customers/B6')).body, body);
    assert.deepEqual((await api.get(`/v1/customers/${body.id.toUpperCase()}`)).body, body);
    assertProblem(await api.get('/v1/customers/nobody'), 404, 'not-found', 'id');
    const periods = await api.database.query('SELECT FROM periods');
    assert.equal(periods.rowCount, 0, 'periods are laid out by runs');
  });

  it('leave an audit entry each, without personal data', async () => {
    const { body } = await api.post('/v1/customers', airline('audited'));
    const entries = [...(await auditOf(body.id)), ...(await auditOf(body.subscriptions[0].id))];
    assert.deepEqual(
      entries.map(({ actor, action }) => [actor, action]),
      [
        ['api-key:tests', 'created'],
        ['api-key:tests', 'created'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(entries), /JetBlue|billing@/);
  });

  it('are the same when the same is asked again, also at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.post('/v1/customers', airline('UA'))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 201]);
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    assert.equal((await auditOf(answers[0]!.body.id)).length, 1);
    const withoutStart = await api.post('/v1/customers', airline('UA', { subscription: { plan: 'airports' } }));
    assert.equal(withoutStart.status, 200, 'a start that is left out contradicts nothing');
  });

  it('contradict a request for other content, naming what differs', async () => {
    await api.post('/v1/customers', airline('DL'));
    const differing: [string, Record<string, unknown>][] = [
      ['name', { name: 'Delta' }],
      ['email', { email: undefined }],
      ['currency', { currency: 'EUR' }],
      ['zone', { zone: 'UTC' }],
      ['clock', { clock: 'real' }],
      ['priority', { priority: 'high' }],
      ['subscription.plan', { subscription: { plan: 'other' } }],
      ['subscription.startsAt', { subscription: { plan: 'airports', startsAt: '2013-01-02T05:00:00Z' } }],
      ['subscription.billingGroup', { subscription: { plan: 'airports', billingGroup: 'cargo' } }],
    ];
    for (const [field, rest] of differing) {
      assertProblem(await api.post('/v1/customers', airline('DL', rest)), 409, 'conflict', field);
    }
  });

  it('are refused as a whole when any part of them is wrong', async () => {
    const wrong: [Record<string, unknown>, number, string, string][] = [
      [{ externalId: undefined }, 400, 'request-invalid', 'externalId'],
      [{ externalId: 7 }, 400, 'request-invalid', 'externalId'],
      [{ externalId: '' }, 400, 'request-invalid', 'externalId'],
      [{ name: 'nul\0' }, 400, 'request-invalid', 'name'],
      [{ email: 'nobody' }, 400, 'request-invalid', 'email'],
      [{ currency: 'XXX' }, 422, 'currency-unknown', 'currency'],
      [{ zone: '+05:00' }, 422, 'zone-unknown', 'zone'],
      [{ clock: 'sundial' }, 422, 'clock-unknown', 'clock'],
      [{ priority: 'urgent' }, 400, 'request-invalid', 'priority'],
      [{ phone: '1' }, 400, 'request-invalid', 'phone'],
      [{ subscription: {} }, 400, 'request-invalid', 'subscription.plan'],
      [{ subscription: { plan: 'none' } }, 422, 'plan-unknown', 'subscription.plan'],
      [{ currency: 'EUR' }, 422, 'currency-mismatch', 'subscription.plan'],
      [{ subscription: { plan: 'airports', startsAt: '2013-01-01' } }, 400, 'request-invalid', 'subscription.startsAt'],
      [
        { subscription: { plan: 'airports', startsAt: '1813-01-01T00:00:00Z' } },
        400,
        'request-invalid',
        'subscription.startsAt',
      ],
    ];
    for (const [rest, status, code, field] of wrong) {
      assertProblem(await api.post('/v1/customers', airline('wrong', rest)), status, code, field);
    }
    assertProblem(await api.get('/v1/customers/wrong'), 404, 'not-found', 'id');
  });

  it("cannot take another's id for a name", async () => {
    const { body } = await api.post('/v1/customers', airline('AA'));
    // Not in capitals either, and not before that other customer is there: ids are derived, so anybody can foresee them.
    for (const id of [body.id, body.id.toUpperCase(), customerIdOf('still to come').toUpperCase()]) {
      assertProblem(await api.post('/v1/customers', airline(id)), 400, 'request-invalid', 'externalId');
    }
    const theirs = '0B6F8A52-1F0A-4C57-9F3D-6A3C2D1E0F4B';
    assert.equal((await api.post('/v1/customers', airline(theirs))).status, 201, 'a random UUID is nobody else');
    assert.equal((await api.get(`/v1/customers/${theirs}`)).body.externalId, theirs);
  });

  it('may have names and ids of 255 characters, however many bytes each takes', async () => {
    const longest = ['\u{1f6eb}', '机', '\u0001'].map((character) => character.repeat(255));
    for (const externalId of longest) {
      assert.equal((await api.post('/v1/customers', airline(externalId, { name: externalId }))).status, 201);
      assert.equal((await api.get(`/v1/customers/${encodeURIComponent(externalId)}`)).body.externalId, externalId);
    }
    const tooLong = airline('\u{1f6eb}'.repeat(256));
    assertProblem(await api.post('/v1/customers', tooLong), 400, 'request-invalid', 'externalId');
    assertProblem(await api.get(`/v1/customers/${'x'.repeat(3_061)}`), 400, 'request-invalid');
    const seen: string[] = [];
    for (let url = '/v1/customers?limit=1'; url !== ''; ) {
      const { data, nextCursor } = (await api.get(url)).body;
      seen.push(data[0].externalId);
      url = nextCursor === null ? '' : `/v1/customers?limit=1&cursor=${nextCursor}`;
    }
    for (const externalId of longest) assert.ok(seen.includes(externalId), 'the page after it is reached');
  });

  it('begin now on their clock when no start is named', async () => {
    const { body } = await api.post('/v1/customers', airline('F9', { subscription: { plan: 'airports' } }));
    assert.equal(body.subscriptions[0].startsAt, '2013-01-01T05:00:00.000Z');
  });

  it('are listed page by page, each once', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => `page-${index}`);
    for (const id of ids) await api.post('/v1/customers', airline(id));
    const seen: string[] = [];
    let url = '/v1/customers?limit=2';
    for (let pages = 0; pages < 20; pages += 1) {
      const { body } = await api.get(url);
      assert.ok(body.data.length <= 2, 'body.data.length <= 2');
      seen.push(...body.data.map(({ externalId }: { externalId: string }) => externalId));
      if (body.nextCursor === null) break;
      url = `/v1/customers?limit=2&cursor=${body.nextCursor}`;
    }
    assert.deepEqual(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen.filter((id) => id.startsWith('page-')),
      ids,
    );
    const { rows } = await api.database.query<{ count: number }>('SELECT count(*)::int AS count FROM customers');
    assert.equal(seen.length, rows[0]?.count);
  });

  it('are not listed from an address that was made up', async () => {
    for (const limit of ['0', '201', '-1', 'many', 'Infinity', '1e1', '0x10', '%2010', '1.0', '', '1&limit=2']) {
      assertProblem(await api.get(`/v1/customers?limit=${limit}`), 400, 'request-invalid', 'limit');
    }
    assertProblem(await api.get('/v1/customers?page=2'), 400, 'request-invalid', 'page');
    const given = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const id = 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55';
    for (const [list, cursor] of [
      ['customers', 'abc'],
      ['customers', given('B6', 'UA')],
      ['customers', given(7)],
      ['customers', given('half \ud83d')],
      ['customers', `${given('B6')}=`],
      ['invoices', given('2013-01-01T05:00:00.000Z')],
      ['invoices', given('2013-01-01T05:00:00Z', id)],
      ['invoices', given('+275760-09-13T00:00:00.000Z', id)],
      ['invoices', given('-271821-04-20T00:00:00.000Z', id)],
      ['invoices', given('2013-01-01T05:00:00.000Z', id, '')],
      ['runs', given('2013-01-01T05:00:00.000Z', 'last')],
      ['runs', given('2013-01-01T05:00:00.000Z', id.toUpperCase())],
      ['runs', given('2013-13-01T05:00:00.000Z', id)],
    ]) {
      assertProblem(await api.get(`/v1/${list}?cursor=${cursor}`), 400, 'request-invalid', 'cursor');
    }
    assertProblem(await api.get('/v1/customers/%00'), 400, 'request-invalid', 'id');
    assertProblem(await api.get('/v1/customers/%zz'), 400, 'request-invalid');
  });
});
