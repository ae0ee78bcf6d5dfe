import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { assertProblem, useApi } from './support.ts';

/** The clock of the sample stands at 1 January 2013, 05:00 UTC: midnight in New York. */
describe('Wallets by HTTP', () => {
  const api = useApi();
  const walletsAt = '/v1/customers/B6/wallets';
  let customerId = '';

  before(async () => {
    const airline = { externalId: 'B6', name: 'JetBlue', currency: 'USD', zone: 'America/New_York', clock: 'sample' };
    customerId = (await api.post('/v1/customers', airline)).body.id;
  });

  it('are opened, answered again, listed and read', async () => {
    const order = { name: 'Prepaid', priority: 10, endsAt: '2014-01-01T05:00:00Z' };
    const { status, headers, body } = await api.post(walletsAt, order);
    assert.equal(status, 201);
    assert.equal(headers['location'], `/v1/wallets/${body.id}`);
    assert.deepEqual(
      [body.customerId, body.currency, body.priority, body.endsAt, body.status, body.spendableMinor],
      [customerId, 'USD', 10, '2014-01-01T05:00:00.000Z', 'active', 0],
    );
    const again = await api.post(`/v1/customers/${customerId}/wallets`, order);
    assert.deepEqual([again.status, again.body.id], [200, body.id]);
    assertProblem(await api.post(walletsAt, { ...order, priority: 11 }), 409, 'conflict', 'name');
    const gifts = await api.post(walletsAt, { name: 'Gifts', priority: 5 });
    const { data } = (await api.get(walletsAt)).body;
    assert.deepEqual(
      data.map(({ name }: { name: string }) => name),
      ['Gifts', 'Prepaid'],
    );
    const read = (await api.get(`/v1/wallets/${gifts.body.id}`)).body;
    assert.deepEqual([read.name, read.endsAt, read.topUp, read.topUps], ['Gifts', null, null, []]);
    assertProblem(await api.get('/v1/wallets/none'), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/customers/nobody/wallets'), 404, 'not-found', 'id');
    assertProblem(await api.post('/v1/customers/nobody/wallets', order), 404, 'not-found', 'id');
    assertProblem(await api.post(walletsAt, { ...order, priority: 0 }), 400, 'request-invalid', 'priority');
    const past = { name: 'Past', endsAt: '2012-01-01T05:00:00Z' };
    assertProblem(await api.post(walletsAt, past), 422, 'wallet-refused', 'endsAt');
    assertProblem(await api.post(walletsAt, { name: 'Francs', currency: 'FRF' }), 422, 'currency-unknown', 'currency');
  });

  it('take grants once, each with what is left of it', async () => {
    const { body: wallet } = await api.post(walletsAt, { name: 'Grants' });
    const grantsAt = `/v1/wallets/${wallet.id}/grants`;
    const gift = { amountMinor: 2_500, endsAt: '2013-07-01T04:00:00Z', requestId: 'welcome' };
    const { status, body } = await api.post(grantsAt, gift);
    assert.equal(status, 201);
    assert.deepEqual([body.balanceMinor, body.isPaid, body.startsAt], [2_500, false, '2013-01-01T05:00:00.000Z']);
    const again = await api.post(grantsAt, gift);
    assert.deepEqual([again.status, again.body], [200, body]);
    assertProblem(await api.post(grantsAt, { ...gift, amountMinor: 2_501 }), 409, 'conflict', 'amountMinor');
    await api.post(grantsAt, { amountMinor: 10_000, isPaid: true, requestId: 'order 1' });
    await api.post(grantsAt, { amountMinor: 700, startsAt: '2013-03-01T05:00:00Z', requestId: 'later' });
    const read = (await api.get(`/v1/wallets/${wallet.id}`)).body;
    assert.deepEqual(
      [read.spendableMinor, read.promotionalMinor, read.paidMinor, read.comingMinor, read.endedMinor],
      [12_500, 2_500, 10_000, 700, 0],
    );
    const first = (await api.get(`${grantsAt}?limit=2`)).body;
    const rest = (await api.get(`${grantsAt}?limit=2&cursor=${first.nextCursor}`)).body;
    assert.deepEqual([first.data.length, rest.data.length, rest.nextCursor], [2, 1, null]);
    const over = {
      amountMinor: 1,
      endsAt: '2012-12-31T05:00:00Z',
      startsAt: '2012-12-01T05:00:00Z',
      requestId: 'over',
    };
    assertProblem(await api.post(grantsAt, over), 422, 'wallet-refused', 'endsAt');
    assertProblem(await api.post(grantsAt, { ...gift, amountMinor: 0 }), 400, 'request-invalid', 'amountMinor');
    assertProblem(
      await api.post(grantsAt, { amountMinor: 1.5, requestId: 'x' }),
      400,
      'request-invalid',
      'amountMinor',
    );
    const nul = { amountMinor: 1, requestId: 'a\0b' };
    assertProblem(await api.post(grantsAt, nul), 400, 'request-invalid', 'requestId');
    assertProblem(await api.post('/v1/wallets/none/grants', gift), 404, 'not-found', 'id');
  });

  it('show what the customer has and how it came about, and that all of it adds up', async () => {
    const first = (await api.get(`/v1/customers/B6/balance?limit=2`)).body;
    assert.deepEqual(first.balances, [{ currency: 'USD', balanceMinor: 0, walletsMinor: 12_500 }]);
    assert.deepEqual(
      first.data.map(({ kind, amountMinor }: { kind: string; amountMinor: number }) => [kind, amountMinor]),
      [
        ['grant', 700],
        ['grant', 10_000],
      ],
    );
    assert.deepEqual(
      first.data[1].entries.map((entry: { account: string; amountMinor: number }) => [
        entry.account,
        entry.amountMinor,
      ]),
      [
        ['grant', 10_000],
        ['funded', -10_000],
      ],
    );
    const rest = (await api.get(`/v1/customers/B6/balance?limit=2&cursor=${first.nextCursor}`)).body;
    assert.deepEqual([rest.data.length, rest.data[0].amountMinor, rest.nextCursor], [1, 2_500, null]);
    assertProblem(await api.get('/v1/customers/B6/balance?cursor=WyIwIl0'), 400, 'request-invalid', 'cursor');
    assertProblem(await api.get('/v1/customers/nobody/balance'), 404, 'not-found', 'id');
    const { body } = await api.get('/v1/ledger/check');
    assert.deepEqual(
      [body.isBalanced, body.transfers, body.entries, body.sums, body.differences, body.unbalanced],
      [true, 3, 6, [{ currency: 'USD', sumMinor: 0 }], [], []],
    );
  });

  it('are changed while they live: their end, their place, their top-ups', async () => {
    const { body: wallet } = await api.post(walletsAt, { name: 'Changing' });
    const at = `/v1/wallets/${wallet.id}`;
    const change = (body: unknown) => api.call('PATCH', at, { body });
    const topUp = { thresholdMinor: 1_000, amountMinor: 5_000, monthlyMinor: 8_000 };
    // Nothing is in it, so that it is at its threshold already: one order, and no second one while that is open.
    assert.deepEqual((await change({ topUp, priority: 7 })).body.topUp, topUp);
    await change({ topUp: { ...topUp, thresholdMinor: 2_000 } });
    const { topUps } = (await api.get(at)).body;
    assert.deepEqual(
      topUps.map((order: { number: number; amountMinor: number; balanceMinor: number; outcome: string | null }) => [
        order.number,
        order.amountMinor,
        order.balanceMinor,
        order.outcome,
      ]),
      [[1, 5_000, 0, null]],
    );
    assertProblem(
      await change({ topUp: { ...topUp, monthlyMinor: 4_999 } }),
      400,
      'request-invalid',
      'topUp.monthlyMinor',
    );
    assert.equal((await change({ topUp: null })).body.topUp, null);
    assertProblem(await change({ endsAt: '2013-01-01T04:59:59Z' }), 422, 'wallet-refused', 'endsAt');
    assert.equal((await change({ endsAt: '2013-01-02T05:00:00Z' })).body.endsAt, '2013-01-02T05:00:00.000Z');
    assert.equal((await change({ endsAt: null })).body.endsAt, null);
    // Now is the last instant that can be chosen, and there is no way back.
    const ended = (await change({ endsAt: '2013-01-01T05:00:00Z' })).body;
    assert.deepEqual([ended.status, ended.priority], ['ended', 7]);
    assertProblem(await change({ endsAt: null }), 422, 'wallet-refused', 'id');
    const grant = { amountMinor: 1, requestId: 'too late' };
    assertProblem(await api.post(`${at}/grants`, grant), 422, 'wallet-refused', 'wallet');
    assertProblem(await api.call('PATCH', '/v1/wallets/none', { body: {} }), 404, 'not-found', 'id');
  });

  it('are no business of a key that may only create customers', async () => {
    const { secret } = await createApiKey(api.database, { name: 'crm', scopes: ['customers:write', 'wallets:read'] });
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await api.get(walletsAt, { headers })).status, 200);
    assertProblem(await api.call('POST', walletsAt, { headers, body: { name: 'X' } }), 403, 'scope-missing');
  });
});
