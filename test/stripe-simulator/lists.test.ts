import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { refusalOf, signatureOf, useSimulator } from './support.ts';

/** What lists can be narrowed by, after the typings of the SDK (S); newest first, each filter holding besides the others. */
describe('filters of lists', () => {
  const bench = useSimulator();
  const day = 86_400;

  it('invoices by due date: who collects what is overdue sees only invoices that have one (S)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    const dueIn = async (days: number) => {
      const terms = { collection_method: 'send_invoice', days_until_due: days } as const;
      return stripe.invoices.create({ customer, ...terms });
    };
    const [soon, later] = [await dueIn(7), await dueIn(30)];
    const charged = await stripe.invoices.create({ customer });
    const listed = async (params: Stripe.InvoiceListParams) =>
      (await stripe.invoices.list(params)).data.map(({ id }) => id);
    const due = soon.due_date ?? 0;
    assert.deepEqual(await listed({ due_date: { lte: due + 20 * day } }), [soon.id]);
    assert.deepEqual(await listed({ due_date: { gt: due } }), [later.id]);
    assert.deepEqual(await listed({ due_date: due }), [soon.id]);
    assert.deepEqual(await listed({ due_date: { gte: 0 } }), [later.id, soon.id]);
    assert.deepEqual(await listed({ collection_method: 'send_invoice' }), [later.id, soon.id]);
    assert.deepEqual(await listed({ collection_method: 'charge_automatically' }), [charged.id]);
    assert.deepEqual(await listed({ collection_method: 'send_invoice', due_date: { gt: due }, customer }), [later.id]);
    await stripe.invoices.addLines(later.id, { lines: [{ amount: 1 }] });
    await stripe.invoices.sendInvoice(later.id);
    assert.deepEqual(await listed({ collection_method: 'send_invoice', status: 'open' }), [later.id]);
  });

  it('invoices of a subscription are none: all here are one-off', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create();
    await stripe.invoices.create({ customer });
    assert.deepEqual((await stripe.invoices.list({ subscription: 'sub_1', customer })).data, []);
    const refusal = await refusalOf(stripe.invoices.list({ collection_method: 'by_post' }));
    assert.deepEqual([signatureOf(refusal).status, refusal.param], [400, 'collection_method']);
  });

  it('customers by their email to the letter, by creation, and by test clocks that nobody has (S)', async () => {
    const { stripe } = bench;
    const first = await stripe.customers.create({ email: 'pay@heron.example' });
    const second = await stripe.customers.create({ email: 'Pay@heron.example' });
    const third = await stripe.customers.create();
    const listed = async (params: Stripe.CustomerListParams) =>
      (await stripe.customers.list(params)).data.map(({ id }) => id);
    assert.deepEqual(await listed({ email: 'pay@heron.example' }), [first.id]);
    assert.deepEqual(await listed({ email: 'PAY@heron.example' }), []);
    assert.deepEqual(await listed({ created: { gte: first.created } }), [third.id, second.id, first.id]);
    assert.deepEqual(await listed({ created: { lt: first.created } }), []);
    assert.deepEqual(await listed({ created: { gt: third.created } }), []);
    assert.deepEqual(await listed({ test_clock: 'clock_1' }), []);
    await stripe.customers.del(second.id);
    assert.deepEqual(await listed({ email: 'Pay@heron.example' }), []);
    assert.deepEqual(await listed({ starting_after: second.id }), [first.id]);
  });
});
