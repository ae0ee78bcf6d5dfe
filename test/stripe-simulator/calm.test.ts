import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { useSimulator } from './support.ts';

describe('a calm sync against the simulator', () => {
  const bench = useSimulator();

  it('bills a customer in three calls, and every sum is Stripe-like', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({
      name: 'Blue Heron Air',
      email: 'accounts@heron.example',
      address: { line1: '1 Runway', city: 'New York', country: 'US' },
      metadata: { durabill_customer: 'c-1' },
    });
    const draft = await stripe.invoices.create({
      customer: customer.id,
      currency: 'usd',
      collection_method: 'send_invoice',
      days_until_due: 30,
      auto_advance: false,
      effective_at: 1_383_264_000,
      metadata: { durabill_invoice: 'i-1', revision: '1' },
    });
    assert.equal(draft.status, 'draft');
    assert.equal(draft.due_date, draft.created + 30 * 86_400);
    assert.equal(draft.number, null);

    // 12,345.67 + 8.875 % of it = 1,095.68; a discount line of −100.00 with −8.88 tax; an untaxed 0.01.
    const rate = { display_name: 'Sales tax', inclusive: false, percentage: 8.875, state: 'NY' };
    const billed = await stripe.invoices.addLines(draft.id, {
      lines: [
        {
          amount: 1_234_567,
          description: 'Departures, 1 to 31 October',
          period: { start: 1_380_600_000, end: 1_383_278_400 },
          metadata: { durabill_line: 'l-1' },
          tax_amounts: [{ amount: 109_568, taxable_amount: 1_234_567, tax_rate_data: rate }],
        },
        { amount: -10_000, tax_amounts: [{ amount: -888, taxable_amount: -10_000, tax_rate_data: rate }] },
        { amount: 1, description: 'Rounding cent' },
      ],
    });
    assert.equal(billed.subtotal, 1_224_568);
    assert.equal(billed.total, 1_333_248);
    assert.equal(billed.total_excluding_tax, 1_224_568);
    assert.equal(billed.total_taxes?.length, 1, 'equal tax data is one tax rate');
    assert.equal(billed.total_taxes?.[0]?.amount, 108_680);
    assert.equal(billed.total_taxes?.[0]?.taxable_amount, 1_224_567);
    const line = billed.lines.data.find(({ metadata }) => metadata['durabill_line'] === 'l-1');
    assert.deepEqual(line?.period, { start: 1_380_600_000, end: 1_383_278_400 });
    assert.equal(line?.taxes?.[0]?.tax_behavior, 'exclusive');

    const open = await stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
    assert.equal(open.status, 'open');
    assert.equal(open.amount_due, 1_333_248);
    assert.equal(open.amount_remaining, 1_333_248);
    assert.equal(open.effective_at, 1_383_264_000);
    assert.equal(open.number, `${customer.invoice_prefix}-0001`);
    assert.ok(open.status_transitions.finalized_at, 'open.status_transitions.finalized_at');
    assert.equal(open.customer_name, 'Blue Heron Air');
  });

  it('freezes the customer as they were at finalization', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({ name: 'Old name' });
    const draft = await stripe.invoices.create({ customer: customer.id });
    await stripe.invoices.addLines(draft.id, { lines: [{ amount: 500 }] });
    await stripe.customers.update(customer.id, { name: 'Middle name' });
    assert.equal((await stripe.invoices.retrieve(draft.id)).customer_name, 'Middle name');
    await stripe.invoices.finalizeInvoice(draft.id);
    await stripe.customers.update(customer.id, { name: 'New name' });
    assert.equal((await stripe.invoices.retrieve(draft.id)).customer_name, 'Middle name');
  });

  it('embeds ten lines and lists all of them, page by page, newest first', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({});
    const { id } = await stripe.invoices.create({ customer: customer.id });
    const amounts = Array.from({ length: 120 }, (_, index) => index + 1);
    for (const start of [0, 50, 100]) {
      await stripe.invoices.addLines(id, { lines: amounts.slice(start, start + 50).map((amount) => ({ amount })) });
    }
    const invoice = await stripe.invoices.retrieve(id);
    assert.equal(invoice.lines.data.length, 10);
    assert.equal(invoice.lines.has_more, true);
    assert.equal(invoice.subtotal, 7260);
    const all = await stripe.invoices.listLineItems(id, { limit: 100 }).autoPagingToArray({ limit: 1000 });
    assert.deepEqual(
      all.map(({ amount }) => amount),
      amounts.toReversed(),
    );
  });

  it('finds invoices by customer, status and window, and pages both ways', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({});
    const stranger = await stripe.customers.create({});
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push((await stripe.invoices.create({ customer: customer.id })).id);
    }
    await stripe.invoices.create({ customer: stranger.id });
    const newestFirst = ids.toReversed();
    const mine = { customer: customer.id };
    const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id);
    assert.deepEqual(idsOf(await stripe.invoices.list(mine)), newestFirst);
    const page = await stripe.invoices.list({ ...mine, limit: 2, starting_after: newestFirst[1] ?? '' });
    assert.deepEqual(idsOf(page), newestFirst.slice(2, 4));
    assert.equal(page.has_more, true);
    const before = await stripe.invoices.list({ ...mine, limit: 2, ending_before: newestFirst[3] ?? '' });
    assert.deepEqual(idsOf(before), newestFirst.slice(1, 3));
    assert.deepEqual(idsOf(await stripe.invoices.list({ ...mine, status: 'open' })), []);
    const { created } = await stripe.invoices.retrieve(ids[0] ?? '');
    assert.deepEqual(idsOf(await stripe.invoices.list({ ...mine, created: { gte: created } })).length, 5);
    assert.deepEqual(idsOf(await stripe.invoices.list({ ...mine, created: { lt: created } })), []);
    assert.deepEqual(idsOf(await stripe.invoices.list({ ...mine, due_date: { gt: 0 } })), []);
    const walked = await stripe.invoices.list({ ...mine, limit: 2 }).autoPagingToArray({ limit: 100 });
    assert.deepEqual(
      walked.map(({ id }) => id),
      newestFirst,
    );
  });

  it('multiplies quantity and unit price by itself when no amount is given', async () => {
    const { stripe } = bench;
    const { id } = await stripe.invoices.create({ customer: (await stripe.customers.create({})).id });
    const price = {
      currency: 'usd',
      product_data: { name: 'Miles' },
      unit_amount_decimal: Stripe.Decimal.from('0.125'),
    };
    const invoice = await stripe.invoices.addLines(id, {
      lines: [{ price_data: price, quantity_decimal: Stripe.Decimal.from('100.5') }],
    });
    // 100.5 × 0.125 = 12.5625
    assert.equal(invoice.subtotal, 13);
    const [line] = invoice.lines.data;
    assert.equal(line?.quantity, 100);
    assert.equal(String(line?.quantity_decimal), '100.5');
    assert.equal(line?.description, 'Miles');
  });

  it('uses up the credit on a customer balance at finalization', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({ balance: -300 });
    const { id } = await stripe.invoices.create({ customer: customer.id });
    await stripe.invoices.addLines(id, { lines: [{ amount: 1000 }] });
    const open = await stripe.invoices.finalizeInvoice(id);
    assert.deepEqual([open.total, open.starting_balance, open.ending_balance, open.amount_due], [1000, -300, 0, 700]);
    const after = await stripe.customers.retrieve(customer.id);
    assert.ok(!after.deleted, '!after.deleted');
    assert.equal(after.balance, 0);
  });

  it('knows its account and mode', async () => {
    const account = await bench.stripe.accounts.retrieveCurrent();
    assert.match(account.id, /^acct_/);
    assert.equal((await bench.stripe.customers.create({})).livemode, false);
  });

  it('deletes a customer and a draft, and says so', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({ email: 'a@b.example' });
    const draft = await stripe.invoices.create({ customer: customer.id });
    assert.deepEqual({ ...(await stripe.invoices.del(draft.id)) }, { id: draft.id, object: 'invoice', deleted: true });
    assert.equal((await stripe.customers.del(customer.id)).deleted, true);
    assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
    assert.deepEqual((await stripe.customers.list({ email: 'a@b.example' })).data, []);
    await assert.rejects(stripe.customers.update(customer.id, { name: 'x' }), { code: 'resource_missing' });
    await assert.rejects(stripe.invoices.create({ customer: customer.id }), { code: 'resource_missing' });
  });

  it('expands what the SDK may ask for', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({ name: 'Blue Heron Air' });
    const draft = await stripe.invoices.create({ customer: customer.id, expand: ['customer', 'payments'] });
    assert.ok(
      typeof draft.customer === 'object' && draft.customer !== null && !draft.customer.deleted,
      "typeof draft.customer === 'object' && draft.customer !== null && !draft.custo...",
    );
    assert.equal(draft.customer.name, 'Blue Heron Air');
    assert.deepEqual(draft.payments?.data, []);
    const listed = await stripe.invoices.list({ expand: ['data.customer.tax_ids'] });
    const [first] = listed.data;
    assert.ok(
      typeof first?.customer === 'object' && first.customer !== null && !first.customer.deleted,
      "typeof first?.customer === 'object' && first.customer !== null && !first.cust...",
    );
    assert.deepEqual(first.customer.tax_ids?.data, []);
  });
});
