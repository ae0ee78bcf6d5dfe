import assert from 'node:assert/strict';
import { createApiKey, createAuthenticator } from '../../src/auth/api-keys.ts';
import { makeLink } from '../../src/auth/links.ts';
import { createSessionAuthenticator } from '../../src/auth/sessions.ts';
import { addCustomer } from '../support/books.ts';
import { signedIn } from './access-support.ts';
import { assertProblem, useApi } from './support.ts';

describe('The API of personal data', () => {
  const api = useApi();
  const order = { reason: 'asked for by the customer', requestId: 'erasure-1' };

  it('hands out one document, and tells so in the chain', async () => {
    const { id } = await addCustomer(api.database, 'B6');
    const { body } = await api.get('/v1/customers/B6/personal-data');
    assert.deepEqual([body.customer.id, body.customer.name, body.erasure], [id, 'Airline B6', null]);
    assert.deepEqual([body.taxIds, body.invoices, body.kept.invoices], [[], [], []]);
    assert.equal(body.audit.entries, 1);
    const { rows } = await api.database.query(
      `SELECT actor, action, detail FROM audit_log WHERE subject_id = $1 ORDER BY sequence DESC LIMIT 1`,
      [id],
    );
    assert.deepEqual(rows, [{ actor: 'api-key:tests', action: 'personal data exported', detail: {} }]);
    assertProblem(await api.get('/v1/customers/nobody/personal-data'), 404, 'not-found', 'id');
  });

  it('hands out the events with what they say, a page after the other, each once', async () => {
    const { id } = await addCustomer(api.database, 'DL');
    const events = Array.from({ length: 7 }, (_, index) => ({
      id: `event-${index}`,
      customer: 'DL',
      type: index % 2 === 0 ? 'departure' : 'Arrival',
      // Two at the same instant, which only their ids tell apart.
      occurredAt: `2013-01-0${1 + Math.floor(index / 3)}T10:00:00Z`,
      properties: { who: `passenger ${index}` },
    }));
    await api.post('/v1/events/batch', { events });
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages += 1) {
      const { body } = await api.get(`/v1/customers/${id}/personal-data/events?limit=2${cursor}`);
      seen.push(...body.data.map((event: { id: string; properties: { who: string } }) => event.properties.who));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    // By type, byte by byte ('A' before 'd'), then by time, then by id.
    assert.deepEqual(seen.map((who) => who.slice(-1)).join(''), '1350246');
    const { body } = await api.get('/v1/customers/DL/personal-data');
    assert.deepEqual(
      body.usage
        .map(({ eventType, events: count }: { eventType: string; events: number }) => [eventType, count])
        .sort(),
      [
        ['Arrival', 3],
        ['departure', 4],
      ],
    );
    assertProblem(await api.get('/v1/customers/DL/personal-data/events?cursor=x'), 400, 'request-invalid', 'cursor');
    assertProblem(await api.get('/v1/customers/nobody/personal-data/events'), 404, 'not-found', 'id');
  });

  it('erases a customer, who is found by our id from then on, and takes nothing new', async () => {
    const { id } = await addCustomer(api.database, 'UA');
    await api.call('PUT', '/v1/customers/UA/billing', { body: { legalName: 'Ada Fox', memo: 'Hello Ada' } });
    const erased = await api.post('/v1/customers/UA/erasure', order);
    assert.equal(erased.status, 200);
    assert.deepEqual([erased.body.counts.contact, erased.body.counts.billingProfile], [1, 1]);
    assert.notEqual(erased.body.copiesErasedAt, null, 'Stripe never knew it');
    assert.deepEqual((await api.post(`/v1/customers/${id}/erasure`, order)).body, erased.body);

    assertProblem(await api.get('/v1/customers/UA'), 404, 'not-found', 'id');
    const { body } = await api.get(`/v1/customers/${id}`);
    assert.deepEqual([body.name, body.email, body.externalId], ['Erased customer', null, `erased-${id}`]);
    const again = { externalId: 'UA', name: 'Ada', currency: 'USD', zone: 'UTC', clock: 'sample' };
    assertProblem(await api.post('/v1/customers', again), 409, 'customer-erased', 'externalId');
    const profile = { body: { legalName: 'Ada Fox' } };
    assertProblem(await api.call('PUT', `/v1/customers/${id}/billing`, profile), 409, 'customer-erased');
    const subscription = { customer: id, plan: 'airports', startsAt: '2013-01-01T05:00:00Z' };
    assertProblem(await api.post('/v1/subscriptions', subscription), 409, 'customer-erased');
  });

  it('erases here although nobody reaches Stripe now, and says that the copy waits', async () => {
    const { id } = await addCustomer(api.database, 'WN');
    await api.database.query(
      `INSERT INTO target_accounts (target, account_id, livemode) VALUES ('stripe', 'acct_1', false)`,
    );
    await api.database.query(
      `INSERT INTO customer_mappings (account_id, customer_id, remote_id) VALUES ('acct_1', $1, 'cus_1')`,
      [id],
    );
    const { status, body } = await api.post('/v1/customers/WN/erasure', order);
    assert.deepEqual([status, body.counts.contact, body.copiesErasedAt], [200, 1, null]);
    const exported = (await api.get(`/v1/customers/${id}/personal-data`)).body;
    assert.deepEqual([exported.customer.name, exported.erasure.copiesErasedAt], ['Erased customer', null]);
  });

  it('refuses while not all is over', async () => {
    const { id } = await addCustomer(api.database, 'AA');
    await api.post('/v1/subscriptions', { customer: 'AA', plan: 'airports', startsAt: '2013-01-01T05:00:00Z' });
    const refused = await api.post('/v1/customers/AA/erasure', order);
    assertProblem(refused, 409, 'erasure-refused', 'id');
    assert.match(refused.body.detail, /1 subscription is live/);
    assert.match(refused.body.mend, /cancel/);
    assert.equal((await api.get(`/v1/customers/${id}`)).body.name, 'Airline AA');
    assertProblem(await api.post('/v1/customers/nobody/erasure', order), 404, 'not-found', 'id');
    const blank = { ...order, reason: ' ' };
    assertProblem(await api.post('/v1/customers/AA/erasure', blank), 400, 'request-invalid', 'reason');
  });

  it('keeps for how many years the law asks for invoices, and who said so', async () => {
    assert.deepEqual((await api.get('/v1/settings/retention')).body, { invoiceYears: 10, usageMonths: null });
    const stored = await api.call('PUT', '/v1/settings/retention', { body: { invoiceYears: 7 } });
    assert.deepEqual(stored.body, { invoiceYears: 7, usageMonths: null });
    assert.deepEqual((await api.get('/v1/settings/retention')).body, { invoiceYears: 7, usageMonths: null });
    const { rows } = await api.database.query(
      `SELECT actor, action, detail FROM audit_log WHERE subject_kind = 'retention'`,
    );
    assert.deepEqual(rows, [
      { actor: 'api-key:tests', action: 'chosen', detail: { invoiceYears: 7, usageMonths: null } },
    ]);
    const never = await api.call('PUT', '/v1/settings/retention', { body: { invoiceYears: 0 } });
    assertProblem(never, 400, 'request-invalid', 'invoiceYears');
  });
});

