import assert from 'node:assert/strict';
import { createApiKey, createAuthenticator, revokeApiKey } from '../../src/auth/api-keys.ts';
import { type Scope, scopes } from '../../src/auth/scopes.ts';
import { assertProblem, useApi } from './support.ts';

describe('API keys', () => {
  const api = useApi();
  const as = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });

  it('are told once and stored as a hash only', async () => {
    const { id, secret } = await createApiKey(api.database, { name: 'ingest', scopes: ['events:write'] });
    assert.match(secret, /^dbk_[A-Za-z0-9_-]{43}$/);
    const { rows } = await api.database.query(`SELECT to_jsonb(k) AS key FROM api_keys k WHERE id = $1`, [id]);
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(secret.slice(4)));
    const others = await Promise.all([1, 2, 3].map(() => createApiKey(api.database, { name: 'ingest', scopes })));
    assert.equal(new Set([secret, ...others.map((key) => key.secret)]).size, 4);
    await assert.rejects(createApiKey(api.database, { name: 'none', scopes: [] }), { code: 'request-invalid' });
    await assert.rejects(createApiKey(api.database, { name: 'root', scopes: ['root' as Scope] }), {
      code: 'request-invalid',
    });
  });

  it('open what their scopes name and nothing else', async () => {
    const calls: [Scope, 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT', string][] = [
      ['events:write', 'POST', '/v1/events'],
      ['events:write', 'POST', '/v1/events/batch'],
      ['customers:write', 'POST', '/v1/customers'],
      ['customers:read', 'GET', '/v1/customers'],
      ['customers:read', 'GET', '/v1/customers/x'],
      ['customers:read', 'GET', '/v1/customers/x/coupons'],
      ['customers:write', 'POST', '/v1/customers/x/coupons'],
      ['customers:write', 'DELETE', '/v1/customers/x/coupons/y'],
      ['plans:read', 'GET', '/v1/coupons'],
      ['plans:read', 'GET', '/v1/coupons/x'],
      ['plans:write', 'POST', '/v1/coupons'],
      ['plans:write', 'POST', '/v1/coupons/x/archive'],
      ['invoices:read', 'GET', '/v1/invoices'],
      ['invoices:read', 'GET', '/v1/invoices/x'],
      ['invoices:read', 'GET', '/v1/invoices/x/pdf'],
      ['invoices:read', 'POST', '/v1/invoices/preview'],
      ['invoices:write', 'POST', '/v1/invoices/x/credit-notes'],
      ['invoices:read', 'POST', '/v1/invoices/x/credit-notes/preview'],
      ['invoices:read', 'GET', '/v1/invoices/x/credit-notes'],
      ['invoices:read', 'GET', '/v1/credit-notes'],
      ['invoices:read', 'GET', '/v1/credit-notes/x'],
      ['invoices:write', 'POST', '/v1/usage/corrections'],
      ['invoices:read', 'GET', '/v1/usage/corrections'],
      ['invoices:read', 'GET', '/v1/usage/corrections/x'],
      ['invoices:write', 'POST', '/v1/usage/corrections/x/apply'],
      ['invoices:write', 'POST', '/v1/usage/corrections/x/discard'],
      ['invoices:write', 'POST', '/v1/invoices/x/reissue'],
      ['invoices:read', 'GET', '/v1/usage/sources'],
      ['invoices:read', 'GET', '/v1/words'],
      ['settings:read', 'GET', '/v1/settings/dunning'],
      ['settings:write', 'PUT', '/v1/settings/dunning'],
      ['customers:read', 'GET', '/v1/customers/x/dunning'],
      ['customers:write', 'PUT', '/v1/customers/x/dunning'],
      ['invoices:read', 'GET', '/v1/invoices/x/dunning'],
      ['invoices:write', 'POST', '/v1/invoices/x/dunning/pause'],
      ['invoices:write', 'POST', '/v1/invoices/x/dunning/resume'],
      ['invoices:read', 'GET', '/v1/messages'],
      ['invoices:read', 'GET', '/v1/messages/x'],
      ['invoices:read', 'GET', '/v1/credit-notes/x/pdf'],
      ['wallets:write', 'POST', '/v1/customers/x/wallets'],
      ['wallets:read', 'GET', '/v1/customers/x/wallets'],
      ['wallets:read', 'GET', '/v1/wallets/x'],
      ['wallets:write', 'PATCH', '/v1/wallets/x'],
      ['wallets:write', 'POST', '/v1/wallets/x/grants'],
      ['wallets:read', 'GET', '/v1/wallets/x/grants'],
      ['wallets:read', 'GET', '/v1/customers/x/balance'],
      ['wallets:read', 'GET', '/v1/ledger/check'],
      ['invoices:write', 'PATCH', '/v1/invoices/x'],
      ['personal-data:read', 'GET', '/v1/customers/x/personal-data'],
      ['personal-data:read', 'GET', '/v1/customers/x/personal-data/events'],
      ['personal-data:erase', 'POST', '/v1/customers/x/erasure'],
      ['settings:read', 'GET', '/v1/settings/retention'],
      ['settings:write', 'PUT', '/v1/settings/retention'],
      ['settings:read', 'GET', '/v1/usage/removals'],
      ['settings:read', 'GET', '/v1/usage/removals/plan'],
      ['customers:read', 'GET', '/v1/customers/x/billing'],
      ['customers:write', 'PUT', '/v1/customers/x/billing'],
      ['invoices:write', 'POST', '/v1/invoices'],
      ['invoices:write', 'POST', '/v1/customers/x/pending-items'],
      ['invoices:read', 'GET', '/v1/customers/x/pending-items'],
      ['invoices:read', 'GET', '/v1/customers/x/calendar'],
      ['invoices:read', 'GET', '/v1/customers/x/expected-bill'],
      ['invoices:read', 'POST', '/v1/customers/x/what-if'],
      ['invoices:read', 'GET', '/v1/customers/x/usage'],
      ['invoices:read', 'GET', '/v1/customers/x/usage/meters'],
      ['invoices:read', 'GET', '/v1/customers/x/usage/csv'],
      ['invoices:read', 'GET', '/v1/customers/x/usage/events'],
      ['invoices:read', 'GET', '/v1/customers/x/usage/events/csv'],
      ['invoices:read', 'GET', '/v1/invoices/x/proof/events/csv?line=1'],
      ['invoices:write', 'DELETE', '/v1/customers/x/pending-items/y?reason=z'],
      ['users:read', 'GET', '/v1/customers/x/users'],
      ['users:write', 'POST', '/v1/customers/x/users'],
      ['users:write', 'PATCH', '/v1/customers/x/users/y'],
      ['users:write', 'DELETE', '/v1/customers/x/users/y'],
      ['sessions:write', 'POST', '/v1/customers/x/session-links'],
      ['operators:read', 'GET', '/v1/operators'],
      ['operators:write', 'POST', '/v1/operators'],
      ['operators:write', 'PATCH', '/v1/operators/x'],
      ['operators:write', 'POST', '/v1/operators/x/invite'],
      ['operators:write', 'DELETE', '/v1/operators/x/totp'],
      ['settings:read', 'GET', '/v1/settings/seller'],
      ['settings:write', 'PUT', '/v1/settings/seller'],
      ['customers:read', 'GET', '/v1/customers/x/collection'],
      ['customers:write', 'POST', '/v1/customers/x/collection'],
      ['customers:write', 'POST', '/v1/customers/x/payment-method-sessions'],
      ['invoices:read', 'GET', '/v1/invoices/x/payments'],
      ['invoices:write', 'POST', '/v1/invoices/x/payments'],
      ['invoices:write', 'POST', '/v1/invoices/x/collect'],
      ['invoices:write', 'POST', '/v1/invoices/x/refunds'],
      ['invoices:write', 'POST', '/v1/invoices/x/uncollectible'],
      ['plans:read', 'GET', '/v1/plans'],
      ['plans:read', 'GET', '/v1/plans/x'],
      ['plans:write', 'PUT', '/v1/plans/x/offer'],
      ['plans:read', 'GET', '/v1/meters'],
      ['plans:read', 'POST', '/v1/plans/diff'],
      ['plans:write', 'POST', '/v1/plans/apply'],
      ['plans:write', 'POST', '/v1/tax-rates'],
      ['plans:read', 'GET', '/v1/tax-rates'],
      ['plans:read', 'GET', '/v1/tax-rates/x'],
      ['plans:write', 'POST', '/v1/tax-rates/x/archive'],
      ['customers:read', 'GET', '/v1/customers/x/tax'],
      ['customers:write', 'PUT', '/v1/customers/x/tax'],
      ['customers:write', 'PUT', '/v1/customers/x/tax-ids'],
      ['settings:read', 'GET', '/v1/settings/tax'],
      ['settings:write', 'PUT', '/v1/settings/tax'],
      ['operations:read', 'GET', '/v1/operations/summary'],
      ['operations:read', 'GET', '/v1/invoices/x/review'],
      ['operations:read', 'POST', '/v1/operations/customer-views'],
      ['operations:read', 'GET', '/v1/dead-letters'],
      ['operations:write', 'POST', '/v1/dead-letters/replay'],
      ['operations:write', 'POST', '/v1/dead-letters/discard'],
      ['audit:read', 'GET', '/v1/audit'],
      ['audit:read', 'GET', '/v1/audit/x/y/verification'],
      ['webhooks:read', 'GET', '/v1/webhook-event-types'],
      ['webhooks:read', 'GET', '/v1/webhook-endpoints'],
      ['webhooks:write', 'POST', '/v1/webhook-endpoints'],
      ['webhooks:read', 'GET', '/v1/webhook-endpoints/x'],
      ['webhooks:write', 'PATCH', '/v1/webhook-endpoints/x'],
      ['webhooks:write', 'DELETE', '/v1/webhook-endpoints/x'],
      ['webhooks:write', 'POST', '/v1/webhook-endpoints/x/test'],
      ['webhooks:write', 'POST', '/v1/webhook-endpoints/x/rotate-secret'],
      ['webhooks:write', 'POST', '/v1/webhook-endpoints/x/resend'],
      ['webhooks:read', 'GET', '/v1/webhook-endpoints/x/deliveries'],
      ['webhooks:read', 'GET', '/v1/webhook-endpoints/x/deliveries/y'],
      ['webhooks:write', 'POST', '/v1/webhook-endpoints/x/deliveries/y/resend'],
      ['keys:read', 'GET', '/v1/api-keys'],
      ['keys:write', 'POST', '/v1/api-keys'],
      ['keys:read', 'GET', '/v1/api-keys/x'],
      ['keys:write', 'POST', '/v1/api-keys/x/revoke'],
      ['keys:read', 'GET', '/v1/request-log'],
      ['runs:write', 'POST', '/v1/runs'],
      ['runs:read', 'GET', '/v1/runs'],
      ['runs:read', 'GET', '/v1/runs/x'],
      ['runs:write', 'POST', '/v1/clocks'],
      ['runs:read', 'GET', '/v1/clocks'],
      ['runs:read', 'GET', '/v1/clocks/x'],
      ['reconciliations:write', 'POST', '/v1/reconciliations'],
      ['reconciliations:read', 'GET', '/v1/reconciliations'],
      ['reconciliations:read', 'GET', '/v1/reconciliations/x'],
      ['reconciliations:read', 'GET', '/v1/reconciliations/x/differences'],
    ];
    for (const [scope, method, url] of calls) {
      const allowed = await createApiKey(api.database, { name: 'one', scopes: [scope] });
      const answer = await api.call(method, url, as(allowed.secret));
      assert.ok(![401, 403, 405, 500].includes(answer.status), `${method} ${url} with ${scope}: ${answer.status}`);
      const others = await createApiKey(api.database, {
        name: 'others',
        scopes: scopes.filter((other) => other !== scope),
      });
      assertProblem(await api.call(method, url, as(others.secret)), 403, 'scope-missing');
      assertProblem(await api.call(method, url, { headers: { authorization: '' } }), 401, 'key-invalid');
    }
  });

  it('open what waits for an answer to those who answer, and to those who answer for money', async () => {
    const routes = ['/v1/messages/x/resend', '/v1/messages/x/dismiss', '/v1/invoices/x/answers', '/v1/invoices/x/sync'];
    const keyOf = async (which: readonly Scope[]) =>
      as((await createApiKey(api.database, { name: 'answers', scopes: which })).secret);
    const either = [await keyOf(['invoices:write']), await keyOf(['operations:write'])];
    const others = await keyOf(scopes.filter((one) => one !== 'invoices:write' && one !== 'operations:write'));
    for (const url of routes) {
      for (const key of either) {
        const answer = await api.call('POST', url, { ...key, body: { reason: 'Why.', kind: 'retry' } });
        assert.ok(![401, 403, 500].includes(answer.status), `${url}: ${answer.status}`);
      }
      assertProblem(await api.call('POST', url, { ...others, body: { reason: 'Why.' } }), 403, 'scope-missing');
    }
    const abandon = { kind: 'abandon', parkingNumber: 1, reason: 'Why.' };
    const refused = await api.call('POST', '/v1/invoices/x/answers', { ...either[1], body: abandon });
    assertProblem(refused, 403, 'scope-missing');
  });

  it('are asked for before the body is read', async () => {
    const headers = { authorization: 'Bearer dbk_wrong', 'content-type': 'application/json' };
    assertProblem(await api.call('POST', '/v1/events', { raw: '{', headers }), 401, 'key-invalid');
  });

  it('are refused when missing, malformed, unknown or revoked, with the header that asks for one', async () => {
    const missing = await api.app.inject('/v1/customers');
    assert.equal(missing.json().code, 'key-missing');
    assert.match(String(missing.headers['www-authenticate']), /^Bearer/);
    const { id, secret } = await createApiKey(api.database, { name: 'short', scopes });
    for (const authorization of ['Basic dTpw', 'Bearer', secret, `Bearer ${secret}x`, `Bearer dbk_${'A'.repeat(43)}`]) {
      assertProblem(await api.get('/v1/customers', { headers: { authorization } }), 401, 'key-invalid');
    }
    assert.equal((await api.get('/v1/customers', as(secret))).status, 200);

    let nowMs = 0;
    const authenticate = createAuthenticator(api.database, () => nowMs);
    assert.equal((await authenticate(`bearer ${secret}`)).keyId, id);
    assert.equal(await revokeApiKey(api.database, id), true);
    assert.equal(await revokeApiKey(api.database, id), false, 'it is revoked once');
    nowMs = 5_000;
    await assert.rejects(authenticate(`Bearer ${secret}`), { code: 'key-invalid' });
    assertProblem(
      await api.get('/v1/customers', { headers: { authorization: `Bearer dbk_${'B'.repeat(43)}` } }),
      401,
      'key-invalid',
    );
  });
});
