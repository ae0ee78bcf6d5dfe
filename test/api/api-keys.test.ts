import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { signedIn } from './access-support.ts';
import { assertProblem, useApi } from './support.ts';

describe('API keys over the API', () => {
  const api = useApi();
  const makeCustomer = async (externalId: string) => {
    const input = { externalId, name: externalId, currency: 'USD', zone: 'UTC' } as const;
    return (await createCustomer(api.database, input, 'test')).customer.id;
  };
  /** By who has signed in, without a key. */
  const ask = async (session: Record<string, string>, method: 'GET' | 'POST', url: string, body?: object) => {
    const headers = { ...session, ...(body && { 'content-type': 'application/json' }) };
    const answer = await api.app.inject({ method, url, headers, ...(body && { payload: body }) });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  };

  it('are made with a secret that is told once, listed, and ended', async () => {
    const made = await api.post('/v1/api-keys', { name: 'books', scopes: ['invoices:read'] });
    assert.equal(made.status, 201);
    const { secret, ...key } = made.body;
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await api.get('/v1/invoices', { headers })).status, 200);
    assert.deepEqual((await api.get(`/v1/api-keys/${key.id}`)).body.scopes, ['invoices:read']);
    assert.doesNotMatch(JSON.stringify((await api.get('/v1/api-keys')).body), /dbk_/);
    const ended = await api.post(`/v1/api-keys/${key.id}/revoke`, undefined);
    assert.ok(ended.body.revokedAt);
    const again = await api.post(`/v1/api-keys/${key.id}/revoke`, undefined);
    assert.deepEqual(again.body.revokedAt, ended.body.revokedAt, 'it is ended once');
  });

  it('get no scope that their maker has not', async () => {
    const { secret } = await createApiKey(api.database, { name: 'manager', scopes: ['keys:write', 'invoices:read'] });
    const as = { authorization: `Bearer ${secret}` };
    assert.equal((await api.post('/v1/api-keys', { name: 'less', scopes: ['invoices:read'] }, as)).status, 201);
    const more = await api.post('/v1/api-keys', { name: 'more', scopes: ['invoices:read', 'invoices:write'] }, as);
    assertProblem(more, 403, 'scope-missing', 'scopes');
    const unknown = await api.post('/v1/api-keys', { name: 'unknown', scopes: ['root'] });
    assertProblem(unknown, 400, 'request-invalid', 'scopes[0]');
  });

  it('of a customer are made by its own admin, bound to it, and make no others', async () => {
    const [id, otherId] = await Promise.all(['keyed', 'other'].map(makeCustomer));
    if (id === undefined) throw new Error('There are two customers.');
    const admin = await signedIn(api.database, { customerId: id, userId: null, role: 'admin' });
    const member = await signedIn(api.database, { customerId: id, userId: null, role: 'member' });
    const order = { name: 'ours', scopes: ['invoices:read'] };
    const made = await ask(admin, 'POST', '/v1/api-keys', order);
    assert.deepEqual([made.status, made.body.customerId], [201, id]);
    assertProblem(await ask(member, 'POST', '/v1/api-keys', order), 403, 'scope-missing');
    const foreign = { ...order, customer: otherId };
    const refused = await ask(admin, 'POST', '/v1/api-keys', foreign);
    assertProblem(refused, 404, 'not-found', 'customer');
    const beyond = { name: 'more', scopes: ['runs:write'] };
    const tooMuch = await ask(admin, 'POST', '/v1/api-keys', beyond);
    assertProblem(tooMuch, 403, 'scope-missing', 'scopes');
    const makes = { name: 'makes keys', scopes: ['keys:write'] };
    const children = await ask(admin, 'POST', '/v1/api-keys', makes);
    assertProblem(children, 400, 'request-invalid', 'scopes');
    const listed = await ask(admin, 'GET', '/v1/api-keys');
    assert.deepEqual(
      listed.body.data.map((key: { id: string }) => key.id),
      [made.body.id],
    );
    for (let count = 1; count < 20; count += 1)
      await createApiKey(api.database, { ...order, scopes: ['invoices:read'], customerId: id });
    const many = await ask(admin, 'POST', '/v1/api-keys', order);
    assertProblem(many, 409, 'api-key-refused');
  });
});
