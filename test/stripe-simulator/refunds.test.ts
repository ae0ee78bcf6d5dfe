import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { openInvoice, refusalOf, setFaults, signatureOf, useSimulator } from './support.ts';

describe('refunds', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const paidBy = async (card = 'pm_card_visa') => {
    const { stripe } = bench;
    const { id } = await openInvoice(stripe);
    const paid = await stripe.invoices.pay(id, {
      payment_method: card,
      expand: ['payments.data.payment.payment_intent'],
    });
    const intent = paid.payments?.data[0]?.payment.payment_intent;
    assert.ok(typeof intent === 'object', 'expanded');
    return { invoice: id, intent: intent.id, charge: String(intent.latest_charge) };
  };
  const refused = async (params: Stripe.RefundCreateParams) =>
    signatureOf(await refusalOf(bench.stripe.refunds.create(params)));

  it('cannot be taken back: one to a card is on its way at once (S)', async () => {
    const { stripe } = bench;
    const { charge } = await paidBy();
    const { id } = await stripe.refunds.create({ charge, amount: 400 });
    assert.deepEqual(signatureOf(await refusalOf(stripe.refunds.cancel(id))), plain);
    const missing = { ...plain, code: 'resource_missing', param: 'refund', status: 404 };
    assert.deepEqual(signatureOf(await refusalOf(stripe.refunds.cancel('re_none'))), missing);
    assert.equal((await stripe.refunds.retrieve(id)).status, 'succeeded');
  });

  it('come to no more than was paid: 1,000 − 400 leaves 600, and then nothing', async () => {
    const { stripe } = bench;
    const { invoice, intent, charge } = await paidBy();
    const first = await stripe.refunds.create({ payment_intent: intent, amount: 400, reason: 'requested_by_customer' });
    assert.deepEqual([first.amount, first.charge, first.status], [400, charge, 'succeeded']);
    // As recorded by others: no code, the amount blamed.
    const tooMuch = await refusalOf(stripe.refunds.create({ charge, amount: 601 }));
    assert.deepEqual(signatureOf(tooMuch), { ...plain, param: 'amount' });
    assert.equal(tooMuch.message, 'Refund amount ($6.01) is greater than unrefunded amount on charge ($6.00)');
    const rest = await stripe.refunds.create({ charge, metadata: { durabill: 'r-1' } });
    assert.deepEqual([rest.amount, rest.metadata], [600, { durabill: 'r-1' }]);
    assert.deepEqual(await refused({ charge }), { ...plain, code: 'charge_already_refunded' });
    const after = await stripe.charges.retrieve(charge, { expand: ['refunds'] });
    assert.deepEqual([after.amount_refunded, after.refunded, after.refunds?.data.length], [1000, true, 2]);
    // A refund is no credit note: the invoice still shows what was paid.
    const { status, amount_paid, post_payment_credit_notes_amount } = await stripe.invoices.retrieve(invoice);
    assert.deepEqual([status, amount_paid, post_payment_credit_notes_amount], ['paid', 1000, 0]);
  });

  it('need a payment that succeeded, named in one way', async () => {
    const { stripe } = bench;
    const { id } = await openInvoice(stripe);
    await refusalOf(stripe.invoices.pay(id, { payment_method: 'pm_card_chargeDeclined' }));
    const [payment] = (await stripe.invoicePayments.list({ invoice: id })).data;
    const intent = await stripe.paymentIntents.retrieve(String(payment?.payment.payment_intent));
    assert.deepEqual(await refused({ payment_intent: intent.id }), { ...plain, param: 'payment_intent' });
    assert.deepEqual(await refused({ charge: String(intent.latest_charge) }), plain);
    assert.deepEqual(await refused({}), { ...plain, code: 'parameter_missing' });
    assert.deepEqual(await refused({ charge: 'ch_a', payment_intent: 'pi_a' }), { ...plain, param: 'charge' });
    const missing = { ...plain, code: 'resource_missing' };
    assert.deepEqual(await refused({ charge: 'ch_a' }), { ...missing, param: 'charge' });
    assert.deepEqual(await refused({ payment_intent: 'pi_a' }), { ...missing, param: 'payment_intent' });
    assert.equal((await refusalOf(stripe.refunds.retrieve('re_x'))).statusCode, 404);
  });

  it('are made once under one key, though the answer is lost', async () => {
    const { simulator, stripe } = bench;
    const { charge, intent } = await paidBy();
    const other = await paidBy('pm_card_amex');
    await setFaults(simulator, { kind: 'commit-then-reset', operation: 'refunds.create', times: 1 });
    const options = { idempotencyKey: 'refund-1', maxNetworkRetries: 1 };
    const made = await stripe.refunds.create({ charge, amount: 100 }, options);
    assert.equal((await stripe.charges.retrieve(charge)).amount_refunded, 100);
    await stripe.refunds.create({ charge: other.charge, amount: 1 });
    for (const filter of [{ charge }, { payment_intent: intent }]) {
      const { data } = await stripe.refunds.list(filter);
      assert.deepEqual(
        data.map(({ id }) => id),
        [made.id],
      );
    }
    assert.equal((await stripe.refunds.list()).data.length, 2);
    const changed = await stripe.refunds.update(made.id, { metadata: { note: 'x' } });
    assert.deepEqual((await stripe.refunds.retrieve(made.id)).metadata, changed.metadata);
  });
});
