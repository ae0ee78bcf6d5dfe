import assert from 'node:assert/strict';
import { openInvoice, refusalOf, useSimulator } from './support.ts';

/** Section 5 of Stripe's webhook documentation: what is sent when money moves, whoever asked for it. */
describe('the events of payments', () => {
  const bench = useSimulator();

  /** The types since the newest event before, oldest first. */
  const since = async (work: () => Promise<unknown>): Promise<string[]> => {
    const { stripe } = bench;
    const [last] = (await stripe.events.list({ limit: 1 })).data;
    await work();
    const events = await stripe.events.list({ limit: 100, ...(last && { ending_before: last.id }) });
    return events.data.map(({ type }) => type).reverse();
  };

  it('tell of each attempt that was declined, also when Stripe does not count it', async () => {
    const { stripe } = bench;
    const invoice = await openInvoice(stripe);
    const attempt = () => refusalOf(stripe.invoices.pay(invoice.id, { payment_method: 'pm_card_chargeCustomerFail' }));
    for (const _ of [1, 2]) {
      const types = await since(attempt);
      for (const type of ['charge.failed', 'payment_intent.payment_failed', 'invoice.payment_failed']) {
        assert.equal(types.filter((seen) => seen === type).length, 1, `${type} in ${types}`);
      }
      assert.ok(!types.includes('invoice.paid'));
    }
  });

  it('tell once of a payment that succeeded, and of what was given back', async () => {
    const { stripe } = bench;
    const invoice = await openInvoice(stripe);
    const paid = await since(() => stripe.invoices.pay(invoice.id, { payment_method: 'pm_card_visa' }));
    for (const type of [
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]) {
      assert.equal(paid.filter((seen) => seen === type).length, 1, `${type} in ${paid}`);
    }
    const payments = await stripe.invoicePayments.list({ invoice: invoice.id });
    const intent = payments.data[0]?.payment.payment_intent;
    const refunded = await since(() => stripe.refunds.create({ payment_intent: String(intent), amount: 1 }));
    assert.deepEqual(refunded.toSorted(), ['charge.refunded', 'refund.created']);
  });

  it('tell of money received elsewhere as paid, not as a payment that succeeded', async () => {
    const { stripe } = bench;
    const invoice = await openInvoice(stripe);
    const types = await since(() => stripe.invoices.pay(invoice.id, { paid_out_of_band: true }));
    assert.ok(types.includes('invoice.paid') && !types.includes('invoice.payment_succeeded'), String(types));
  });
});
