import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { draftWith, openInvoice, refusalOf, signatureOf, useSimulator } from './support.ts';

const rate = { display_name: 'VAT', inclusive: false, percentage: 20 };
const tax = (amount: number) => ({ amount, taxable_amount: amount * 5, tax_rate_data: rate });

/** Changing and removing lines of a draft, by the typings of the SDK (S) and what add_lines was recorded to do (L). */
describe('lines after they were added', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };

  /** A draft whose lines are given in the order of adding; Stripe lists the newest first. */
  async function draft(...lines: Stripe.InvoiceAddLinesParams.Line[]) {
    const invoice = await draftWith(bench.stripe, lines);
    return { id: invoice.id, lineIds: invoice.lines.data.map(({ id }) => id).reverse() };
  }

  it('a correction changes what was sent, keeps the rest, and the totals follow (S)', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft(
      { amount: 100, description: 'Flights', metadata: { line: '1', old: 'x' }, tax_amounts: [tax(20)] },
      { amount: 50, tax_amounts: [tax(10)] },
    );
    const [first = '', second = ''] = lineIds;
    const updated = await stripe.invoices.updateLines(id, {
      lines: [
        { id: first, amount: 200, metadata: { old: '', fresh: 'y' }, tax_amounts: [tax(40)] },
        { id: second, description: 'Fees', tax_amounts: '' },
      ],
      invoice_metadata: { corrected: 'yes' },
    });
    assert.deepEqual([updated.subtotal, updated.total, updated.total_taxes?.[0]?.amount], [250, 290, 40]);
    assert.deepEqual(updated.metadata, { corrected: 'yes' });
    const [later, earlier] = updated.lines.data;
    assert.deepEqual([earlier?.id, earlier?.description, earlier?.amount], [first, 'Flights', 200]);
    assert.deepEqual(earlier?.metadata, { line: '1', fresh: 'y' });
    assert.deepEqual([later?.id, later?.description, later?.amount, later?.taxes], [second, 'Fees', 50, []]);
  });

  it('a new quantity multiplies the price that stands; a new price takes the quantity that stands (S)', async () => {
    const { stripe } = bench;
    const price_data = { currency: 'usd', product_data: { name: 'Hour' }, unit_amount: 150 };
    const { id, lineIds } = await draft({ price_data, quantity: 2 }, { amount: -30 });
    const [hours = '', credit = ''] = lineIds;
    const more = await stripe.invoices.updateLineItem(id, hours, { quantity: 3 });
    assert.deepEqual([more.amount, more.quantity], [450, 3]);
    const dearer = await stripe.invoices.updateLineItem(id, hours, { price_data: { ...price_data, unit_amount: 200 } });
    assert.deepEqual([dearer.amount, dearer.quantity], [600, 3]);
    assert.notEqual(dearer.pricing?.price_details?.price, more.pricing?.price_details?.price);
    assert.equal((await stripe.invoices.updateLineItem(id, credit, { quantity: 2 })).amount, -60);
    assert.equal((await stripe.invoices.retrieve(id)).total, 540);
  });

  it('removing deletes the named lines only, and an emptied draft is worth nothing (S)', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft({ amount: 100 }, { amount: 50 }, { amount: 7 });
    const [first = '', second = '', third = ''] = lineIds;
    const remove = (...ids: string[]) =>
      stripe.invoices.removeLines(id, { lines: ids.map((line) => ({ id: line, behavior: 'delete' })) });
    const left = await remove(first, third);
    assert.deepEqual([left.total, left.lines.data.map((line) => line.id)], [50, [second]]);
    assert.equal((await remove(second)).total, 0);
    assert.deepEqual((await stripe.invoices.listLineItems(id)).data, []);
  });

  it('removing needs both the id and the behavior (L)', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft({ amount: 1 });
    const refusedWith = async (line: object) => {
      const lines = [line as Stripe.InvoiceRemoveLinesParams.Line];
      return signatureOf(await refusalOf(stripe.invoices.removeLines(id, { lines })));
    };
    const missing = (param: string) => ({ ...plain, code: 'parameter_missing', param });
    assert.deepEqual(await refusedWith({ id: lineIds[0] }), missing('lines[0][behavior]'));
    assert.deepEqual(await refusedWith({ behavior: 'delete' }), missing('lines[0][id]'));
    const otherwise = { ...plain, param: 'lines[0][behavior]' };
    assert.deepEqual(await refusedWith({ id: lineIds[0], behavior: 'forget' }), otherwise);
  });

  it('unassigned ones wait as items of the customer, and go onto the next invoice (S)', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft({ amount: 100, description: 'March' }, { amount: 20 });
    const [march] = lineIds as [string];
    const left = await stripe.invoices.removeLines(id, { lines: [{ id: march, behavior: 'unassign' }] });
    assert.equal(left.total, 20);
    const customer = String(left.customer);
    const waiting = (await stripe.invoiceItems.list({ customer, pending: true })).data;
    assert.deepEqual(
      waiting.map(({ amount, description, invoice }) => [amount, description, invoice]),
      [[100, 'March', null]],
    );
    // What was taken off is no part of the draft any more: with it gone, the item still waits.
    await stripe.invoices.del(id);
    const next = await stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    assert.deepEqual([next.total, next.lines.data[0]?.description], [100, 'March']);
  });

  it('once finalized, lines stay as they are', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    const line = open.lines.data[0]?.id ?? '';
    const calls = [
      stripe.invoices.updateLines(open.id, { lines: [{ id: line, amount: 1 }] }),
      stripe.invoices.removeLines(open.id, { lines: [{ id: line, behavior: 'delete' }] }),
      stripe.invoices.updateLineItem(open.id, line, { amount: 1 }),
    ];
    for (const call of calls) {
      assert.deepEqual(signatureOf(await refusalOf(call)), { ...plain, code: 'invoice_not_editable' });
    }
    assert.equal((await stripe.invoices.retrieve(open.id)).total, 1000);
  });

  it('a line of another invoice is not found, and then nothing of the call happens', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft({ amount: 100 });
    const other = await draft({ amount: 5 });
    const [own = ''] = lineIds;
    const [foreign = ''] = other.lineIds;
    const missing = { ...plain, code: 'resource_missing', param: 'lines[1][id]' };
    const updated = stripe.invoices.updateLines(id, {
      lines: [
        { id: own, amount: 1 },
        { id: foreign, amount: 1 },
      ],
    });
    assert.deepEqual(signatureOf(await refusalOf(updated)), missing);
    const removed = stripe.invoices.removeLines(id, {
      lines: [
        { id: own, behavior: 'delete' },
        { id: own, behavior: 'delete' },
      ],
    });
    assert.deepEqual(signatureOf(await refusalOf(removed)), missing);
    assert.equal((await refusalOf(stripe.invoices.updateLineItem(id, foreign, {}))).statusCode, 404);
    assert.equal((await stripe.invoices.retrieve(id)).total, 100);
  });

  it('amount and quantity exclude each other here too, and other currencies are refused', async () => {
    const { stripe } = bench;
    const { id, lineIds } = await draft({ amount: 100 });
    const [line = ''] = lineIds;
    const both = await refusalOf(stripe.invoices.updateLineItem(id, line, { amount: 1, quantity: 1 }));
    assert.deepEqual(signatureOf(both), { ...plain, param: 'amount' });
    const price_data = { currency: 'eur', product_data: { name: 'Hour' }, unit_amount: 1 };
    const euros = await refusalOf(stripe.invoices.updateLines(id, { lines: [{ id: line, price_data }] }));
    assert.deepEqual(signatureOf(euros), { ...plain, param: 'lines[0][price_data][currency]' });
  });
});
