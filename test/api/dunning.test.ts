import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { followUp, unpaidInvoice } from '../billing/dunning-support.ts';
import { openBooks } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

const policy = {
  key: 'default',
  steps: [
    { days: 3, after: 'due', action: 'remind' },
    { days: 10, after: 'due', action: 'remind' },
    { days: 30, after: 'due', action: 'mark_uncollectible' },
  ],
};
const reason = 'The customer has asked for a new bill.';

describe('Dunning by the API', () => {
  const api = useApi();
  before(async () => {
    await openBooks(api.database);
  });

  it('has no policy until one is set, whole', async () => {
    assert.deepEqual((await api.get('/v1/settings/dunning')).body, { policies: [], notices: [] });
    const settings = { policies: [policy], notices: ['invoice-sent'] };
    const set = await api.call('PUT', '/v1/settings/dunning', { body: settings });
    assert.deepEqual([set.status, set.body], [200, { ...settings, begun: 0 }]);
    assert.deepEqual((await api.get('/v1/settings/dunning')).body, settings);
  });

  it('refuses what could not be carried out, with the step', async () => {
    const put = (steps: object[]) =>
      api.call('PUT', '/v1/settings/dunning', { body: { policies: [{ key: 'default', steps }], notices: [] } });
    const backwards = await put([policy.steps[1]!, policy.steps[0]!]);
    assertProblem(backwards, 422, 'dunning-policy-invalid', 'policies.default.steps[1].days');
    assertProblem(await put([]), 400, 'request-invalid', 'policies[0].steps');
    assertProblem(
      await put([{ ...policy.steps[0], action: 'shout' }]),
      400,
      'request-invalid',
      'policies[0].steps[0].action',
    );
    const twice = { policies: [policy, policy], notices: [] };
    assertProblem(
      await api.call('PUT', '/v1/settings/dunning', { body: twice }),
      422,
      'dunning-policy-invalid',
      'policies',
    );
  });

  it('shows of an invoice what was done and what is planned, and can be paused and resumed', async () => {
    const { id } = await unpaidInvoice(api.database, '2013-02-01', 'pilot@heron.example');
    await followUp(api.database, '2013-02-04T14:00:00Z');
    const { status, body } = await api.get(`/v1/invoices/${id}/dunning`);
    assert.deepEqual([status, body.state, body.waitsFor, body.policy], [200, 'running', null, policy]);
    const told = body.steps.map((step: Record<string, unknown>) => [step['action'], step['state'], step['dueAt']]);
    assert.deepEqual(told, [
      ['remind', 'done', '2013-02-04T14:00:00.000Z'],
      ['remind', 'planned', '2013-02-11T14:00:00.000Z'],
      ['mark_uncollectible', 'planned', '2013-03-03T14:00:00.000Z'],
    ]);
    assert.equal(body.steps[0].message.state, 'pending');

    const paused = await api.post(`/v1/invoices/${id}/dunning/pause`, { reason });
    assert.deepEqual([paused.status, paused.body.state, paused.body.pause.reason], [200, 'paused', reason]);
    const resumed = await api.post(`/v1/invoices/${id}/dunning/resume`, { reason });
    assert.deepEqual([resumed.status, resumed.body.state, resumed.body.pause], [200, 'running', null]);
    assertProblem(await api.post(`/v1/invoices/${id}/dunning/resume`, { reason }), 409, 'conflict');
    assertProblem(
      await api.post(`/v1/invoices/${id}/dunning/pause`, { reason: ' ' }),
      400,
      'request-invalid',
      'reason',
    );
    for (const other of [randomUUID(), 'SAMPLE-000001']) {
      assertProblem(await api.get(`/v1/invoices/${other}/dunning`), 404, 'not-found', 'id');
      assertProblem(await api.post(`/v1/invoices/${other}/dunning/pause`, { reason }), 404, 'not-found', 'id');
    }
  });

  it("lists mails without the customer's address, by pages, and has them sent again or left", async () => {
    const { id } = await unpaidInvoice(api.database, '2013-02-01', 'another@heron.example');
    await followUp(api.database, '2013-02-04T14:00:00Z');
    const ofInvoice = await api.get(`/v1/messages?invoice=${id}`);
    assert.deepEqual(
      ofInvoice.body.data.map(({ kind, ordinal }: Record<string, unknown>) => [kind, ordinal]),
      [
        ['reminder', 1],
        ['invoice-sent', null],
      ],
    );
    assert.ok(!JSON.stringify(ofInvoice.body).includes('heron.example'), 'no address');
    const first = await api.get('/v1/messages?limit=1');
    const next = await api.get(`/v1/messages?limit=1&cursor=${first.body.nextCursor}`);
    assert.deepEqual(
      [...first.body.data, ...next.body.data].map((mail) => mail.id),
      ofInvoice.body.data.map((mail: { id: string }) => mail.id),
    );

    const [{ id: message }] = ofInvoice.body.data;
    assert.equal((await api.get(`/v1/messages/${message}`)).body.state, 'pending');
    assertProblem(await api.post(`/v1/messages/${message}/resend`, { reason }), 409, 'message-refused');
    const left = await api.post(`/v1/messages/${message}/dismiss`, { reason });
    assert.deepEqual([left.body.state, left.body.reason, left.body.nextAt], ['skipped', 'dismissed', null]);
    assert.equal((await api.post(`/v1/messages/${message}/resend`, { reason })).body.state, 'pending');
    assertProblem(await api.get(`/v1/messages/${randomUUID()}`), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/messages/no-id'), 404, 'not-found', 'id');
    assertProblem(await api.get('/v1/messages?state=lost'), 400, 'request-invalid', 'state');
  });

  it('gives a customer a policy of its own, and takes it back', async () => {
    const created = await api.post('/v1/customers', {
      ...{ externalId: 'patient', name: 'Patient', currency: 'USD', zone: 'UTC', clock: 'sample' },
    });
    const url = `/v1/customers/${created.body.id}/dunning`;
    assert.deepEqual((await api.get(url)).body, { policy: null });
    for (const own of ['none', 'default', null]) {
      const set = await api.call('PUT', url, { body: { policy: own } });
      assert.deepEqual([set.status, set.body], [200, { policy: own }]);
      assert.deepEqual((await api.get('/v1/customers/patient/dunning')).body, { policy: own });
    }
    assertProblem(await api.call('PUT', url, { body: { policy: 'gone' } }), 422, 'dunning-policy-invalid', 'policy');
    assertProblem(await api.get('/v1/customers/nobody/dunning'), 404, 'not-found', 'id');
  });
});
