import assert from 'node:assert/strict';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { assertProblem, useApi } from './support.ts';

const url = 'https://acme.example/hooks';

describe('Webhook endpoints over the API', () => {
  const api = useApi();
  const add = async (body: object = {}) => (await api.post('/v1/webhook-endpoints', { url, ...body })).body;
  beforeEach(() => api.database.query('DELETE FROM webhook_endpoints'));

  it('are added with a secret that is told once, changed, disabled and removed', async () => {
    const { secret, ...made } = await add({ eventTypes: ['invoice.paid'], description: 'Books' });
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    const at = `/v1/webhook-endpoints/${made.id}`;
    assert.deepEqual((await api.get(at)).body, made);
    assert.doesNotMatch(JSON.stringify((await api.get('/v1/webhook-endpoints')).body), /whsec/);
    const changed = await api.call('PATCH', at, { body: { eventTypes: null, state: 'disabled' } });
    assert.deepEqual(
      [changed.body.eventTypes, changed.body.state, changed.body.disabledBecause],
      [null, 'disabled', 'person'],
    );
    assertProblem(await api.post(`${at}/test`, undefined), 409, 'webhook-endpoint-refused');
    const enabled = await api.call('PATCH', at, { body: { state: 'enabled' } });
    assert.deepEqual([enabled.body.state, enabled.body.disabledAt], ['enabled', null]);
    const rotated = await api.post(`${at}/rotate-secret`, undefined);
    assert.notEqual(rotated.body.secret, secret);
    assert.ok(rotated.body.previousSecretUntil);
    assert.deepEqual((await api.call('DELETE', at)).body, { id: made.id });
    assertProblem(await api.get(at), 404, 'not-found', 'id');
    assertProblem(await api.call('DELETE', at), 404, 'not-found', 'id');
  });

  it('refuse addresses and event types that there are not, naming the field', async () => {
    const refused = (body: object, field: string) =>
      api
        .post('/v1/webhook-endpoints', { url, ...body })
        .then((answer) => assertProblem(answer, 400, 'request-invalid', field));
    await refused({ url: 'http://acme.example/' }, 'url');
    await refused({ url: 'https://169.254.169.254/latest' }, 'url');
    await refused({ eventTypes: ['invoice.paid', 'invoice.eaten'] }, 'eventTypes[1]');
    assertProblem(await api.post('/v1/webhook-endpoints', { url, customer: 'nobody' }), 404, 'not-found', 'customer');
    const { id } = await add();
    const change = await api.call('PATCH', `/v1/webhook-endpoints/${id}`, { body: { url: 'https://localhost/' } });
    assertProblem(change, 400, 'request-invalid', 'url');
  });

  it('are 20 of one owner at most', async () => {
    for (let count = 0; count < 20; count += 1) await add();
    assertProblem(await api.post('/v1/webhook-endpoints', { url }), 409, 'webhook-endpoint-refused');
  });

  it('of a customer are told apart from those of the business', async () => {
    const input = { externalId: 'hooked', name: 'Hooked', currency: 'USD', zone: 'UTC' } as const;
    const { customer } = await createCustomer(api.database, input, 'test');
    const own = await add({ customer: 'hooked' });
    const business = await add();
    const idsOf = async (query: string) =>
      (await api.get(`/v1/webhook-endpoints?${query}`)).body.data.map(({ id }: { id: string }) => id);
    assert.equal(own.customerId, customer.id);
    assert.deepEqual(await idsOf('customer=hooked'), [own.id]);
    assert.deepEqual(await idsOf('owner=business'), [business.id]);
    assert.deepEqual((await idsOf('')).sort(), [own.id, business.id].sort());
    const held = await api.post('/v1/webhook-endpoints', { url, customer: 'hooked', eventTypes: ['invoice.held'] });
    assertProblem(held, 400, 'request-invalid', 'eventTypes[0]');
  });

  it('list deliveries with what is sent and every attempt, page by page', async () => {
    const { id } = await add();
    const at = `/v1/webhook-endpoints/${id}`;
    const sent = [];
    for (let count = 0; count < 3; count += 1) sent.push((await api.post(`${at}/test`, undefined)).body.id);
    const first = (await api.get(`${at}/deliveries?limit=2`)).body;
    const second = (await api.get(`${at}/deliveries?limit=2&cursor=${first.nextCursor}`)).body;
    const listed = [...first.data, ...second.data].map((one: { id: string }) => one.id);
    assert.deepEqual(listed, sent.reverse());
    const { body } = await api.get(`${at}/deliveries/${sent[0]}`);
    assert.deepEqual([body.type, body.event.data, body.log], ['webhook.test', { id, customerId: null }, []]);
    assertProblem(await api.post(`${at}/deliveries/${sent[0]}/resend`, undefined), 409, 'webhook-endpoint-refused');
    await api.database.query(`UPDATE webhook_deliveries SET state = 'failed', reason = 'timeout', ended_at = now()`);
    assert.equal((await api.get(`${at}/deliveries?state=failed&type=webhook.test`)).body.data.length, 3);
    assert.equal((await api.post(`${at}/deliveries/${sent[0]}/resend`, undefined)).body.state, 'pending');
    assert.deepEqual((await api.post(`${at}/resend`, { since: '2013-01-01T00:00:00Z' })).body, { count: 2 });
    assertProblem(await api.post(`${at}/resend`, { since: 'yesterday' }), 400, 'request-invalid', 'since');
    assertProblem(await api.get(`${at}/deliveries/${id}`), 404, 'not-found', 'delivery');
  });
});
