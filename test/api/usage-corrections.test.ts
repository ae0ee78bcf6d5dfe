import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { countSourcesOfUsage } from '../../src/billing/count-sources.ts';
import { type Business, flat, invoicesOf, openBusiness, perMile } from '../billing/business.ts';
import { assertProblem, noSyncs, useApi } from './support.ts';

describe('Corrections of usage over HTTP', () => {
  const woken: string[] = [];
  const api = useApi({ syncs: { ...noSyncs, wake: async (id) => void woken.push(id) } });
  let business: Business;
  let customer = '';
  let invoiceId = '';

  /** January is issued over 10.00 + 100 miles × 1.00. */
  before(async () => {
    business = await openBusiness(api.database);
    const plan = await business.plan('miles', [flat('10'), perMile('1')]);
    customer = await business.customer('B6', { plan });
    await send('one', 100);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoiceId = (await invoicesOf(api.database, customer))[0]!.id;
  });

  async function send(id: string, miles: number): Promise<void> {
    const event = { id, customer, type: 'departure', occurredAt: '2013-01-05T10:00:00Z', properties: { miles } };
    assert.equal((await api.post('/v1/events', event)).status, 202);
  }

  const reason = 'The tower miscounted.';
  const changes = (miles: number) => [{ action: 'amend', id: 'one', customer, properties: { miles } }];
  const previewed = async (body: object) => await api.post('/v1/usage/corrections', { reason, ...body });
  const act = (id: string, what: 'apply' | 'discard') => api.call('POST', `/v1/usage/corrections/${id}/${what}`);

  it('are previewed, listed, read and applied', async () => {
    const { status, headers, body } = await previewed({ changes: changes(130) });
    assert.deepEqual([status, headers['location']], [201, `/v1/usage/corrections/${body.id}`]);
    assert.deepEqual(
      [body.state, body.invoiceCount, body.differences],
      ['previewed', 1, [{ currency: 'USD', amountMinor: 30_00 }]],
    );
    const [{ invoiceId: changed, treatment, lines }] = body.invoices;
    assert.deepEqual([changed, treatment], [invoiceId, 'next-invoice']);
    assert.deepEqual(
      lines.map(({ priceKey, quantityBefore, quantityAfter, differenceMinor }: Record<string, unknown>) => [
        priceKey,
        quantityBefore,
        quantityAfter,
        differenceMinor,
      ]),
      [['miles', '100', '130', 30_00]],
    );
    assert.deepEqual((await api.get(`/v1/usage/corrections/${body.id}`)).body, body);
    const idsOf = async (state: string) =>
      (await api.get(`/v1/usage/corrections?state=${state}`)).body.data.map(({ id }: { id: string }) => id);
    assert.deepEqual(await idsOf('previewed'), [body.id]);
    const why = encodeURIComponent('Vereinbart, für Januar.');
    const applied = await api.call('POST', `/v1/usage/corrections/${body.id}/apply`, {
      headers: { 'durabill-reason': why },
    });
    assert.deepEqual([applied.status, applied.body.state], [200, 'applied']);
    assert.deepEqual([applied.body.endedBy, applied.body.endReason], ['api-key:tests', 'Vereinbart, für Januar.']);
    assert.deepEqual((await act(body.id, 'apply')).body, applied.body);
    assert.deepEqual([await idsOf('previewed'), await idsOf('applied')], [[], [body.id]]);
    assertProblem(await act(body.id, 'discard'), 409, 'correction-ended');
  });

  it('are refused when the data has moved', async () => {
    const { body } = await previewed({ changes: changes(140) });
    await send('late', 7);
    assertProblem(await act(body.id, 'apply'), 409, 'correction-moved');
    const { state, endReason } = (await api.get(`/v1/usage/corrections/${body.id}`)).body;
    assert.deepEqual(
      [state, endReason],
      ['refused', `It would change invoice ${invoiceId} otherwise than when it was previewed.`],
    );
  });

  it('bill late usage once', async () => {
    const first = await previewed({ lateUsage: { customer } });
    assert.deepEqual(first.body.differences, [{ currency: 'USD', amountMinor: 7_00 }]);
    assert.equal((await act(first.body.id, 'apply')).body.state, 'applied');
    const second = await previewed({ lateUsage: { customer } });
    assert.deepEqual([second.body.invoices, second.body.differences], [[], []]);
    assert.equal((await act(second.body.id, 'discard')).body.state, 'discarded');
  });

  it('void and reissue where it is asked for, and wake the sync', async () => {
    const treatments = [{ invoiceId, treatment: 'reissue' }];
    const { body } = await previewed({ changes: changes(90), treatments });
    assert.equal(body.invoices[0].treatment, 'reissue');
    assert.deepEqual(woken, []);
    assert.equal((await act(body.id, 'apply')).status, 200);
    assert.deepEqual(woken, [invoiceId]);
    assert.equal((await api.get(`/v1/invoices/${invoiceId}`)).body.wanted, 'void');
    const waiting = await api.post(`/v1/invoices/${invoiceId}/reissue`, { reason });
    assert.deepEqual([waiting.status, waiting.body.state], [200, 'waiting']);
    await api.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [invoiceId]);
    const done = await api.post(`/v1/invoices/${invoiceId}/reissue`, { reason });
    assert.equal(done.body.state, 'done');
    const { body: reissued } = await api.get(`/v1/invoices/${done.body.invoiceId}`);
    // 10.00 + (90 + 7) × 1.00: what corrections had billed beside the old one is given back beside the new one.
    assert.deepEqual([reissued.replaces, reissued.revision, reissued.totalMinor], [invoiceId, 2, 107_00]);
  });

  it('say what is wrong with a request, and where', async () => {
    assertProblem(await previewed({}), 422, 'correction-invalid', 'changes');
    assertProblem(await previewed({ changes: [] }), 422, 'correction-invalid', 'changes');
    assertProblem(
      await previewed({ changes: [{ action: 'forget', id: 'one', customer }] }),
      400,
      'request-invalid',
      'changes[0].action',
    );
    assertProblem(await api.post('/v1/usage/corrections', { changes: changes(1) }), 400, 'request-invalid', 'reason');
    for (const id of [randomUUID(), 'x']) {
      assertProblem(await api.get(`/v1/usage/corrections/${id}`), 404, 'not-found', 'id');
      assertProblem(await act(id, 'apply'), 404, 'not-found', 'id');
    }
  });

  it('stand beside the watermark of an invoice and the freshness of its sources', async () => {
    const before = (await api.get(`/v1/invoices/${invoiceId}`)).body;
    assert.equal(before.dataGaps, null);
    assert.ok(Date.parse(before.usageCutAt) <= Date.now());
    await countSourcesOfUsage(api.database);
    const { dataGaps, lines } = (await api.get(`/v1/invoices/${invoiceId}`)).body;
    assert.deepEqual(dataGaps, []);
    assert.deepEqual(
      lines.map(({ usageState }: { usageState: string }) => usageState),
      [null, 'usage'],
    );
    const { data } = (await api.get('/v1/usage/sources')).body;
    assert.deepEqual(
      data.map(({ source, eventCount, lastDayCount }: Record<string, unknown>) => [source, eventCount, lastDayCount]),
      [['api', 2, 2]],
    );
  });
});
