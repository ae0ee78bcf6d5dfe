import assert from 'node:assert/strict';
import { addCustomer } from '../support/books.ts';
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
