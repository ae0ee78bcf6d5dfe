import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { assertProblem, useApi } from './support.ts';

describe('Coupons by HTTP', () => {
  const api = useApi();
  const spring = { key: 'spring', name: 'Spring offer', percentage: '12.5', duration: 'bills', bills: 3 };

  before(async () => {
    const airline = { externalId: 'B6', name: 'JetBlue', currency: 'USD', zone: 'America/New_York', clock: 'sample' };
    const subscription = { plan: 'airports', startsAt: '2013-01-01T05:00:00Z' };
    await api.post('/v1/customers', { ...airline, subscription });
  });

  it('are made, answered again, refused with other content, listed and read', async () => {
    const made = await api.post('/v1/coupons', spring);
    assert.equal(made.status, 201);
    assert.equal(made.headers['location'], '/v1/coupons/spring');
    const { id, createdAt, ...terms } = made.body;
    assert.ok(id && createdAt, 'id && createdAt');
    assert.deepEqual(terms, {
      ...spring,
      amountMinor: null,
      currency: null,
      plans: null,
      meters: null,
      maxRedemptions: null,
      maxPerCustomer: null,
      redeemBy: null,
      redemptionCount: 0,
      archivedAt: null,
    });
    const again = await api.post('/v1/coupons', { ...spring, percentage: '12.50' });
    assert.deepEqual([again.status, again.body], [200, made.body]);
    assertProblem(await api.post('/v1/coupons', { ...spring, bills: 4 }), 409, 'conflict', 'bills');
    assert.deepEqual((await api.get('/v1/coupons/spring')).body, made.body);
    assertProblem(await api.get('/v1/coupons/none'), 404, 'not-found', 'key');
    const welcome = {
      key: 'welcome',
      name: 'Welcome',
      amount: '50.00',
      currency: 'usd',
      duration: 'once',
      plans: ['airports'],
      meters: ['departures'],
      maxRedemptions: 1,
      maxPerCustomer: 1,
      redeemBy: '2013-06-01T00:00:00+02:00',
    };
    const { body } = await api.post('/v1/coupons', welcome);
    assert.deepEqual(
      [body.amountMinor, body.currency, body.plans, body.redeemBy],
      [5_000, 'USD', ['airports'], '2013-05-31T22:00:00.000Z'],
    );
    assert.equal((await api.post('/v1/coupons', welcome)).status, 200);
    const first = await api.get('/v1/coupons?limit=1');
    assert.deepEqual(first.body.data, [made.body]);
    const next = await api.get(`/v1/coupons?limit=1&cursor=${first.body.nextCursor}`);
    assert.deepEqual(next.body, { data: [body], nextCursor: null });
  });

  it('are refused in other forms, by the field at fault', async () => {
    const refused = async (change: object, field: string, code = 'coupon-invalid', status = 422) => {
      const answer = await api.post('/v1/coupons', { ...spring, key: 'other', ...change });
      assertProblem(answer, status, code, field);
    };
    await refused({ amount: '5' }, 'amount');
    await refused({ percentage: undefined }, 'amount');
    await refused({ percentage: '100.01' }, 'percentage');
    await refused({ percentage: '0' }, 'percentage');
    await refused({ currency: 'USD' }, 'currency');
    await refused({ bills: undefined }, 'bills');
    await refused({ duration: 'once' }, 'bills');
    await refused({ percentage: undefined, amount: '0.005', currency: 'USD' }, 'amount');
    await refused({ percentage: undefined, amount: '5' }, 'currency');
    await refused({ percentage: undefined, amount: '90071992547410', currency: 'USD' }, 'amount');
    await refused({ percentage: '1e1' }, 'percentage', 'decimal-invalid');
    await refused({ plans: ['airports', 'nowhere'] }, 'plans[1]');
    await refused({ meters: ['nothing'] }, 'meters[0]');
    await refused({ redeemBy: 'June' }, 'redeemBy');
    await refused({ maxRedemptions: 0 }, 'maxRedemptions', 'request-invalid', 400);
    await refused({ duration: 'twice' }, 'duration', 'request-invalid', 400);
    assertProblem(await api.get('/v1/coupons/other'), 404, 'not-found', 'key');
  });

  it('are redeemed, listed with what is left, ended and archived', async () => {
    const redeemed = await api.post('/v1/customers/B6/coupons', { coupon: 'welcome' });
    assert.equal(redeemed.status, 201);
    assert.deepEqual(
      [redeemed.body.coupon.key, redeemed.body.leftMinor, redeemed.body.isOpen, redeemed.body.redeemedAt],
      ['welcome', 5_000, true, '2013-01-01T05:00:00.000Z'],
    );
    const again = await api.post('/v1/customers/B6/coupons', { coupon: 'welcome' });
    assert.deepEqual([again.status, again.body], [200, redeemed.body]);
    const { id } = (await api.get('/v1/customers/B6')).body.subscriptions[0];
    const limited = await api.post('/v1/customers/B6/coupons', { coupon: 'spring', subscription: id });
    assert.deepEqual([limited.body.subscriptionId, limited.body.billsLeft, limited.body.leftMinor], [id, 3, null]);
    assert.deepEqual((await api.get('/v1/customers/B6/coupons')).body, { data: [redeemed.body, limited.body] });
    const ended = await api.call('DELETE', `/v1/customers/B6/coupons/${redeemed.body.id}`);
    assert.deepEqual([ended.status, ended.body.isOpen, ended.body.endedAt], [200, false, '2013-01-01T05:00:00.000Z']);
    assert.deepEqual((await api.call('DELETE', `/v1/customers/B6/coupons/${redeemed.body.id}`)).body, ended.body);
    // The one place of it is taken, and stays so.
    assertProblem(await api.post('/v1/customers/B6/coupons', { coupon: 'welcome' }), 422, 'coupon-refused', 'coupon');
    const archived = await api.post('/v1/coupons/spring/archive', {});
    assert.ok(archived.body.archivedAt, 'archived.body.archivedAt');
    assert.deepEqual((await api.post('/v1/coupons/spring/archive', {})).body, archived.body);
    assertProblem(await api.post('/v1/coupons/none/archive', {}), 404, 'not-found', 'key');
    assertProblem(await api.post('/v1/customers/B6/coupons', { coupon: 'spring' }), 422, 'coupon-refused', 'coupon');
  });

  it('say who or what is not there', async () => {
    const at = '/v1/customers/B6/coupons';
    assertProblem(await api.post('/v1/customers/none/coupons', { coupon: 'spring' }), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/customers/none/coupons'), 404, 'not-found', 'id');
    assertProblem(await api.post(at, { coupon: 'none' }), 404, 'not-found', 'coupon');
    assertProblem(await api.post(at, { coupon: 'welcome', subscription: 'x' }), 404, 'not-found', 'subscription');
    assertProblem(await api.call('DELETE', `${at}/none`), 404, 'not-found', 'redemption');
    assertProblem(await api.call('DELETE', '/v1/customers/none/coupons/none'), 404, 'not-found', 'id');
  });

  it('are kept from keys without the scope', async () => {
    const { secret } = await createApiKey(api.database, { name: 'reader', scopes: ['plans:read', 'customers:read'] });
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await api.get('/v1/coupons', { headers })).status, 200);
    assert.equal((await api.get('/v1/customers/B6/coupons', { headers })).status, 200);
    for (const [method, url] of [
      ['POST', '/v1/coupons'],
      ['POST', '/v1/coupons/spring/archive'],
      ['POST', '/v1/customers/B6/coupons'],
      ['DELETE', '/v1/customers/B6/coupons/none'],
    ] as const) {
      assertProblem(await api.call(method, url, { headers }), 403, 'scope-missing');
    }
  });
});
