import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { draftWith, openInvoice, refusalOf, signatureOf, useSimulator } from './support.ts';

/** Rules of section 1.4 and of the SDK's typings (S), which say of each parameter what it does to the invoice. */
describe('credit notes', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const create = (params: Stripe.CreditNoteCreateParams, options: Stripe.RequestOptions = {}) =>
    bench.stripe.creditNotes.create(params, options);
  const refused = async (params: Stripe.CreditNoteCreateParams) => signatureOf(await refusalOf(create(params)));
  const moneyOf = async (id: string) => {
    const invoice = await bench.stripe.invoices.retrieve(id);
    const { status, total, amount_due, amount_paid, amount_remaining, amount_overpaid } = invoice;
    const { pre_payment_credit_notes_amount: pre, post_payment_credit_notes_amount: post } = invoice;
    return { status, total, amount_due, amount_paid, amount_remaining, amount_overpaid, pre, post };
  };
  const paidInvoice = async () => {
    const { id } = await openInvoice(bench.stripe);
    return bench.stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
  };

  it('lowers what remains of an open invoice, and takes it back when voided', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    const note = await create({ invoice: open.id, amount: 300, reason: 'order_change', memo: 'Short flight' });
    assert.deepEqual([note.type, note.pre_payment_amount, note.post_payment_amount], ['pre_payment', 300, 0]);
    assert.equal(note.number, `${open.number}-CN-01`);
    assert.equal(note.effective_at, note.created);
    const before = { status: 'open', total: 1000, amount_paid: 0, amount_overpaid: 0, post: 0 };
    // 1,000 − 300 = 700 due and remaining; the total is what was billed and stays.
    assert.deepEqual(await moneyOf(open.id), { ...before, amount_due: 700, amount_remaining: 700, pre: 300 });
    const [payment] = (await stripe.invoicePayments.list({ invoice: open.id })).data;
    assert.equal(payment?.amount_requested, 700);
    const voided = await stripe.creditNotes.voidCreditNote(note.id);
    assert.equal(voided.status, 'void');
    assert.ok(voided.voided_at, 'voided_at');
    assert.deepEqual(await moneyOf(open.id), { ...before, amount_due: 1000, amount_remaining: 1000, pre: 0 });
    assert.deepEqual(signatureOf(await refusalOf(stripe.creditNotes.voidCreditNote(note.id))), plain);
    assert.equal((await create({ invoice: open.id, amount: 1 })).number, `${open.number}-CN-02`);
  });

  it('an open invoice that is credited in whole is paid, though no money came', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    await create({ invoice: open.id, amount: 400 });
    const last = await create({ invoice: open.id, amount: 600 });
    // 1,000 − 400 − 600 = 0
    const expected = { amount_due: 0, amount_paid: 0, amount_remaining: 0, amount_overpaid: 0, pre: 1000, post: 0 };
    assert.deepEqual(await moneyOf(open.id), { status: 'paid', total: 1000, ...expected });
    const [payment] = (await stripe.invoicePayments.list({ invoice: open.id })).data;
    assert.equal(payment?.status, 'canceled');
    assert.deepEqual(signatureOf(await refusalOf(stripe.creditNotes.voidCreditNote(last.id))), plain);
    assert.deepEqual(await refused({ invoice: open.id, amount: 1, out_of_band_amount: 1 }), {
      ...plain,
      param: 'amount',
    });
  });

  it('pays the rest of a partly credited invoice: 1,000 − 250 = 750 by card', async () => {
    const open = await openInvoice(bench.stripe);
    await create({ invoice: open.id, amount: 250 });
    const paid = await bench.stripe.invoices.pay(open.id, { payment_method: 'pm_card_visa' });
    assert.deepEqual([paid.amount_due, paid.amount_paid, paid.amount_remaining], [750, 750, 0]);
    const elsewhere = await openInvoice(bench.stripe);
    await create({ invoice: elsewhere.id, amount: 250 });
    const settled = await bench.stripe.invoices.pay(elsewhere.id, { paid_out_of_band: true });
    assert.deepEqual([settled.amount_paid, settled.amount_paid_off_stripe, settled.amount_remaining], [750, 750, 0]);
  });

  it('gives back on a paid invoice in three ways: 200 to the card, 300 to the balance, 100 elsewhere', async () => {
    const { stripe } = bench;
    const paid = await paidInvoice();
    const split = { refund_amount: 200, credit_amount: 300, out_of_band_amount: 100 };
    // 200 + 300 + 100 = 600
    const note = await create({ invoice: paid.id, amount: 600, ...split, expand: ['refunds.refund', 'invoice'] });
    assert.deepEqual([note.type, note.pre_payment_amount, note.post_payment_amount], ['post_payment', 0, 600]);
    assert.equal(note.out_of_band_amount, 100);
    const [linked] = note.refunds;
    assert.ok(typeof linked?.refund === 'object', 'expanded');
    assert.deepEqual([linked.amount_refunded, linked.refund.amount, linked.refund.status], [200, 200, 'succeeded']);
    const customer = await stripe.customers.retrieve(String(paid.customer));
    assert.ok(!customer.deleted && customer.balance === -300, 'credit on the balance');
    // What was paid stays paid: 1,000 due, 1,000 paid, 0 remaining; 600 given back.
    const expected = {
      amount_due: 1000,
      amount_paid: 1000,
      amount_remaining: 0,
      amount_overpaid: 0,
      pre: 0,
      post: 600,
    };
    assert.deepEqual(await moneyOf(paid.id), { status: 'paid', total: 1000, ...expected });
    assert.deepEqual(signatureOf(await refusalOf(stripe.creditNotes.voidCreditNote(note.id))), plain);
    // 1,000 − 600 = 400 are left: 401 are too many, 400 are not.
    const more = (amount: number) => ({ invoice: paid.id, amount, credit_amount: amount });
    assert.deepEqual(await refused(more(401)), { ...plain, param: 'amount' });
    await create(more(400));
    // The next invoice uses up the credit of 300 + 400 = 700: 1,000 − 700 = 300.
    const next = await stripe.invoices.create({ customer: String(paid.customer) });
    await stripe.invoices.addLines(next.id, { lines: [{ amount: 1000 }] });
    assert.equal((await stripe.invoices.finalizeInvoice(next.id)).amount_due, 300);
  });

  it('the settlement must equal what was paid before, and be absent where nothing was', async () => {
    const paid = await paidInvoice();
    const open = await openInvoice(bench.stripe);
    assert.deepEqual(await refused({ invoice: paid.id, amount: 100 }), plain);
    assert.deepEqual(await refused({ invoice: paid.id, amount: 100, refund_amount: 99 }), plain);
    assert.deepEqual(await refused({ invoice: open.id, amount: 100, credit_amount: 100 }), plain);
    const elsewhere = await bench.stripe.invoices.pay(open.id, { paid_out_of_band: true });
    const refund = { invoice: elsewhere.id, amount: 100, refund_amount: 100 };
    assert.deepEqual(await refused(refund), { ...plain, param: 'refund_amount' });
    const balance = await bench.stripe.customers.retrieve(String(paid.customer));
    assert.ok(!balance.deleted && balance.balance === 0, 'a refusal moves nothing');
  });

  it('counts refunds that were made without a note, and tells of them by linking', async () => {
    const { stripe } = bench;
    const paid = await paidInvoice();
    const [payment] = (await stripe.invoicePayments.list({ invoice: paid.id })).data;
    const refund = await stripe.refunds.create({
      payment_intent: String(payment?.payment.payment_intent),
      amount: 700,
    });
    // 1,000 − 700 = 300 are left for notes that do not tell of the refund (S).
    const credit = (amount: number) => ({ invoice: paid.id, amount, out_of_band_amount: amount });
    assert.deepEqual(await refused(credit(301)), { ...plain, param: 'amount' });
    const note = await create({ invoice: paid.id, amount: 700, refunds: [{ refund: refund.id }] });
    assert.deepEqual([note.post_payment_amount, note.refunds[0]?.refund], [700, refund.id]);
    const again = { invoice: paid.id, amount: 700, refunds: [{ refund: refund.id }] };
    assert.deepEqual(await refused(again), { ...plain, param: 'refunds[0][refund]' });
    await create(credit(300));
    assert.equal((await moneyOf(paid.id)).post, 1000);
  });

  it('credits lines by amount or quantity with their taxes, and no line more than once over', async () => {
    const { stripe } = bench;
    const rate = { display_name: 'VAT', inclusive: false, percentage: 20 };
    const price = { currency: 'usd', product_data: { name: 'Miles' }, unit_amount: 50 };
    const draft = await draftWith(stripe, [
      { amount: 1000, tax_amounts: [{ amount: 200, taxable_amount: 1000, tax_rate_data: rate }] },
      { price_data: price, quantity: 4 },
    ]);
    const open = await stripe.invoices.finalizeInvoice(draft.id);
    const [miles, taxed] = open.lines.data;
    assert.ok(miles && taxed, 'two lines, the later one first');
    const byAmount = { type: 'invoice_line_item', invoice_line_item: taxed.id, amount: 250 };
    const byQuantity = { type: 'invoice_line_item', invoice_line_item: miles.id, quantity: 3 };
    const custom = { type: 'custom_line_item', description: 'Goodwill', quantity: 2, unit_amount: 5 };
    const params = { invoice: open.id, lines: [byAmount, byQuantity, custom] };
    const preview = await stripe.creditNotes.preview(params);
    assert.equal((await stripe.creditNotes.list({ invoice: open.id })).data.length, 0, 'a preview leaves nothing');
    const note = await create(params);
    // 250 + 3 × 50 + 2 × 5 = 410, and 250/1,000 of the tax of 200 = 50
    for (const shown of [preview, note]) {
      assert.deepEqual([shown.subtotal, shown.total, shown.amount, shown.total_excluding_tax], [410, 460, 460, 410]);
    }
    assert.deepEqual([note.total_taxes?.[0]?.amount, note.total_taxes?.[0]?.taxable_amount], [50, 250]);
    const { data } = await stripe.creditNotes.listLineItems(note.id);
    assert.deepEqual(
      data.map(({ type, amount, quantity, unit_amount }) => [type, amount, quantity, unit_amount]),
      [
        ['invoice_line_item', 250, null, null],
        ['invoice_line_item', 150, 3, 50],
        ['custom_line_item', 10, 2, 5],
      ],
    );
    const previewed = await stripe.creditNotes.listPreviewLineItems({ invoice: open.id, lines: [custom] });
    assert.equal(previewed.data[0]?.description, 'Goodwill');
    const only = (line: Stripe.CreditNoteCreateParams.Line) => refused({ invoice: open.id, lines: [line] });
    // 1,000 − 250 = 750 are left of the one line, 4 − 3 = 1 of the other.
    assert.deepEqual(await only({ ...byAmount, amount: 751 }), { ...plain, param: 'lines[0][amount]' });
    assert.deepEqual(await only({ ...byQuantity, quantity: 2 }), { ...plain, param: 'lines[0][quantity]' });
    // docs.stripe.com/invoicing/integration/programmatic-credit-notes: never by amount and by quantity.
    assert.deepEqual(await only({ ...byAmount, invoice_line_item: miles.id }), { ...plain, param: 'lines[0]' });
    const ownTax = {
      amount: 40,
      taxable_amount: 250,
      tax_rate: note.total_taxes?.[0]?.tax_rate_details?.tax_rate ?? '',
    };
    const exact = await create({ invoice: open.id, lines: [{ ...byAmount, tax_amounts: [ownTax] }] });
    assert.deepEqual([exact.subtotal, exact.total], [250, 290]);
  });

  it('refuses by name what cannot be a credit note', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    const invoice = open.id;
    const missing = (param: string | undefined) => ({ ...plain, code: 'parameter_missing', param });
    const line = (sent: Omit<Stripe.CreditNoteCreateParams.Line, 'type'>, type = 'invoice_line_item') =>
      refused({ invoice, lines: [{ type, ...sent }] });
    const item = { invoice_line_item: open.lines.data[0]?.id ?? '' };
    assert.deepEqual(await refused({ invoice }), missing(undefined));
    assert.deepEqual(
      await refused({ invoice, amount: 1, lines: [{ type: 'invoice_line_item', ...item, amount: 1 }] }),
      { ...plain, param: 'amount' },
    );
    assert.deepEqual(await refused({ invoice, amount: 0 }), { ...plain, param: 'amount' });
    assert.deepEqual(await refused({ invoice: 'in_x', amount: 1 }), {
      ...plain,
      code: 'resource_missing',
      param: 'invoice',
    });
    assert.deepEqual(await line(item), missing('lines[0][amount]'));
    assert.deepEqual(await line({ ...item, amount: 1, quantity: 1 }), { ...plain, param: 'lines[0][amount]' });
    assert.deepEqual(await line({ ...item, amount: 1, description: 'x' }), {
      ...plain,
      param: 'lines[0][description]',
    });
    assert.deepEqual(await line({ unit_amount: 1 }, 'custom_line_item'), missing('lines[0][description]'));
    assert.deepEqual(await line({ invoice_line_item: 'il_x', amount: 1 }), {
      ...plain,
      code: 'resource_missing',
      param: 'lines[0][invoice_line_item]',
    });
    const draft = await draftWith(stripe);
    assert.deepEqual(await refused({ invoice: draft.id, amount: 1 }), { ...plain, param: 'invoice' });
    await stripe.invoices.voidInvoice(invoice);
    assert.deepEqual(await refused({ invoice, amount: 1 }), { ...plain, param: 'invoice' });
    assert.equal((await refusalOf(stripe.creditNotes.retrieve('cn_x'))).statusCode, 404);
  });

  it('is found, changed in memo and metadata only, and made once under one key', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    const params = { invoice: open.id, amount: 10, email_type: 'none' as const, effective_at: 1_383_264_000 };
    const key = { idempotencyKey: 'credit-1' };
    const note = await create(params, key);
    const again = await create(params, key);
    assert.deepEqual([again.id, again.lastResponse.headers['idempotent-replayed']], [note.id, 'true']);
    assert.equal(note.effective_at, 1_383_264_000);
    assert.equal((await moneyOf(open.id)).pre, 10);
    const changed = await stripe.creditNotes.update(note.id, { memo: 'Sorry', metadata: { durabill: 'c-1' } });
    assert.deepEqual([changed.memo, changed.metadata?.['durabill']], ['Sorry', 'c-1']);
    const mine = await stripe.creditNotes.list({ customer: String(open.customer) });
    assert.deepEqual(
      mine.data.map(({ id }) => id),
      [note.id],
    );
    assert.equal((await stripe.creditNotes.retrieve(note.id, { expand: ['customer'] })).memo, 'Sorry');
  });
});
