import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { addCustomer } from '../support/books.ts';
import { assertProblem, useApi } from './support.ts';

describe('The API of charges', () => {
  const api = useApi();
  const order = {
    customer: 'B6',
    requestId: 'set-up',
    lines: [{ description: 'Set-up', quantity: '2', unitAmount: '12.50' }],
    memo: 'As agreed',
    reason: 'Agreed on the phone',
  };
  before(async () => {
    await addCustomer(api.database, 'B6');
  });

  it('orders an invoice once, shows it, and lets its terms be set while it is a draft', async () => {
    const made = await api.post('/v1/invoices', order);
    assert.equal(made.status, 201);
    assert.equal(made.headers['location'], `/v1/invoices/${made.body.id}`);
    assert.deepEqual(
      [made.body.lifecycle, made.body.totalMinor, made.body.parties.memo, made.body.parties.isFrozen],
      ['draft', 2_500, 'As agreed', false],
    );
    const again = await api.post('/v1/invoices', order);
    assert.deepEqual([again.status, again.body], [200, made.body]);
    assertProblem(await api.post('/v1/invoices', { ...order, memo: 'Other' }), 409, 'conflict', 'requestId');
    assertProblem(await api.post('/v1/invoices', { ...order, lines: [] }), 400, 'request-invalid', 'lines');
    assertProblem(await api.post('/v1/invoices', { ...order, customer: 'nobody' }), 404, 'not-found', 'customer');
    const odd = { ...order, requestId: 'odd', dueAt: 'tomorrow' };
    assertProblem(await api.post('/v1/invoices', odd), 400, 'request-invalid', 'dueAt');

    const at = `/v1/invoices/${made.body.id}`;
    const changed = await api.call('PATCH', at, { body: { purchaseOrder: 'PO-1', paymentTermsDays: 5 } });
    assert.deepEqual(
      [changed.body.parties.purchaseOrder, changed.body.parties.paymentTermsDays, changed.body.parties.memo],
      ['PO-1', 5, 'As agreed'],
    );
    assert.deepEqual((await api.get(at)).body, changed.body);
    assertProblem(await api.call('PATCH', at, { body: {} }), 400, 'request-invalid', 'body');
    assertProblem(
      await api.call('PATCH', `/v1/invoices/${randomUUID()}`, { body: { memo: 'x' } }),
      404,
      'not-found',
      'id',
    );
    await api.database.query(`UPDATE invoice_states SET lifecycle = 'void' WHERE invoice_id = $1`, [made.body.id]);
    assertProblem(await api.call('PATCH', at, { body: { memo: 'x' } }), 409, 'terms-refused');
  });

  it('refuses what could be billed and then shown to nobody', async () => {
    // 2⁵³ is the first whole number after which JSON has gaps.
    const refused = async (charge: object, field: string, code = 'amount-out-of-range') => {
      const lines = [{ description: 'Much', ...charge }];
      const answer = await api.post('/v1/invoices', { ...order, requestId: 'much', lines });
      assertProblem(answer, code === 'request-invalid' ? 400 : answer.status, code, field);
      assert.ok(answer.status < 500);
    };
    await refused({ amount: '90071992547409.92' }, 'lines[0].amount');
    await refused({ amount: '92233720368547758.08' }, 'lines[0].amount');
    await refused({ amount: `-${'9'.repeat(30)}` }, 'lines[0].amount');
    await refused({ quantity: '9'.repeat(30), unitAmount: '9'.repeat(30) }, 'lines[0].quantity');
    await refused({ amount: '1', taxRates: ['x', 'x'] }, 'lines[0].taxRates', 'request-invalid');
    const half = { description: 'Half', amount: '45035996273704.96' };
    const both = await api.post('/v1/invoices', { ...order, requestId: 'halves', lines: [half, half] });
    assertProblem(both, both.status, 'amount-out-of-range', 'lines');
    const items = '/v1/customers/B6/pending-items';
    const item = { requestId: 'much', description: 'Much', amount: '90071992547409.92' };
    const answer = await api.post(items, item);
    assertProblem(answer, answer.status, 'amount-out-of-range', 'amount');
    const twice = { ...item, amount: '1', taxRates: ['x', 'x'] };
    assertProblem(await api.post(items, twice), 400, 'request-invalid', 'taxRates');
    assert.deepEqual((await api.get(items)).body.data, []);
  });

  it('puts items on the next bill, lists them and takes them away', async () => {
    const at = '/v1/customers/B6/pending-items';
    const item = { requestId: 'gate', description: 'Gate', amount: '25', taxRates: [] };
    const made = await api.post(at, item);
    assert.deepEqual([made.status, made.body.amountMinor, made.body.isWaiting], [201, 2_500, true]);
    assert.deepEqual((await api.post(at, item)).status, 200);
    const second = (await api.post(at, { requestId: 'rebate', description: 'Rebate', amount: '-5' })).body;
    assert.deepEqual((await api.get(`${at}?state=waiting`)).body, { data: [made.body, second], nextCursor: null });
    const first = (await api.get(`${at}?limit=1`)).body;
    assert.deepEqual(first.data, [made.body]);
    assert.deepEqual((await api.get(`${at}?limit=1&cursor=${first.nextCursor}`)).body.data, [second]);
    assertProblem(await api.post(at, { ...item, amount: '26' }), 409, 'conflict', 'amount');
    assertProblem(await api.post(at, { ...item, requestId: 'x', amount: 'much' }), 422, 'decimal-invalid', 'amount');

    const removed = await api.call('DELETE', `${at}/${second.id}?reason=Ordered%20twice`);
    assert.deepEqual([removed.status, removed.body.id, removed.body.isWaiting], [200, second.id, false]);
    assertProblem(await api.call('DELETE', `${at}/${second.id}?reason=again`), 404, 'not-found', 'itemId');
    assertProblem(await api.call('DELETE', `${at}/${made.body.id}`), 400, 'request-invalid', 'reason');
    assert.deepEqual((await api.get(at)).body.data, [made.body]);
  });

  it('shows the calendar with addresses', async () => {
    const { body } = await api.get('/v1/customers/B6/calendar?from=2013-01-01T00:00:00Z&to=2013-03-01T00:00:00Z');
    assert.equal(body.now, '2013-01-01T05:00:00.000Z');
    const planned = body.entries.find(
      ({ kind, isDone }: { kind: string; isDone: boolean }) => kind === 'issued' && !isDone,
    );
    assert.equal(planned.at, '2013-01-02T15:00:00.000Z');
    const drawnUp = body.entries.find(({ invoiceId }: { invoiceId: string | null }) => invoiceId !== null);
    assert.equal(drawnUp.links.invoice, `/v1/invoices/${drawnUp.invoiceId}`);
    assertProblem(await api.get('/v1/customers/nobody/calendar'), 404, 'not-found', 'customer');
    assertProblem(await api.get('/v1/customers/B6/calendar?to=2012-01-01T00:00:00Z'), 400, 'request-invalid', 'to');
  });
});
