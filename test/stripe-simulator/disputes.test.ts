import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { control, openInvoice, refusalOf, useSimulator } from './support.ts';

/** Test cards and events as in docs.stripe.com/testing and docs.stripe.com/disputes. */
describe('disputes', () => {
  const bench = useSimulator();
  const paidBy = async (payment_method: string) => {
    const { id } = await openInvoice(bench.stripe);
    await bench.stripe.invoices.pay(id, { payment_method });
    return id;
  };
  const told = async () => {
    const { data } = await bench.stripe.events.list({ limit: 100 });
    return data.map(({ type }) => type.replace('charge.dispute.', '')).filter((type) => !type.includes('.'));
  };

  it('come with the card that disputes every charge, and take the money at once', async () => {
    const { stripe } = bench;
    const invoice = await paidBy('pm_card_createDispute');
    const [dispute] = (await stripe.disputes.list({ expand: ['data.charge'] })).data;
    assert.deepEqual([dispute?.amount, dispute?.reason, dispute?.status], [1000, 'fraudulent', 'needs_response']);
    const charge = dispute?.charge as Stripe.Charge;
    assert.deepEqual([charge.disputed, charge.payment_intent], [true, dispute?.payment_intent]);
    // The way from a dispute to its invoice, since no field leads there.
    const found = await stripe.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: String(dispute?.payment_intent) },
    });
    assert.equal(found.data[0]?.invoice, invoice);
    assert.equal((await stripe.invoices.retrieve(invoice)).status, 'paid', 'a dispute does not take back `paid`');
    assert.deepEqual((await told()).sort(), ['created', 'funds_withdrawn']);
  });

  it('are raised by the control API too, and what the bank decides brings the money back or not', async () => {
    const { stripe, simulator } = bench;
    const invoice = await paidBy('pm_card_visa');
    const order = { invoice, reason: 'duplicate', amount: 400 };
    const { id } = await control<Stripe.Dispute>(simulator, 'POST', '/disputes', order);
    const [listed] = (await stripe.disputes.list({ limit: 1 })).data;
    assert.deepEqual([listed?.id, listed?.amount, listed?.reason], [id, 400, 'duplicate']);
    const won = await control<Stripe.Dispute>(simulator, 'POST', '/disputes/close', { dispute: id, outcome: 'won' });
    assert.equal(won.status, 'won');
    assert.deepEqual((await told()).sort(), ['closed', 'created', 'funds_reinstated', 'funds_withdrawn', 'updated']);
    assert.equal((await refusalOf(stripe.disputes.close(id))).statusCode, 400);
  });

  it('that are given up are lost, and an inquiry takes no money', async () => {
    const { stripe } = bench;
    await paidBy('pm_card_createDisputeInquiry');
    const [inquiry] = (await stripe.disputes.list()).data;
    assert.equal(inquiry?.status, 'warning_needs_response');
    assert.deepEqual(await told(), ['created']);
    assert.equal((await stripe.disputes.close(inquiry?.id ?? '')).status, 'warning_closed');
    await paidBy('pm_card_createDispute');
    const [dispute] = (await stripe.disputes.list()).data;
    assert.equal((await stripe.disputes.close(dispute?.id ?? '')).status, 'lost');
    assert.ok(!(await told()).includes('funds_reinstated'), 'lost money stays away');
  });

  it('are refused with a sentence when the control API names nothing, or something twice', async () => {
    const { simulator } = bench;
    const refused = async (body: object) => {
      const answer = await fetch(`${simulator.url}/_control/disputes`, { method: 'POST', body: JSON.stringify(body) });
      return [answer.status, await answer.text()] as const;
    };
    const invoice = await paidBy('pm_card_createDispute');
    assert.match((await refused({ invoice })).join(), /^400,.*already been disputed/);
    assert.match((await refused({ invoice: 'in_none' })).join(), /^400,.*Name a charge/);
    assert.match((await refused({ charges: 'ch_1' })).join(), /^400,.*no 'charges' here/);
  });
});
