import assert from 'node:assert/strict';
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
    assertProblem(await api.post('/v1/customers', airline(body.id)), 409, 'conflict', 'externalId');
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
      assert.ok(body.data.length <= 2);
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
    assertProblem(await api.get('/v1/customers?limit=0'), 400, 'request-invalid', 'limit');
    assertProblem(await api.get('/v1/customers?limit=many'), 400, 'request-invalid', 'limit');
    assertProblem(await api.get('/v1/customers?page=2'), 400, 'request-invalid', 'page');
    assertProblem(await api.get('/v1/customers?cursor=abc'), 400, 'request-invalid', 'cursor');
    assertProblem(await api.get('/v1/customers/%00'), 400, 'request-invalid', 'id');
    assertProblem(await api.get('/v1/customers/%zz'), 400, 'request-invalid');
  });
});
