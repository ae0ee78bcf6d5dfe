import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { assertProblem, useApi } from './support.ts';

/** The clock of the sample stands at 1 January 2013, 05:00 UTC: midnight in New York. */
describe('Subscriptions by HTTP', () => {
  const api = useApi();
  const startsAt = '2013-01-01T05:00:00Z';
  let customerId = '';

  before(async () => {
    const airline = { externalId: 'B6', name: 'JetBlue', currency: 'USD', zone: 'America/New_York', clock: 'sample' };
    customerId = (await api.post('/v1/customers', airline)).body.id;
  });

  it('are created, answered again, listed and read', async () => {
    const order = { customer: 'B6', plan: 'airports', startsAt, trialDays: 14 };
    const { status, headers, body } = await api.post('/v1/subscriptions', order);
    assert.equal(status, 201);
    assert.equal(headers['location'], `/v1/subscriptions/${body.id}`);
    assert.deepEqual([body.customer, body.customerId, body.state], ['B6', customerId, 'trialing']);
    assert.deepEqual([body.trialEndsAt, body.nextRenewalAt], ['2013-01-15T05:00:00.000Z', '2013-01-15T05:00:00.000Z']);
    const again = await api.post('/v1/subscriptions', order);
    assert.deepEqual([again.status, again.body.id], [200, body.id]);
    const { periods, ...summary } = (await api.get(`/v1/subscriptions/${body.id}`)).body;
    assert.deepEqual(periods, []);
    assert.deepEqual((await api.get('/v1/subscriptions?customer=B6')).body, { data: [summary], nextCursor: null });
    assertProblem(await api.get('/v1/subscriptions?customer=nobody'), 404, 'not-found', 'customer');
    assertProblem(await api.get('/v1/subscriptions/none'), 404, 'not-found', 'id');
    const huge = { ...order, planVersion: 99_999_999_999 };
    assertProblem(await api.post('/v1/subscriptions', huge), 400, 'request-invalid', 'planVersion');
    const nul = { ...order, plan: 'air\0ports' };
    assertProblem(await api.post('/v1/subscriptions', nul), 400, 'request-invalid', 'plan');
    const nobody = { ...order, customer: 'B\0' };
    assertProblem(await api.post('/v1/subscriptions', nobody), 400, 'request-invalid', 'customer');
  });

  it('are paused, resumed, changed and ended, each answered with what it has become', async () => {
    const { body } = await api.post('/v1/subscriptions', {
      customer: 'B6',
      plan: 'airports',
      billingGroup: 'cargo',
      requestId: 'r-1',
    });
    const at = `/v1/subscriptions/${body.id}`;
    const paused = await api.post(`${at}/pause`, { until: '2013-01-10T05:00:00Z', requestId: 'r-2' });
    assert.deepEqual(paused.body.pauses, [
      { startsAt: '2013-01-01T05:00:00.000Z', endsAt: '2013-01-10T05:00:00.000Z' },
    ]);
    assert.equal(paused.body.state, 'paused');
    const resumed = await api.post(`${at}/resume`, { at: '2013-01-05T05:00:00Z' });
    assert.equal(resumed.body.pauses[0].endsAt, '2013-01-05T05:00:00.000Z');
    const changed = await api.post(`${at}/change`, { when: 'renewal', anchor: 'anniversary' });
    assert.deepEqual(
      changed.body.phases.map((phase: { startsAt: string; anchor: string }) => [phase.startsAt, phase.anchor]),
      [
        ['2013-01-01T05:00:00.000Z', 'calendar'],
        ['2013-02-01T05:00:00.000Z', 'anniversary'],
      ],
    );
    const ended = await api.post(`${at}/cancel`, { when: 'period_end' });
    assert.equal(ended.body.endsAt, '2013-02-01T05:00:00.000Z');
    assertProblem(await api.post(`${at}/pause`, { at: '2013-03-01T05:00:00Z' }), 422, 'subscription-refused', 'at');
    const back = await api.post(`${at}/cancel`, { when: 'never' });
    assert.equal(back.body.endsAt, null);
    assertProblem(await api.post(`${at}/cancel`, { when: 'now', requestId: 'r-2' }), 409, 'conflict', 'requestId');
  });

  it('refuse other forms, and keys without the scope', async () => {
    const order = { customer: 'B6', plan: 'airports', startsAt, trialDays: -1 };
    assertProblem(await api.post('/v1/subscriptions', order), 400, 'request-invalid', 'trialDays');
    const { secret } = await createApiKey(api.database, { name: 'reader', scopes: ['customers:read'] });
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await api.get('/v1/subscriptions', { headers })).status, 200);
    const { data } = (await api.get('/v1/subscriptions')).body;
    assert.equal((await api.call('POST', `/v1/subscriptions/${data[0].id}/pause`, { headers, body: {} })).status, 403);
  });
});
