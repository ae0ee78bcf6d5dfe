import assert from 'node:assert/strict';
import { csrfTokenOf } from '../../src/auth/sessions.ts';
import type { Mail } from '../../src/notify/mailer.ts';
import { until } from '../broker/support.ts';
import { addCustomer } from '../support/books.ts';
import { chainOf } from '../support/chains.ts';
import { headersOf, secretIn, signedIn } from './access-support.ts';
import { type Answer, assertProblem, useApi } from './support.ts';

describe('Sign-in of customers', function () {
  this.timeout(30_000);
  const mails: Mail[] = [];
  const api = useApi({
    access: {
      publicUrl: 'http://127.0.0.1:7070',
      mail: {
        mailer: {
          async send(mail) {
            mails.push(mail);
            return { outcome: 'sent' };
          },
        },
        sender: { name: 'Acme Billing', domain: 'acme.example' },
      },
    },
  });
  let b6 = '';
  let aa = '';
  let counter = 0;

  before(async () => {
    b6 = (await addCustomer(api.database, 'B6')).id;
    aa = (await addCustomer(api.database, 'AA')).id;
  });
  beforeEach(() => mails.splice(0));

  const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    api.call('POST', url, { body, headers, isKeyless: true });
  const who = (headers: Record<string, string>) => api.get('/v1/session', { headers, isKeyless: true });
  const newUser = async (customerId: string, change: object = {}) => {
    counter += 1;
    const email = `person-${counter}@jetblue.example`;
    const body = { email, name: 'Kim', role: 'billing', ...change };
    const { status, body: user } = await api.post(`/v1/customers/${customerId}/users`, body);
    assert.equal(status, 201);
    return user as { id: string; email: string };
  };
  const tokenIn = (text: string) => /#(dbl_[\w-]{43})/.exec(text)?.[1] ?? '';
  const mailedTo = async (email: string) => {
    const answer = await post('/v1/sign-in/email', { email });
    assert.deepEqual([answer.status, answer.body], [202, { sent: true }]);
    await until(() => mails.some(({ to }) => to.address === email), 'the mail');
    return tokenIn(mails.find(({ to }) => to.address === email)?.text ?? '');
  };
  const linkFor = async (customer: string, order: object) => {
    const { status, body } = await api.post(`/v1/customers/${customer}/session-links`, order);
    assert.equal(status, 201);
    assert.match(body.url, /^http:\/\/127\.0\.0\.1:7070\/sign-in\/link#dbl_/);
    return tokenIn(body.url);
  };

  it('goes by a mailed link, once, with a cookie that no script reads', async () => {
    const user = await newUser(b6);
    const token = await mailedTo(user.email.toUpperCase().toLowerCase());
    const [mail] = mails;
    assert.match(mail?.subject ?? '', /sign in/);
    assert.match(mail?.html ?? '', /href="http:\/\/127\.0\.0\.1:7070\/sign-in\/link#dbl_/);
    const opened = await post('/v1/sign-in/link', { token });
    assert.equal(opened.status, 200);
    const cookie = String(opened.headers['set-cookie']);
    for (const part of [/HttpOnly/, /SameSite=Lax/, /Path=\//, /Max-Age=2592000/]) assert.match(cookie, part);
    const secret = secretIn(opened.headers);
    const session = (await who(headersOf(secret))).body;
    assert.deepEqual(
      [session.kind, session.email, session.role, session.customerId, session.userId, session.csrfToken],
      ['user', user.email, 'billing', b6, user.id, csrfTokenOf(secret)],
    );
    assert.deepEqual(opened.body, { session, choices: [] });
    assertProblem(await post('/v1/sign-in/link', { token }), 410, 'link-invalid');
    const [view] = (await api.get(`/v1/customers/${b6}/users`)).body.data.filter(
      ({ id }: { id: string }) => id === user.id,
    );
    assert.deepEqual([view.state, view.signedInAt !== null], ['active', true]);
    const chain = await chainOf(api.database, b6);
    assert.ok(chain.some(({ action, actor }) => action === 'signed in' && actor === `user:${user.id}`));
    assert.doesNotMatch(JSON.stringify(chain), new RegExp(user.email), 'a chain keeps no address');
  });

  it('stores no secret of a link or session', async () => {
    const user = await newUser(b6);
    const token = await mailedTo(user.email);
    const secret = secretIn((await post('/v1/sign-in/link', { token })).headers);
    const { rows } = await api.database.query(
      `SELECT (SELECT jsonb_agg(to_jsonb(l)) FROM sign_in_links l) AS links, (SELECT jsonb_agg(to_jsonb(s)) FROM sessions s) AS sessions`,
    );
    const stored = JSON.stringify(rows);
    assert.ok(!stored.includes(token.slice(4)) && !stored.includes(secret.slice(4)));
  });

  it('says the same of an address that nobody has, and mails nothing', async () => {
    const user = await newUser(b6);
    await api.call('PATCH', `/v1/customers/${b6}/users/${user.id}`, { body: { state: 'disabled' } });
    const unknown = await post('/v1/sign-in/email', { email: 'nobody@else.example' });
    const disabled = await post('/v1/sign-in/email', { email: user.email });
    assert.deepEqual([unknown.status, unknown.body], [disabled.status, disabled.body]);
    const { 'x-request-id': _, ...headers } = unknown.headers;
    const { 'x-request-id': __, ...others } = disabled.headers;
    delete headers['date'];
    delete others['date'];
    assert.deepEqual(headers, others);
    // Whoever is known gets a mail after them: theirs would have come before it.
    await mailedTo((await newUser(b6)).email);
    assert.equal(mails.length, 1);
  });

  it('is throttled for an address and for a place, known or not', async () => {
    const email = 'flooded@else.example';
    for (let attempt = 0; attempt < 3; attempt += 1) {
      assert.equal((await post('/v1/sign-in/email', { email })).status, 202);
    }
    const refused = await post('/v1/sign-in/email', { email });
    assertProblem(refused, 429, 'sign-in-throttled');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    // In a place of its own, so that the other tests are not held up: 20 go at once from there.
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        api.app.inject({
          method: 'POST',
          url: '/v1/sign-in/email',
          remoteAddress: `2001:db8:0:1::${index + 1}`,
          payload: { email: `many-${index}@else.example` },
        }),
      ),
    );
    const taken = answers.filter(({ statusCode }) => statusCode === 202).length;
    assert.equal(taken, 20, 'one network of IPv6 is one place, however many of its addresses ask at once');
  });

  it('lets one address choose between its customers, and keeps the link until then', async () => {
    const email = 'both@group.example';
    const first = await newUser(b6, { email });
    const second = await newUser(aa, { email });
    const token = await mailedTo(email);
    const asked = await post('/v1/sign-in/link', { token });
    assert.deepEqual(
      [asked.status, asked.body.session, asked.headers['set-cookie']],
      [200, null, undefined],
      'nobody is signed in yet',
    );
    assert.deepEqual(
      asked.body.choices.map(({ userId, customerName }: Record<string, string>) => [userId, customerName]).sort(),
      [
        [first.id, 'Airline B6'],
        [second.id, 'Airline AA'],
      ].sort(),
    );
    const stranger = await newUser(aa);
    assertProblem(await post('/v1/sign-in/link', { token, userId: stranger.id }), 410, 'link-invalid');
    const opened = await post('/v1/sign-in/link', { token, userId: second.id });
    assert.equal(opened.body.session.customerId, aa);
    assertProblem(await post('/v1/sign-in/link', { token, userId: first.id }), 410, 'link-invalid');
  });

  it('goes by a link of the operator’s product, for a user or for somebody without a name', async () => {
    const user = await newUser(b6, { role: 'member' });
    const named = await post('/v1/sign-in/link', { token: await linkFor('B6', { userId: user.id }) });
    assert.deepEqual([named.body.session.userId, named.body.session.role], [user.id, 'member']);
    const unnamed = await post('/v1/sign-in/link', { token: await linkFor(b6, { role: 'admin', minutes: 1 }) });
    assert.deepEqual(
      [unnamed.body.session.userId, unnamed.body.session.role, unnamed.body.session.customerId],
      [null, 'admin', b6],
    );
    const other = await newUser(aa);
    assertProblem(await api.post('/v1/customers/B6/session-links', { userId: other.id }), 404, 'not-found', 'userId');
    const both = { userId: user.id, role: 'admin' };
    assertProblem(await api.post('/v1/customers/B6/session-links', both), 400, 'request-invalid', 'role');
    assertProblem(await api.post('/v1/customers/nobody/session-links', {}), 404, 'not-found', 'id');
  });

  it('refuses forged, old and used links with the same words', async () => {
    const old = await linkFor('B6', {});
    await api.database.query(
      `UPDATE sign_in_links SET expires_at = now() - interval '1 s' WHERE used_at IS NULL AND expires_at > now()`,
    );
    const answers = [];
    for (const token of [old, `dbl_${'A'.repeat(43)}`, 'dbl_', `dbs_${'A'.repeat(43)}`, "' OR 1=1 --"]) {
      const answer = await post('/v1/sign-in/link', { token });
      assertProblem(answer, 410, 'link-invalid');
      const { instance: _, ...rest } = answer.body;
      answers.push(rest);
    }
    assert.equal(new Set(answers.map((each) => JSON.stringify(each))).size, 1);
  });

  it('opens one session for two who follow the same link at once', async () => {
    const token = await linkFor('B6', {});
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/sign-in/link', { token })));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array<number>(7).fill(410)], JSON.stringify(answers.map(({ body }) => body)));
  });

  it('takes no session over that a browser brings, and ends the one that it had', async () => {
    const planted = `dbs_${'C'.repeat(43)}`;
    const first = await post('/v1/sign-in/link', { token: await linkFor('B6', {}) }, headersOf(planted));
    const secret = secretIn(first.headers);
    assert.notEqual(secret, planted);
    assertProblem(
      await api.get('/v1/invoices', { headers: headersOf(planted), isKeyless: true }),
      401,
      'session-invalid',
    );
    const second = await post('/v1/sign-in/link', { token: await linkFor('AA', {}) }, headersOf(secret));
    assert.equal(second.body.session.customerId, aa);
    const { rows } = await api.database.query(
      'SELECT FROM sessions WHERE revoked_at IS NOT NULL AND customer_id = $1',
      [b6],
    );
    assert.ok(rows.length >= 1);
  });

  it('takes changes from its own pages only', async () => {
    const headers = await signedIn(api.database, { customerId: b6, userId: null, role: 'billing' });
    const url = `/v1/customers/${b6}/billing`;
    const sent = (all: Record<string, string | undefined>) =>
      Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
    const put = (extra: Record<string, string | undefined>) =>
      api.call('PUT', url, { body: {}, headers: sent({ ...headers, ...extra }), isKeyless: true });
    for (const extra of [
      { 'x-csrf-token': undefined },
      { 'x-csrf-token': '' },
      { 'x-csrf-token': csrfTokenOf('another') },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      assertProblem(await put(extra), 403, 'csrf-refused');
    }
    assert.equal((await put({ origin: 'http://127.0.0.1:7070', 'sec-fetch-site': 'same-origin' })).status, 200);
    assert.equal((await put({})).status, 200);
    // No other site signs anybody in as somebody else, either.
    const foreign = { 'sec-fetch-site': 'cross-site' };
    assertProblem(await post('/v1/sign-in/link', { token: await linkFor('B6', {}) }, foreign), 403, 'csrf-refused');
    // A form cannot send JSON without asking first, and nobody answers that here.
    const form = await api.app.inject({
      method: 'POST',
      url: '/v1/session/sign-out',
      headers: { ...headers, 'x-csrf-token': '', 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'a=b',
    });
    assert.equal(form.statusCode, 403);
  });

  it('ends by hand, in a while, and when the user or the customer is gone', async () => {
    const user = await newUser(b6);
    const open = () => signedIn(api.database, { customerId: b6, userId: user.id });
    const state = async (headers: Record<string, string>) =>
      (await api.get('/v1/invoices', { headers, isKeyless: true })).status;
    const out = await open();
    assert.equal((await post('/v1/session/sign-out', {}, out)).status, 200);
    const { rows } = await api.database.query<{ revoked: boolean }>(
      'SELECT bool_and(revoked_at IS NOT NULL) AS revoked FROM sessions WHERE user_id = $1',
      [user.id],
    );
    assert.equal(rows[0]?.revoked, true);
    for (const [column, value] of [
      ['expires_at', `now() - interval '1 s'`],
      ['seen_at', `now() - interval '8 days'`],
      ['revoked_at', 'now()'],
    ]) {
      const headers = await open();
      await api.database.query(`UPDATE sessions SET ${column} = ${value} WHERE user_id = $1`, [user.id]);
      assert.equal(await state(headers), 401, column);
    }
    const last = await open();
    assert.equal((await api.call('DELETE', `/v1/customers/${b6}/users/${user.id}`)).status, 200);
    assert.equal(await state(last), 401);
  });

  it('is listed, and ended elsewhere, by its owner and nobody else', async () => {
    const user = await newUser(b6);
    const here = await signedIn(api.database, { customerId: b6, userId: user.id });
    await signedIn(api.database, { customerId: b6, userId: user.id });
    const stranger = await signedIn(api.database, { customerId: b6, userId: null, role: 'admin' });
    const list = async (headers: Record<string, string>) =>
      (await api.get('/v1/sessions', { headers, isKeyless: true })).body.data;
    const mine = await list(here);
    assert.deepEqual([mine.length, mine.filter(({ isThis }: { isThis: boolean }) => isThis).length], [2, 1]);
    assert.equal((await list(stranger)).length, 1);
    const other = mine.find(({ isThis }: { isThis: boolean }) => !isThis);
    const end = (id: string, headers: Record<string, string>) =>
      api.call('DELETE', `/v1/sessions/${id}`, { headers, isKeyless: true });
    assert.equal((await end(other.id, stranger)).status, 404);
    assert.deepEqual((await end(other.id, here)).body, { ended: 1 });
    assert.equal((await list(here)).length, 1);
    await signedIn(api.database, { customerId: b6, userId: user.id });
    assert.deepEqual((await post('/v1/sessions/end-others', {}, here)).body, { ended: 1 });
  });

  it('gives each role what it is for', async () => {
    const statuses = async (role: 'member' | 'billing' | 'admin') => {
      const headers = await signedIn(api.database, { customerId: b6, userId: null, role });
      const user = { email: `by-${role}@jetblue.example`, name: 'New', role: 'member' };
      return [
        (await api.get(`/v1/customers/${b6}`, { headers, isKeyless: true })).status,
        (await api.call('PUT', `/v1/customers/${b6}/billing`, { headers, isKeyless: true, body: {} })).status,
        (await api.call('POST', `/v1/customers/${b6}/users`, { headers, isKeyless: true, body: user })).status,
        (await api.get(`/v1/customers/${b6}/personal-data`, { headers, isKeyless: true })).status,
      ];
    };
    assert.deepEqual(await statuses('member'), [200, 403, 403, 403]);
    assert.deepEqual(await statuses('billing'), [200, 200, 403, 403]);
    assert.deepEqual(await statuses('admin'), [200, 200, 201, 200]);
  });

  it('invites a new user by a mail, whose link signs in', async () => {
    const email = 'invited@jetblue.example';
    await api.post(`/v1/customers/${b6}/users`, { email, name: 'In Vited', role: 'member', invite: true });
    const [mail] = mails;
    assert.match(mail?.subject ?? '', /Airline B6/);
    const opened = await post('/v1/sign-in/link', { token: tokenIn(mail?.text ?? '') });
    assert.deepEqual([opened.status, opened.body.session.email], [200, email]);
    const again = await api.post(`/v1/customers/${b6}/users`, {
      email,
      name: 'In Vited',
      role: 'member',
      invite: true,
    });
    assert.deepEqual([again.status, mails.length], [200, 1]);
    const other = await api.post(`/v1/customers/${b6}/users`, { email, name: 'Other', role: 'member' });
    assertProblem(other, 409, 'conflict', 'email');
  });
});
