import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { openInvoice, refusalOf, signatureOf, useSimulator } from './support.ts';

/** As the SDK's typings tell it of `attachPayment`, `InvoicePayment` and the amounts of an invoice. */
describe('payments that are attached to an invoice', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const open = async () => {
    const invoice = await openInvoice(bench.stripe);
    return { id: invoice.id, customer: String(invoice.customer) };
  };
  const intentOf = (customer: string, amount: number, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
    bench.stripe.paymentIntents.create({ amount, currency: 'usd', customer, payment_method: 'pm_card_visa', ...more });
  const amountsOf = ({ status, amount_paid, amount_remaining, amount_overpaid }: Stripe.Invoice) => {
    return { status, amount_paid, amount_remaining, amount_overpaid };
  };
  const payments = async (invoice: string) => {
    const { data } = await bench.stripe.invoicePayments.list({ invoice });
    return data.map(({ is_default, status, amount_requested }) => [is_default, status, amount_requested]);
  };

  it('count when they succeed: 400 of 1,000, then the rest by card', async () => {
    const { stripe } = bench;
    const { id, customer } = await open();
    const intent = await intentOf(customer, 400);
    assert.equal(intent.status, 'requires_confirmation');
    const attached = await stripe.invoices.attachPayment(id, { payment_intent: intent.id });
    assert.deepEqual(amountsOf(attached), {
      status: 'open',
      amount_paid: 0,
      amount_remaining: 1000,
      amount_overpaid: 0,
    });
    assert.equal((await stripe.paymentIntents.confirm(intent.id)).status, 'succeeded');
    // 1,000 − 400 = 600
    assert.deepEqual(amountsOf(await stripe.invoices.retrieve(id)), {
      status: 'open',
      amount_paid: 400,
      amount_remaining: 600,
      amount_overpaid: 0,
    });
    assert.deepEqual(await payments(id), [
      [false, 'paid', 400],
      [true, 'open', 600],
    ]);
    // Money has come in, so the invoice cannot be void any more.
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoices.voidInvoice(id))), plain);
    const paid = await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
    assert.deepEqual(amountsOf(paid), { status: 'paid', amount_paid: 1000, amount_remaining: 0, amount_overpaid: 0 });
  });

  it('pay it at once when they have succeeded before, and what is too much stays as credit: 1,200 − 1,000', async () => {
    const { stripe } = bench;
    const { id, customer } = await open();
    const intent = await intentOf(customer, 1200, { confirm: true });
    assert.equal(intent.status, 'succeeded');
    const paid = await stripe.invoices.attachPayment(id, { payment_intent: intent.id });
    assert.deepEqual(amountsOf(paid), { status: 'paid', amount_paid: 1000, amount_remaining: 0, amount_overpaid: 200 });
    assert.deepEqual(await payments(id), [
      [false, 'paid', 1200],
      [true, 'canceled', 1000],
    ]);
    const payer = await stripe.customers.retrieve(customer);
    assert.ok(!payer.deleted, 'there');
    assert.equal(payer.balance, -200);
    const { data } = await stripe.events.list({ limit: 100 });
    const told = data.map(({ type }) => type);
    for (const type of ['invoice.paid', 'invoice.overpaid', 'invoice_payment.paid'] as const) {
      assert.ok(told.includes(type), type);
    }
  });

  it('are the customer’s, in the invoice’s currency, not canceled, and of no other invoice', async () => {
    const { stripe } = bench;
    const { id, customer } = await open();
    const other = await open();
    const refused = async (payment_intent: string, invoice = id) =>
      signatureOf(await refusalOf(stripe.invoices.attachPayment(invoice, { payment_intent })));
    const blamed = { ...plain, param: 'payment_intent' };
    assert.deepEqual(await refused((await intentOf(other.customer, 100)).id), blamed);
    assert.deepEqual(await refused((await intentOf(customer, 100, { currency: 'eur' })).id), blamed);
    assert.deepEqual(await refused('pi_none'), { ...blamed, code: 'resource_missing' });
    const canceled = await intentOf(customer, 100);
    await stripe.paymentIntents.cancel(canceled.id);
    assert.deepEqual(await refused(canceled.id), blamed);
    const { id: used } = await intentOf(customer, 100);
    await stripe.invoices.attachPayment(id, { payment_intent: used });
    assert.deepEqual(await refused(used), blamed);
    const nothing = signatureOf(await refusalOf(stripe.invoices.attachPayment(id)));
    assert.deepEqual(nothing, { ...blamed, code: 'parameter_missing' });
    await stripe.invoices.voidInvoice(other.id);
    assert.deepEqual(await refused((await intentOf(other.customer, 100)).id, other.id), plain);
  });

  it('leave the invoice open when the card is refused, and can be tried again', async () => {
    const { stripe } = bench;
    const { id, customer } = await open();
    const { id: intent } = await intentOf(customer, 1000, { payment_method: 'pm_card_chargeDeclined' });
    await stripe.invoices.attachPayment(id, { payment_intent: intent });
    const refusal = await refusalOf(stripe.paymentIntents.confirm(intent));
    assert.deepEqual([refusal.rawType, refusal.statusCode, refusal.code], ['card_error', 402, 'card_declined']);
    const waiting = await stripe.paymentIntents.retrieve(intent);
    assert.deepEqual([waiting.status, waiting.last_payment_error?.code], ['requires_payment_method', 'card_declined']);
    await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
    assert.equal((await stripe.invoices.retrieve(id)).status, 'paid');
    const again = signatureOf(await refusalOf(stripe.paymentIntents.confirm(intent)));
    assert.deepEqual(again, { ...plain, code: 'payment_intent_unexpected_state' });
    const late = signatureOf(await refusalOf(stripe.paymentIntents.cancel(intent)));
    assert.deepEqual(late, { ...plain, code: 'payment_intent_unexpected_state' });
  });

  it('ask for the owner’s consent, unless nobody is there to give it', async () => {
    const { customer } = await open();
    const wants = { payment_method: 'pm_card_authenticationRequired', confirm: true };
    assert.equal((await intentOf(customer, 100, wants)).status, 'requires_action');
    const alone = await refusalOf(intentOf(customer, 100, { ...wants, off_session: true }));
    assert.deepEqual([alone.statusCode, alone.code], [402, 'authentication_required']);
  });

  it('by hand at the invoice’s own PaymentIntent pays it too, and that one is not to be canceled', async () => {
    const { stripe } = bench;
    const { id } = await open();
    const [own] = (await stripe.invoicePayments.list({ invoice: id })).data;
    const intent = String(own?.payment.payment_intent);
    assert.deepEqual(signatureOf(await refusalOf(stripe.paymentIntents.cancel(intent))), plain);
    await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
    assert.equal((await stripe.invoices.retrieve(id)).status, 'paid');
  });

  it('are listed, newest first, with their charges', async () => {
    const { stripe } = bench;
    const { customer } = await open();
    const { id: first } = await intentOf(customer, 100, { confirm: true });
    const { id: second } = await intentOf(customer, 200, { confirm: true });
    const ids = (await stripe.paymentIntents.list({ customer, limit: 2 })).data.map((intent) => intent.id);
    assert.deepEqual(ids, [second, first]);
    const charges = await stripe.charges.list({ customer });
    assert.deepEqual(
      charges.data.map(({ amount, payment_intent }) => [amount, payment_intent]),
      [
        [200, second],
        [100, first],
      ],
    );
    const older = await stripe.charges.list({ starting_after: charges.data[0]?.id ?? '' });
    assert.deepEqual(
      older.data.map(({ amount }) => amount),
      [100],
    );
    assert.equal((await stripe.charges.list({ payment_intent: second })).data.length, 1);
  });
});
