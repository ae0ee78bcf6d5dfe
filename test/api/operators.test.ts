import assert from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';
import { signInOperator } from '../../src/auth/operator-sign-in.ts';
import { createOperator } from '../../src/auth/operators.ts';
import { addCustomer } from '../support/books.ts';
import { chainOf } from '../support/chains.ts';
import { headersOf, secretIn, signedIn } from './access-support.ts';
import { type Answer, assertProblem, useApi } from './support.ts';

const password = 'a sentence that only Ada says';

describe('Operators', function () {
  this.timeout(60_000);
  const api = useApi();
  let counter = 0;
  let place = 0;

  /** Each test asks from a place of its own, so that none is held up by another's mistakes. */
  beforeEach(() => {
    place += 1;
  });

  async function ask(method: 'POST' | 'GET' | 'PATCH', url: string, body?: unknown, headers = {}): Promise<Answer> {
    const response = await api.app.inject({
      method,
      url,
      remoteAddress: `10.0.0.${place}`,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  }
  const signIn = (body: object) => ask('POST', '/v1/sign-in/operator', body);
  const newOperator = async (role: 'viewer' | 'support' | 'finance' | 'admin' = 'viewer') => {
    counter += 1;
    const email = `operator-${counter}@acme.example`;
    const order = { email, name: `Operator ${counter}`, role, password };
    const { id } = await createOperator(api.database, order, 'test');
    return { id, email };
  };
  const codeAt = (secret: string, timestamp: number) =>
    new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp });
  const actionsOf = async (id: string) => (await chainOf(api.database, id)).map(({ action }) => action);

  it('sign in by password, which is stored as argon2id only', async () => {
    const { id, email } = await newOperator('finance');
    const opened = await signIn({ email: email.toUpperCase(), password });
    assert.equal(opened.status, 200);
    assert.deepEqual(
      [opened.body.session.kind, opened.body.session.role, opened.body.session.customerId, opened.body.codeNeeded],
      ['operator', 'finance', null, false],
    );
    assert.match(String(opened.headers['set-cookie']), /Max-Age=43200; .*HttpOnly/);
    const { rows } = await api.database.query<{ hash: string }>(
      'SELECT password_hash AS hash FROM operators WHERE id = $1',
      [id],
    );
    assert.match(rows[0]?.hash ?? '', /^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    assert.deepEqual(await actionsOf(id), ['operator added', 'signed in']);
    const headers = headersOf(secretIn(opened.headers));
    await ask('POST', '/v1/session/sign-out', {}, headers);
    const last = (await chainOf(api.database, id)).at(-1);
    assert.deepEqual([last?.action, last?.actor], ['signed out', `operator:${email}`]);
  });

  it('are refused with the same words, whatever was wrong', async () => {
    const { id, email } = await newOperator();
    const disabled = await newOperator();
    await api.call('PATCH', `/v1/operators/${disabled.id}`, { body: { disabled: true } });
    const answers = [];
    for (const body of [
      { email, password: 'another sentence entirely' },
      { email: 'nobody@acme.example', password },
      { email: disabled.email, password },
    ]) {
      const answer = await signIn(body);
      assertProblem(answer, 401, 'sign-in-refused');
      assert.equal(answer.headers['set-cookie'], undefined);
      const { instance: _, ...rest } = answer.body;
      answers.push(JSON.stringify(rest));
    }
    assert.equal(new Set(answers).size, 1);
    assert.deepEqual(await actionsOf(id), ['operator added', 'sign-in refused']);
  });

  it('wait longer with each wrong password, from one place only, and not for good', async () => {
    const { email } = await newOperator();
    const wrong = { email, password: 'another sentence entirely' };
    for (let attempt = 0; attempt < 5; attempt += 1) assertProblem(await signIn(wrong), 401, 'sign-in-refused');
    const refused = await signIn({ email, password });
    assertProblem(refused, 429, 'sign-in-throttled');
    assert.match(String(refused.headers['retry-after']), /^[1-9]\d*$/);
    // The owner, elsewhere, comes in.
    const elsewhere = { ip: '10.9.9.9' };
    assert.ok('secret' in (await signInOperator(api.database, { email, password }, elsewhere)));
    const { rows } = await api.database.query<{ waits: number[] }>(
      `SELECT array_agg(extract(epoch FROM next_at - tried_at)::int ORDER BY attempts) AS waits FROM sign_in_throttles
       WHERE attempts = 5 AND next_at > '-infinity'`,
    );
    assert.ok(rows[0]?.waits.includes(1), 'the first wait is a second');
    // Once the wait is over, the right password comes in and all is forgotten.
    await api.database.query(`UPDATE sign_in_throttles SET next_at = now() - interval '1 s'`);
    assert.equal((await signIn({ email, password })).status, 200);
    assertProblem(await signIn(wrong), 401, 'sign-in-refused');
  });

  it('are not guessed faster by asking at once', async () => {
    const { email } = await newOperator();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => signIn({ email, password: `a guess with the number ${index}` })),
    );
    assert.equal(answers.filter(({ status }) => status === 401).length, 5);
    assert.equal(answers.filter(({ status }) => status === 429).length, 15);
  });

  it('add one-time codes, each of which is taken once, and recovery codes', async () => {
    const { email } = await newOperator();
    const opened = await signIn({ email, password });
    const headers = headersOf(secretIn(opened.headers));
    assertProblem(
      await ask('POST', '/v1/session/totp', { password: 'not it, and long' }, headers),
      401,
      'sign-in-refused',
      'password',
    );
    const begun = await ask('POST', '/v1/session/totp', { password }, headers);
    const { secret, url } = begun.body;
    assert.match(url, /^otpauth:\/\/totp\/Durabill:operator-\d+%40acme\.example\?/);
    // Not in force before a code was seen.
    assert.equal((await signIn({ email, password })).body.codeNeeded, false);
    const wrong = await ask('POST', '/v1/session/totp/confirm', { code: '000000' }, headers);
    assert.ok(wrong.status === 401 || codeAt(secret, Date.now()) === '000000');
    const confirmed = await ask('POST', '/v1/session/totp/confirm', { code: codeAt(secret, Date.now()) }, headers);
    const { recoveryCodes } = confirmed.body;
    assert.equal(new Set(recoveryCodes).size, 10);

    assert.deepEqual((await signIn({ email, password })).body, { session: null, codeNeeded: true });
    const at = Date.now() + 60_000;
    const enter = (code: string, nowMs = at) =>
      signInOperator(api.database, { email, password, code }, { ip: `10.1.0.${place}` }, nowMs);
    await assert.rejects(enter(codeAt(secret, at - 90_000)), { code: 'sign-in-refused' }, 'too old');
    assert.ok('secret' in (await enter(codeAt(secret, at))));
    await assert.rejects(enter(codeAt(secret, at)), { code: 'sign-in-refused' }, 'taken already');
    await assert.rejects(enter(codeAt(secret, at - 30_000)), { code: 'sign-in-refused' }, 'older than the last one');
    assert.ok('secret' in (await enter(codeAt(secret, at + 30_000), at + 30_000)));
    const [first, second] = recoveryCodes;
    assert.ok('secret' in (await enter(first.toUpperCase())));
    await assert.rejects(enter(first), { code: 'sign-in-refused' }, 'used up');
    assert.deepEqual((await ask('GET', '/v1/session/security', undefined, headers)).body, {
      hasPassword: true,
      hasTotp: true,
      recoveryCodesLeft: 9,
    });
    const removed = await ask('POST', '/v1/session/totp/remove', { password }, headers);
    assert.deepEqual([removed.body.hasTotp, removed.body.recoveryCodesLeft], [false, 0]);
    assert.ok(second);
    const { rows } = await api.database.query('SELECT FROM operator_recovery_codes');
    assert.equal(rows.length, 0);
  });

  it('change their password with the one that they have, and are signed out elsewhere', async () => {
    const { id, email } = await newOperator();
    const here = headersOf(secretIn((await signIn({ email, password })).headers));
    const there = headersOf(secretIn((await signIn({ email, password })).headers));
    const change = (body: object) => ask('POST', '/v1/session/password', body, here);
    const next = 'quite another sentence of Ada';
    assertProblem(await change({ current: 'not this one, surely', next }), 401, 'sign-in-refused', 'current');
    for (const weak of [
      'short one',
      'password1234',
      'Password-123456',
      'aaaaaaaaaaaaaaaa',
      'qwertyuiop123',
      `${email}`,
      'changeme12345',
    ]) {
      assertProblem(await change({ current: password, next: weak }), 422, 'password-refused', 'next');
    }
    assert.deepEqual((await change({ current: password, next })).body, { ended: 1 });
    assert.equal((await ask('GET', '/v1/sessions', undefined, there)).status, 401);
    assert.equal((await ask('GET', '/v1/sessions', undefined, here)).status, 200);
    assertProblem(await signIn({ email, password }), 401, 'sign-in-refused');
    assert.equal((await signIn({ email, password: next })).status, 200);
    assert.ok((await actionsOf(id)).includes('password changed'));
  });

  it('are invited, choose a password once, and cannot be the last admin to go', async () => {
    await api.database.query(`UPDATE operators SET disabled_at = now() WHERE role = 'admin'`);
    const order = { email: 'Grace@Acme.example', name: 'Grace', role: 'admin' };
    const invited = await api.post('/v1/operators', order);
    assert.deepEqual([invited.status, invited.body.isMailed, invited.body.operator.hasPassword], [201, false, false]);
    assertProblem(await api.post('/v1/operators', order), 409, 'conflict', 'email');
    const { id } = invited.body.operator;
    const tokenOf = (url: string) => url.split('#')[1] ?? '';
    const again = await api.call('POST', `/v1/operators/${id}/invite`);
    const accept = (url: string, chosen = password) =>
      ask('POST', '/v1/sign-in/invite', { token: tokenOf(url), password: chosen });
    assertProblem(await accept(invited.body.url), 410, 'link-invalid');
    assertProblem(await accept(again.body.url, 'too short'), 422, 'password-refused', 'password');
    // An invitation is no way in for anything else, and other links choose no password.
    assertProblem(await ask('POST', '/v1/sign-in/link', { token: tokenOf(again.body.url) }), 410, 'link-invalid');
    await addCustomer(api.database, 'B6');
    const { body: link } = await api.post('/v1/customers/B6/session-links', {});
    assertProblem(await accept(link.url), 410, 'link-invalid');
    assert.deepEqual((await accept(again.body.url)).body, { email: 'grace@acme.example' });
    assertProblem(await accept(again.body.url), 410, 'link-invalid');
    assert.equal((await signIn({ email: 'grace@acme.example', password })).status, 200);

    for (const change of [{ role: 'viewer' }, { disabled: true }]) {
      const refused = await api.call('PATCH', `/v1/operators/${id}`, { body: change });
      assertProblem(refused, 409, 'access-refused');
    }
    const other = await newOperator('admin');
    const both = await Promise.all(
      [id, other.id].map((each) => api.call('PATCH', `/v1/operators/${each}`, { body: { disabled: true } })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409], 'one of two admins stays, even at once');
  });

  it('may do what their role says, and nothing else', async () => {
    const customer = await addCustomer(api.database, 'AA');
    const statusesOf = async (role: 'viewer' | 'support' | 'finance' | 'admin') => {
      const { id, email } = await newOperator(role);
      const headers = await signedIn(api.database, { operatorId: id, email });
      const post = async (url: string) => (await ask('POST', url, {}, headers)).status;
      return [
        (await ask('GET', `/v1/customers/${customer.id}`, undefined, headers)).status,
        await post(`/v1/customers/${customer.id}/session-links`),
        await post('/v1/invoices'),
        await post('/v1/clocks'),
        (await ask('GET', '/v1/operators', undefined, headers)).status,
        await post('/v1/operators'),
      ];
    };
    assert.deepEqual(await statusesOf('viewer'), [200, 403, 403, 403, 403, 403]);
    assert.deepEqual(await statusesOf('support'), [200, 201, 403, 403, 403, 403]);
    assert.deepEqual(await statusesOf('finance'), [200, 201, 400, 403, 403, 403]);
    assert.deepEqual(await statusesOf('admin'), [200, 201, 400, 400, 200, 400]);
  });

  it('lose their sessions when they are disabled, and their role at once when it changes', async () => {
    const { id, email } = await newOperator('support');
    const first = await signedIn(api.database, { operatorId: id, email });
    await api.call('PATCH', `/v1/operators/${id}`, { body: { role: 'viewer' } });
    assert.equal((await ask('GET', '/v1/session', undefined, first)).body.role, 'viewer');
    const second = await signedIn(api.database, { operatorId: id, email });
    await api.call('PATCH', `/v1/operators/${id}`, { body: { disabled: true } });
    assertProblem(await ask('GET', '/v1/invoices', undefined, second), 401, 'session-invalid');
    // Enabled again, what was ended stays ended.
    await api.call('PATCH', `/v1/operators/${id}`, { body: { disabled: false } });
    const { rows } = await api.database.query('SELECT FROM sessions WHERE operator_id = $1 AND revoked_at IS NULL', [
      id,
    ]);
    assert.equal(rows.length, 0);
  });

  it('are no users: what users have is not theirs, and the other way round', async () => {
    const customer = await addCustomer(api.database, 'UA');
    const user = await signedIn(api.database, { customerId: customer.id, userId: null, role: 'admin' });
    assert.equal((await ask('GET', '/v1/session/security', undefined, user)).status, 404);
    assert.equal((await ask('POST', '/v1/session/password', { current: 'x', next: 'y' }, user)).status, 404);
    assert.equal((await ask('POST', '/v1/session/totp', { password: 'x' }, user)).status, 404);
    const keyed = await api.get('/v1/sessions');
    assertProblem(keyed, 401, 'key-missing');
  });
});
