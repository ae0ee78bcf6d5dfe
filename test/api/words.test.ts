import assert from 'node:assert/strict';
import { createApiKey } from '../../src/auth/api-keys.ts';
import { kindsByCode } from '../../src/targets/stripe/notice.ts';
import { useApi } from './support.ts';

describe('GET /v1/words', () => {
  const api = useApi();

  it('gives operators every column, and the kind of each code', async () => {
    const { status, body } = await api.get('/v1/words');
    assert.equal(status, 200);
    const { states, errors, failures, failureCodes } = body;
    const open = states['invoice-standing'].states.open;
    assert.deepEqual([open.label, open.tone], ['To be paid', 'attention']);
    assert.match(open.engineer, /^Issued/);
    assert.match(open.customer.youCan, /^Pay it/);
    assert.equal(states.run.states.running.customer, null);
    assert.deepEqual(
      [errors['not-found'].status, errors['not-found'].operator],
      [404, 'Check the address and the id.'],
    );
    assert.equal(failureCodes.stolen_card, 'declined-quietly');
    assert.equal(Object.keys(failureCodes).length, kindsByCode.size);
    for (const kind of Object.values(failureCodes)) assert.ok(failures[kind as string], kind as string);
  });

  it('gives customers their own column, of what they can meet', async () => {
    const reader = { externalId: 'reader', name: 'Reader', currency: 'USD', zone: 'UTC', clock: 'sample' };
    const { id } = (await api.post('/v1/customers', reader)).body;
    const key = await createApiKey(api.database, { name: 'reader', scopes: ['invoices:read'], customerId: id });
    const headers = { authorization: `Bearer ${key.secret}` };
    const { states, errors, failures, failureCodes } = (await api.get('/v1/words', { headers })).body;
    const open = states['invoice-standing'].states.open;
    assert.deepEqual([open.label, open.engineer, open.operator], ['To be paid', null, null]);
    assert.match(open.customer.happened, /ready to be paid/);
    assert.deepEqual([states.run, errors['plan-invalid'], failures, failureCodes], [undefined, undefined, {}, {}]);
    assert.equal(states.correction.states.previewed, undefined);
    const whole = (await api.get('/v1/words')).body;
    assert.ok(Object.keys(whole.errors).length > Object.keys(errors).length);
  });

  it('tells whoever has it already that nothing has changed', async () => {
    const { headers } = await api.get('/v1/words');
    assert.equal(headers['cache-control'], 'private, max-age=300');
    const { etag } = headers as { etag: string };
    const ask = (known: string) =>
      api.app.inject({ url: '/v1/words', headers: { authorization: `Bearer ${api.key}`, 'if-none-match': known } });
    const again = await ask(`"other", ${etag}`);
    assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etag]);
    assert.equal((await ask('"other"')).statusCode, 200);
  });
});
