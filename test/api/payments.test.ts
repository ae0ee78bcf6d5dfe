import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { bindStripe } from '../../src/billing/stripe-account.ts';
import { syncCustomer } from '../../src/billing/sync-customer.ts';
import { DurabillError } from '../../src/errors/error.ts';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { openStripe } from '../../src/targets/stripe/client.ts';
import { createEventSource } from '../../src/targets/stripe/events.ts';
import { createStripeTarget } from '../../src/targets/stripe/target.ts';
import { bringOnce, issueInvoice } from '../targets/support.ts';
import { assertProblem, useApi } from './support.ts';

/** Every invoice here is over USD 2.00; its customer's clock stands at 1 January 2013. */
describe('The money of an invoice, by the HTTP interface', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator();
  });
  after(() => simulator.stop());
  const client = () => openStripe({ secretKey: simulator.key, apiBase: simulator.url });

  /** Syncs without Temporal: who is woken is synced at once. */
  const stripe: { isAway: boolean } = { isAway: false };
  const api = useApi({
    syncs: {
      async wake(invoiceId) {
        await bringOnce(api.database, { stripe: client(), secretKey: simulator.key }, invoiceId);
      },
      answer: () => Promise.reject(new Error('unused')),
      async ensureCustomer(customerId) {
        if (stripe.isAway) throw new DurabillError('unavailable', { reason: 'Stripe cannot be reached.' });
        const target = createStripeTarget(client(), simulator.key);
        const account = bindStripe(api.database, { target, events: createEventSource(client()) });
        await syncCustomer(api.database, account, customerId);
      },
    },
  });

  async function synced(externalId = `airline-${randomUUID()}`) {
    const invoice = await issueInvoice(api.database, { amountsMinor: [200n], externalId });
    await bringOnce(api.database, { stripe: client(), secretKey: simulator.key }, invoice.id);
    return { ...invoice, externalId, url: `/v1/invoices/${invoice.id}` };
  }
  async function saveCard(externalId: string, number: string) {
    const page = await api.post(`/v1/customers/${externalId}/payment-method-sessions`, {
      returnUrl: 'https://heron.example/billing',
    });
    assert.equal(page.status, 200, JSON.stringify(page.body));
    await fetch(page.body.url, { method: 'POST', body: new URLSearchParams({ number }), redirect: 'manual' });
    return page.body;
  }
  const moneyOf = async (url: string) => {
    const { body } = await api.get(`${url}/payments`);
    return [body.amountPaidMinor, body.openMinor, body.refundedMinor];
  };

  it('a customer chooses how, saves a card, is charged, and gets a part back', async () => {
    const { externalId, url } = await synced();
    const collection = `/v1/customers/${externalId}/collection`;
    assert.deepEqual((await api.get(collection)).body, { method: 'send_invoice', paymentMethod: null });
    const chosen = await api.post(collection, { method: 'charge_automatically' });
    assert.deepEqual([chosen.status, chosen.body.method], [200, 'charge_automatically']);
    assertProblem(await api.post(`${url}/collect`, {}), 409, 'collection-refused');

    const first = await saveCard(externalId, '4242424242424242');
    const second = await saveCard(externalId, '5555555555554444');
    assert.notEqual(first.id, second.id, 'a page that was used makes room for another');
    assert.equal((await api.get(collection)).body.paymentMethod.last4, '4242');
    await saveCard(externalId, '4000000000000002');
    assert.equal((await api.get(collection)).body.paymentMethod.last4, '4444', 'a refused card changes nothing');

    const collected = await api.post(`${url}/collect`, { reason: 'they called' });
    assert.equal(collected.status, 202);
    // 2.00 due, 2.00 by card, 0.50 back
    assert.deepEqual(await moneyOf(url), [200, 0, 0]);
    const back = await api.post(`${url}/refunds`, { amountMinor: 50, reason: 'a late flight' });
    assert.deepEqual([back.status, back.body.amountMinor, back.body.kind], [202, 50, 'target']);
    assert.deepEqual(await moneyOf(url), [200, 0, 50]);
    const { body } = await api.get(url);
    assert.deepEqual([body.payment, body.refundedMinor, body.disputedMinor], ['paid', 50, 0]);
    const { movements } = (await api.get(`${url}/payments`)).body;
    assert.deepEqual(
      movements.map(({ kind, status }: { kind: string; status: string }) => `${kind} ${status}`).sort(),
      ['attempt paid', 'payment succeeded', 'refund succeeded'],
    );
    assertProblem(
      await api.post(`${url}/refunds`, { amountMinor: 151, reason: 'more' }),
      422,
      'refund-refused',
      'amountMinor',
    );
  });

  it('money comes in elsewhere, in two parts', async () => {
    const { url } = await synced();
    const payment = {
      kind: 'out_of_band',
      id: randomUUID(),
      amountMinor: 120,
      paidAt: '2012-12-31T10:00:00Z',
      reference: 'Statement 7',
      reason: 'seen on the statement',
    };
    const stored = await api.post(`${url}/payments`, payment);
    assert.deepEqual([stored.status, stored.body.amountMinor], [201, 120]);
    assert.equal((await api.post(`${url}/payments`, payment)).status, 200, 'sent again it is the same');
    assertProblem(await api.post(`${url}/payments`, { ...payment, amountMinor: 1 }), 409, 'conflict', 'id');
    const { id: _id, amountMinor: _amount, ...rest } = payment;
    // 200 − 120 = 80
    assertProblem(
      await api.post(`${url}/payments`, { ...rest, amountMinor: 81 }),
      422,
      'payment-refused',
      'amountMinor',
    );
    const last = await api.post(`${url}/payments`, rest);
    assert.deepEqual([last.status, last.body.amountMinor], [201, 80]);
    assert.deepEqual(await moneyOf(url), [200, 0, 0]);
    assert.equal((await api.get(url)).body.copies[0].status, 'paid');
    const back = await api.post(`${url}/refunds`, { kind: 'out_of_band', amountMinor: 5, reason: 'by cheque' });
    assert.deepEqual([back.status, await moneyOf(url)], [202, [200, 0, 5]]);
  });

  it('what came of a payment is later than the payment, at one instant too', async () => {
    const { url } = await synced();
    const elsewhere = { kind: 'out_of_band', reason: 'seen on the statement' };
    const now = '2013-01-01T05:00:00.000Z';
    for (const reference of ['Statement 8, line 1', 'Statement 8, line 2']) {
      const payment = { ...elsewhere, amountMinor: 100, paidAt: now, reference };
      assert.equal((await api.post(`${url}/payments`, payment)).status, 201);
    }
    assert.equal((await api.post(`${url}/refunds`, { ...elsewhere, amountMinor: 5 })).status, 202);
    const movements: { kind: string; at: string }[] = (await api.get(`${url}/payments`)).body.movements;
    assert.deepEqual(
      movements.map(({ kind, at }) => `${kind} ${at}`),
      [`refund ${now}`, `payment ${now}`, `payment ${now}`],
    );
  });

  it('an invoice is given up', async () => {
    const { url } = await synced();
    assert.equal((await api.post(`${url}/uncollectible`, { reason: 'bankrupt' })).status, 202);
    assert.equal((await api.get(url)).body.payment, 'uncollectible');
    const { movements } = (await api.get(`${url}/payments`)).body;
    assert.deepEqual(
      [movements[0].kind, movements[0].status, movements[0].reason],
      ['uncollectible', 'done', 'bankrupt'],
    );
  });

  it('refuses with the field and the next step', async () => {
    const { url, externalId } = await synced();
    const payment = { kind: 'out_of_band', paidAt: '2012-12-31T10:00:00Z', reference: 'x', reason: 'y' };
    assertProblem(await api.post(`${url}/payments`, { ...payment, kind: 'cash' }), 400, 'request-invalid', 'kind');
    assertProblem(await api.post(`${url}/payments`, { ...payment, paidAt: 'today' }), 400, 'request-invalid', 'paidAt');
    assertProblem(
      await api.post(`${url}/payments`, { ...payment, amountMinor: 0 }),
      400,
      'request-invalid',
      'amountMinor',
    );
    assertProblem(await api.post(`${url}/payments`, { ...payment, reason: ' ' }), 400, 'request-invalid', 'reason');
    assertProblem(await api.post(`${url}/refunds`, { reason: 'x' }), 422, 'refund-refused', 'amountMinor');
    assertProblem(await api.get('/v1/invoices/none/payments'), 404, 'not-found', 'id');
    assertProblem(await api.post(`/v1/invoices/${randomUUID()}/collect`, {}), 404, 'not-found', 'id');
    const sessions = `/v1/customers/${externalId}/payment-method-sessions`;
    assertProblem(await api.post(sessions, { returnUrl: 'javascript:alert(1)' }), 400, 'request-invalid', 'returnUrl');
    assertProblem(
      await api.post('/v1/customers/nobody/collection', { method: 'send_invoice' }),
      404,
      'not-found',
      'id',
    );
    assertProblem(
      await api.post(`/v1/customers/${externalId}/collection`, { method: 'beg' }),
      400,
      'request-invalid',
      'method',
    );
  });

  it('asks to try again while Stripe is away, and then goes on with the same page', async () => {
    const { externalId } = await synced();
    const order = { returnUrl: 'https://heron.example/billing' };
    const url = `/v1/customers/${externalId}/payment-method-sessions`;
    stripe.isAway = true;
    assertProblem(await api.post(url, order), 503, 'unavailable');
    stripe.isAway = false;
    const [one, other] = [await api.post(url, order), await api.post(url, order)];
    assert.equal(one.body.id, other.body.id);
    const { rowCount } = await api.database.query(
      'SELECT FROM payment_method_sessions s JOIN customers c ON c.id = s.customer_id WHERE c.external_id = $1',
      [externalId],
    );
    assert.equal(rowCount, 1);
  });
});
