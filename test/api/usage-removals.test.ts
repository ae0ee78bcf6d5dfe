import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { moveTestClock } from '../../src/store/due-work.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { type Business, invoicesOf, openBusiness, perDeparture } from '../billing/business.ts';
import { night } from '../billing/retention/support.ts';
import { bringOnce } from '../targets/support.ts';
import { assertProblem, useApi } from './support.ts';

describe('Raw usage that is kept no longer', () => {
  const api = useApi();
  let business: Business;
  let customer = '';
  let invoiceId = '';
  let simulator: Simulator | undefined;

  before(async () => {
    business = await openBusiness(api.database);
    customer = await business.customer('B6', { plan: await business.plan('use', [perDeparture('2')]) });
    await business.use('B6', [{ id: 'first', at: '2013-01-05T10:00:00Z' }, { at: '2013-01-06T10:00:00Z' }]);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoiceId = (await invoicesOf(api.database, customer))[0]!.id;
    simulator = await startSimulator();
    const stripe = openStripe({ secretKey: simulator.key, apiBase: simulator.url });
    await bringOnce(api.database, { stripe, secretKey: simulator.key }, invoiceId);
    await moveTestClock(api.database, business.clockId, new Date('2013-05-03T00:00:00Z'));
  });
  after(() => simulator?.stop());

  it('is chosen in months, three at least, or for ever', async () => {
    const put = (body: unknown) => api.call('PUT', '/v1/settings/retention', { body });
    for (const usageMonths of [2, 0, -1, 1.5, '3']) {
      assertProblem(await put({ usageMonths }), 400, 'request-invalid', 'usageMonths');
    }
    assert.deepEqual((await put({ usageMonths: 12 })).body, { invoiceYears: 10, usageMonths: 12 });
    assert.deepEqual((await put({ invoiceYears: 7 })).body, { invoiceYears: 7, usageMonths: 12 });
    assert.deepEqual((await put({ usageMonths: null })).body, { invoiceYears: 7, usageMonths: null });
  });

  it('is planned before anything goes', async () => {
    assert.deepEqual((await api.get('/v1/usage/removals/plan')).body, { usageMonths: null, keptTypes: [], months: [] });
    const plan = async (months: number) => (await api.get(`/v1/usage/removals/plan?usageMonths=${months}`)).body;
    assert.deepEqual(await plan(3), {
      usageMonths: 3,
      keptTypes: [],
      months: [{ month: '2013-01', customers: 1, keptBy: [] }],
    });
    // On the second of May in the afternoon it was not old enough.
    assert.deepEqual((await plan(4)).months, []);
    assertProblem(await api.get('/v1/usage/removals/plan?usageMonths=1'), 400, 'request-invalid', 'usageMonths');
    assert.deepEqual((await api.get('/v1/usage/removals')).body, { data: [], nextCursor: null });
  });

  it('is told of when it is gone, and the invoice is proved all the same', async () => {
    assert.equal((await api.get(`/v1/invoices/${invoiceId}/proof`)).body.removed, null);
    await api.call('PUT', '/v1/settings/retention', { body: { usageMonths: 3 } });
    assert.equal((await night(api.database)).events, 2);

    const { data } = (await api.get('/v1/usage/removals')).body;
    assert.equal(data.length, 1);
    const [{ id: _, removedAt, ...removal }] = data;
    assert.deepEqual(removal, { month: '2013-01', usageMonths: 3, customers: 1, events: 2, keptEvents: 0 });

    const proof = (await api.get(`/v1/invoices/${invoiceId}/proof`)).body;
    assert.deepEqual([proof.holds, proof.failure, proof.removed.removedAt], [true, null, removedAt]);
    assert.equal(proof.removed.hash, proof.removed.hashInChain);
    assert.deepEqual(
      [proof.comparisons[0].what, proof.comparisons[0].holds, proof.comparisons[0].found],
      ['record', true, proof.removed.hash],
    );
    assert.equal(proof.lines[0].evidence.events, 2);
    const history = (await api.get(`/v1/invoices/${invoiceId}/history`)).body.data;
    const recorded = history.find(({ action }: { action: string }) => action === 'usage recorded');
    assert.equal(recorded.detail.sha256, proof.removed.hash);
    assertProblem(await api.get(`/v1/invoices/${invoiceId}/proof/events?line=1`), 410, 'usage-removed', 'line');

    const exported = (await api.get(`/v1/customers/${customer}/personal-data`)).body;
    assert.deepEqual(exported.usage, []);
    assert.deepEqual(exported.usageRemoved, [{ eventType: 'departure', events: 2, removedAt }]);
    assert.match(exported.kept.others[0].until, /3 months/);
    const told = await api.database.query(
      `SELECT actor, detail ->> 'month' AS month FROM audit_log WHERE subject_kind = 'retention' AND action = 'usage removed'`,
    );
    assert.deepEqual(told.rows, [{ actor: 'usage-removal', month: '2013-01' }]);
  });

  it('is not sent again, corrected, or subscribed to', async () => {
    const event = { customer, type: 'departure', occurredAt: '2013-01-20T10:00:00Z' };
    const sent = await api.post('/v1/events', { ...event, id: randomUUID() });
    assertProblem(sent, 410, 'usage-removed', 'occurredAt');
    const changes = [{ ...event, action: 'backfill', id: 'x' }];
    const correction = await api.post('/v1/usage/corrections', { changes, reason: 'It was forgotten.' });
    assertProblem(correction, 410, 'usage-removed', 'changes[0].occurredAt');
    const plan = await business.plan('other', [perDeparture('3')]);
    const subscription = { customer, plan, startsAt: '2013-01-15T00:00:00Z' };
    assertProblem(await api.post('/v1/subscriptions', subscription), 410, 'usage-removed', 'startsAt');
  });
});