describe('The personal data of people who sign in', () => {
  const api = useApi();
  const order = { reason: 'asked for by the customer', requestId: 'erasure-1' };
  const asked = (headers: Record<string, string>) => api.get('/v1/invoices', { headers, isKeyless: true });

  it('is handed out and erased: users, sessions, links, and keys that are bound', async () => {
    const { id } = await addCustomer(api.database, 'B6');
    const people = { email: 'kim@jetblue.example', name: 'Kim Moreau', role: 'admin' };
    const { body: user } = await api.post('/v1/customers/B6/users', people);
    const session = await signedIn(api.database, { customerId: id, userId: user.id });
    await api.post('/v1/customers/B6/session-links', { userId: user.id });
    await api.database.transaction((sql) => makeLink(sql, { kind: 'mail', email: 'kim@jetblue.example' }, 900));
    const key = { name: 'Key of Kim', scopes: ['invoices:read'] as const, customerId: id };
    const { secret } = await createApiKey(api.database, key);
    const bound = { authorization: `Bearer ${secret}` };
    assert.deepEqual([(await asked(session)).status, (await asked(bound)).status], [200, 200]);

    const { users, sessions } = (await api.get('/v1/customers/B6/personal-data')).body;
    assert.deepEqual([users[0].email, users[0].name, sessions[0].userId], [people.email, people.name, user.id]);

    const erased = await api.post('/v1/customers/B6/erasure', order);
    assert.equal(erased.status, 200, JSON.stringify(erased.body));
    const { users: gone, sessions: ended, signInLinks, apiKeys } = erased.body.counts;
    assert.deepEqual([gone, ended, signInLinks, apiKeys], [1, 1, 2, 1]);
    const { rows } = await api.database.query<{ all: string }>(
      `SELECT concat((SELECT jsonb_agg(to_jsonb(t)) FROM customer_users t), (SELECT jsonb_agg(to_jsonb(t)) FROM sessions t),
         (SELECT jsonb_agg(to_jsonb(t)) FROM sign_in_links t), (SELECT jsonb_agg(to_jsonb(t)) FROM api_keys t),
         (SELECT jsonb_agg(to_jsonb(t)) FROM audit_log t)) AS all`,
    );
    assert.doesNotMatch(rows[0]?.all ?? '', /kim|moreau/i);
    for (const [url, body] of [
      [`/v1/customers/${id}/users`, people],
      [`/v1/customers/${id}/session-links`, {}],
    ] as const) {
      assertProblem(await api.post(url, body), 409, 'customer-erased');
    }
    // Other processes believe a session and a key for five seconds; one that has not seen them does not.
    const authenticate = createSessionAuthenticator(api.database);
    await assert.rejects(authenticate(session['cookie']?.split('=')[1] ?? ''), { code: 'session-invalid' });
    await assert.rejects(createAuthenticator(api.database)(bound.authorization), { code: 'key-invalid' });
  });
});
