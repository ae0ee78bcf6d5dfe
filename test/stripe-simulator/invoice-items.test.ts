import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { draftWith, refusalOf, signatureOf, useSimulator } from './support.ts';

/** Sections 1.1 and 10 of our notes on Stripe; L = live recordings, S = the SDK's typings. */
describe('invoice items', () => {
  const bench = useSimulator({ linesPerInvoice: 3 });
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const newCustomer = async () => (await bench.stripe.customers.create({})).id;
  const pending = (customer: string, amount: number, more: Stripe.InvoiceItemCreateParams = {}) =>
    bench.stripe.invoiceItems.create({ customer, amount, ...more });

  it('tell when they are made and when they are deleted, not when they go onto an invoice (S)', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const told = async () => {
      const { data } = await stripe.events.list({ types: ['invoiceitem.created', 'invoiceitem.deleted'] });
      return data.reverse().map((event) => {
        const { object: item } = event.data as { object: Stripe.InvoiceItem };
        return `${event.type} ${item.amount} ${item.invoice === null ? 'pending' : 'on an invoice'}`;
      });
    };
    await pending(customer, 100);
    const { id: deleted } = await pending(customer, 20);
    await stripe.invoiceItems.del(deleted);
    const { id: draft } = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    const { id: straight } = await pending(customer, 3, { invoice: draft });
    await stripe.invoiceItems.del(straight);
    assert.deepEqual(await told(), [
      'invoiceitem.created 100 pending',
      'invoiceitem.created 20 pending',
      'invoiceitem.deleted 20 pending',
      'invoiceitem.created 3 on an invoice',
      'invoiceitem.deleted 3 on an invoice',
    ]);
  });

  it('stay pending by default; include sweeps all of the customer, whatever their period (L)', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const period = { start: 1_380_600_000, end: 1_383_278_400 };
    const old = await pending(customer, 100, { period, description: 'October' });
    await pending(customer, 20);
    const stranger = await pending(await newCustomer(), 3);
    assert.deepEqual([old.invoice, old.amount, old.quantity, old.net_amount], [null, 100, 1, 100]);
    const excluded = await stripe.invoices.create({ customer });
    assert.deepEqual([excluded.total, excluded.lines.data.length], [0, 0]);
    const swept = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    // 100 + 20, the later one first
    assert.equal(swept.total, 120);
    assert.deepEqual(
      swept.lines.data.map(({ amount }) => amount),
      [20, 100],
    );
    const line = swept.lines.data[1];
    assert.equal(line?.parent?.invoice_item_details?.invoice_item, old.id);
    assert.deepEqual([line?.description, line?.period], ['October', period]);
    assert.equal((await stripe.invoiceItems.retrieve(old.id)).invoice, swept.id);
    const left = await stripe.invoiceItems.list({ pending: true });
    assert.deepEqual(
      left.data.map(({ id }) => id),
      [stranger.id],
    );
  });

  it('are gone with the draft that swept them (L)', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const item = await pending(customer, 100);
    const draft = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    await stripe.invoices.del(draft.id);
    assert.deepEqual((await stripe.invoiceItems.list({ customer })).data, []);
    assert.equal((await refusalOf(stripe.invoiceItems.retrieve(item.id))).statusCode, 404);
    const next = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    assert.equal(next.total, 0);
  });

  it('go straight onto a named draft, listed first, and onto nothing else (S)', async () => {
    const { stripe } = bench;
    const draft = await draftWith(stripe, [{ amount: 5, description: 'Line' }]);
    const item = await stripe.invoiceItems.create({
      invoice: draft.id,
      quantity: 3,
      unit_amount_decimal: Stripe.Decimal.from('-2.5'),
    });
    // 3 × −2.5 = −7.5, halves away from zero: −8
    assert.deepEqual([item.amount, item.customer, item.invoice], [-8, draft.customer, draft.id]);
    const filled = await stripe.invoices.retrieve(draft.id);
    assert.equal(filled.total, -3);
    assert.deepEqual(
      filled.lines.data.map(({ amount }) => amount),
      [-8, 5],
    );
    // Behind a line of add_lines stands an item too.
    const listed = await stripe.invoiceItems.list({ invoice: draft.id });
    assert.deepEqual(
      listed.data.map(({ description, amount }) => [description, amount]),
      [
        [null, -8],
        ['Line', 5],
      ],
    );
    const behind = await stripe.invoiceItems.retrieve(listed.data[1]?.id ?? '', { expand: ['invoice'] });
    assert.ok(typeof behind.invoice === 'object' && behind.invoice?.id === draft.id, 'expanded');
    await stripe.invoiceItems.create({ invoice: draft.id, amount: 50 });
    const full = await refusalOf(stripe.invoiceItems.create({ invoice: draft.id, amount: 1 }));
    assert.deepEqual(signatureOf(full), { ...plain, param: 'invoice' });
    await stripe.invoices.finalizeInvoice(draft.id);
    const late = await refusalOf(stripe.invoiceItems.create({ invoice: draft.id, amount: 1 }));
    assert.deepEqual(signatureOf(late), { ...plain, code: 'invoice_not_editable' });
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoiceItems.update(item.id, { amount: 1 }))), plain);
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoiceItems.del(item.id))), plain);
  });

  it('change and go while pending or on a draft', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const loose = await pending(customer, 100, { metadata: { a: '1', b: '2' } });
    const changed = await stripe.invoiceItems.update(loose.id, { amount: 70, metadata: { a: '' } });
    assert.deepEqual([changed.amount, changed.metadata], [70, { b: '2' }]);
    const draft = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    await stripe.invoiceItems.update(loose.id, { quantity: 2, unit_amount_decimal: Stripe.Decimal.from('30') });
    assert.equal((await stripe.invoices.retrieve(draft.id)).total, 60);
    assert.equal((await stripe.invoiceItems.del(loose.id)).deleted, true);
    const emptied = await stripe.invoices.retrieve(draft.id);
    assert.deepEqual([emptied.total, emptied.lines.data.length], [0, 0]);
    const other = await pending(customer, 1);
    await stripe.invoiceItems.del(other.id);
    assert.deepEqual((await stripe.invoiceItems.list({ customer })).data, []);
  });

  it('page through pending and attached ones alike, and are made once under one key', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const key = { idempotencyKey: 'item-1' };
    const first = await stripe.invoiceItems.create({ customer, amount: 1 }, key);
    assert.equal((await stripe.invoiceItems.create({ customer, amount: 1 }, key)).id, first.id);
    await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    const second = await pending(customer, 2);
    const walked = await stripe.invoiceItems.list({ customer, limit: 1 }).autoPagingToArray({ limit: 10 });
    assert.deepEqual(new Set(walked.map(({ id }) => id)), new Set([first.id, second.id]));
    assert.equal(walked.length, 2);
    const attached = await stripe.invoiceItems.list({ customer, pending: false });
    assert.deepEqual(
      attached.data.map(({ id }) => id),
      [first.id],
    );
  });

  it('refuse by name what they cannot be', async () => {
    const { stripe } = bench;
    const customer = await newCustomer();
    const refused = async (params: Stripe.InvoiceItemCreateParams) =>
      signatureOf(await refusalOf(stripe.invoiceItems.create(params)));
    const missing = (param: string) => ({ ...plain, code: 'parameter_missing', param });
    const unknown = (param: string) => ({ ...plain, code: 'resource_missing', param });
    assert.deepEqual(await refused({ amount: 1 }), missing('customer'));
    assert.deepEqual(await refused({ customer }), missing('amount'));
    assert.deepEqual(await refused({ customer, amount: 1, quantity: 1 }), { ...plain, param: 'amount' });
    assert.deepEqual(await refused({ customer: 'cus_x', amount: 1 }), unknown('customer'));
    assert.deepEqual(await refused({ invoice: 'in_x', amount: 1 }), unknown('invoice'));
    const draft = await draftWith(stripe);
    assert.deepEqual(await refused({ customer, invoice: draft.id, amount: 1 }), { ...plain, param: 'invoice' });
    const eur = { invoice: draft.id, amount: 1, currency: 'eur' };
    assert.deepEqual(await refused(eur), { ...plain, param: 'currency' });
  });
});
