import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import type { JournalEntry } from '../../src/stripe-simulator/journal.ts';
import { clientOf, control, openInvoice, refusalOf, setFaults, signatureOf, useSimulator } from './support.ts';

/** Sources as in facts.test.ts: L = live recordings, D = documentation, S = the SDK's typings, I = a public issue. */
describe('paying invoices by card', () => {
  const bench = useSimulator();
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };
  const customerOf = (invoice: Stripe.Invoice) => String(invoice.customer);
  const withCard = async (card = 'pm_card_visa', lines?: Stripe.InvoiceAddLinesParams.Line[]) => {
    const open = await openInvoice(bench.stripe, lines);
    const method = await bench.stripe.paymentMethods.attach(card, { customer: customerOf(open) });
    return { id: open.id, customer: customerOf(open), method: method.id };
  };
  const cardErrorOf = async (call: Promise<unknown>) => {
    const { rawType, statusCode, code, decline_code, advice_code } = await refusalOf(call);
    return { rawType, statusCode, code, decline_code, advice_code };
  };
  /** The SDK makes an absent decline code an empty one. */
  const cardError = (code: string, decline_code = '', advice_code?: string) => ({
    rawType: 'card_error',
    statusCode: 402,
    code,
    decline_code,
    advice_code,
  });

  it('pays by the card that is named: 1,000 due, 1,000 paid, nothing remains', async () => {
    const { stripe } = bench;
    const { id, method } = await withCard();
    const paid = await stripe.invoices.pay(id, { payment_method: method, expand: ['payments'] });
    assert.equal(paid.status, 'paid');
    // amount_due stays what was due (S); amount_remaining = amount_due − amount_paid = 1,000 − 1,000
    assert.deepEqual([paid.amount_due, paid.amount_paid, paid.amount_remaining], [1000, 1000, 0]);
    assert.deepEqual([paid.amount_overpaid, paid.amount_paid_off_stripe], [0, 0]);
    assert.deepEqual([paid.attempted, paid.attempt_count], [true, 1]);
    assert.ok(paid.status_transitions.paid_at, 'paid_at');
    const [payment] = paid.payments?.data ?? [];
    assert.deepEqual([payment?.status, payment?.amount_paid, payment?.is_default], ['paid', 1000, true]);
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoices.pay(id))), plain);
  });

  it('takes the invoice’s default before the customer’s, and nobody’s default is a refusal (S)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const good = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    const open = async (defaults: Stripe.InvoiceCreateParams = {}) => {
      const { id } = await stripe.invoices.create({ customer, ...defaults });
      await stripe.invoices.addLines(id, { lines: [{ amount: 500 }] });
      return (await stripe.invoices.finalizeInvoice(id)).id;
    };
    assert.deepEqual(signatureOf(await refusalOf(stripe.invoices.pay(await open()))), plain);
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await assert.rejects(stripe.invoices.pay(await open()), { code: 'card_declined' });
    const paid = await stripe.invoices.pay(await open({ default_payment_method: good.id }));
    assert.deepEqual([paid.status, paid.default_payment_method], ['paid', good.id]);
  });

  const declines: [string, ReturnType<typeof cardError>][] = [
    ['pm_card_chargeDeclined', cardError('card_declined', 'generic_decline', 'try_again_later')],
    ['pm_card_chargeDeclinedInsufficientFunds', cardError('card_declined', 'insufficient_funds', 'try_again_later')],
    ['pm_card_visa_chargeDeclinedLostCard', cardError('card_declined', 'lost_card', 'do_not_try_again')],
    ['pm_card_visa_chargeDeclinedStolenCard', cardError('card_declined', 'stolen_card', 'do_not_try_again')],
    ['pm_card_chargeDeclinedExpiredCard', cardError('expired_card', undefined, 'confirm_card_data')],
    ['pm_card_chargeDeclinedIncorrectCvc', cardError('incorrect_cvc', undefined, 'confirm_card_data')],
    ['pm_card_chargeDeclinedProcessingError', cardError('processing_error', undefined, 'try_again_later')],
    ['pm_card_authenticationRequired', cardError('authentication_required', 'authentication_required')],
  ];
  for (const [card, expected] of declines) {
    it(`${card} is a 402 ${expected.decline_code || expected.code}, and the invoice stays open (D)`, async () => {
      const { id } = await openInvoice(bench.stripe);
      assert.deepEqual(await cardErrorOf(bench.stripe.invoices.pay(id, { payment_method: card })), expected);
      const after = await bench.stripe.invoices.retrieve(id);
      assert.deepEqual([after.status, after.attempted, after.attempt_count], ['open', true, 1]);
      // Nothing came in: 1,000 due, 0 paid, 1,000 remaining.
      assert.deepEqual([after.amount_due, after.amount_paid, after.amount_remaining], [1000, 0, 1000]);
    });
  }

  it('a second attempt by hand does not count, and a good card pays after a bad one (S)', async () => {
    const { stripe } = bench;
    const { id, method } = await withCard('pm_card_chargeCustomerFail');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const refusal = await refusalOf(stripe.invoices.pay(id, { payment_method: method }));
      assert.ok(refusal instanceof Stripe.errors.StripeCardError, 'a card error');
      assert.equal(refusal.payment_intent?.status, 'requires_payment_method');
      assert.equal(refusal.payment_intent?.last_payment_error?.charge, refusal.charge);
      assert.equal(refusal.payment_method?.id, method);
    }
    assert.equal((await stripe.invoices.retrieve(id)).attempt_count, 1);
    const paid = await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
    assert.deepEqual([paid.status, paid.attempt_count], ['paid', 1]);
  });

  it('with the customer there, a card that wants consent waits for it', async () => {
    const { stripe } = bench;
    const { id, method } = await withCard('pm_card_authenticationRequired');
    const params = { payment_method: method, off_session: false };
    const expected = cardError('invoice_payment_intent_requires_action');
    assert.deepEqual(await cardErrorOf(stripe.invoices.pay(id, params)), expected);
    const open = await stripe.invoices.retrieve(id, { expand: ['payments.data.payment.payment_intent'] });
    const intent = open.payments?.data[0]?.payment.payment_intent;
    assert.ok(typeof intent === 'object', 'expanded');
    assert.deepEqual([intent.status, intent.next_action?.type], ['requires_action', 'use_stripe_sdk']);
  });

  it('a draft whose card fails is finalized all the same (L: pay finalizes first)', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.invoices.create({ customer });
    await stripe.invoices.addLines(id, { lines: [{ amount: 1 }] });
    await refusalOf(stripe.invoices.pay(id, { payment_method: 'pm_card_chargeDeclined' }));
    const open = await stripe.invoices.retrieve(id);
    assert.equal(open.status, 'open');
    assert.ok(open.number, 'a number');
  });

  it('a declined answer is kept under its key, and so is a payment: no card is charged twice (D)', async () => {
    const { simulator, stripe } = bench;
    const { id, method, customer } = await withCard('pm_card_chargeCustomerFail');
    const key = { idempotencyKey: 'pay-1' };
    await refusalOf(stripe.invoices.pay(id, { payment_method: method }, key));
    const again = await refusalOf(stripe.invoices.pay(id, { payment_method: method }, key));
    assert.deepEqual([again.statusCode, again.headers?.['idempotent-replayed']], [402, 'true']);
    const good = await stripe.paymentMethods.attach('pm_card_mastercard', { customer });
    await setFaults(simulator, { kind: 'commit-then-reset', operation: 'invoices.pay', times: 1 });
    const params = { payment_method: good.id };
    await stripe.invoices.pay(id, params, { idempotencyKey: 'pay-2', maxNetworkRetries: 1 });
    const { data } = await stripe.invoicePayments.list({ invoice: id });
    assert.deepEqual(
      data.map(({ status, amount_paid }) => [status, amount_paid]),
      [['paid', 1000]],
    );
  });

  it('charge_automatically with auto_advance false charges nothing by itself (S)', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const { id } = await stripe.invoices.create({ customer: customer.id, auto_advance: false });
    await stripe.invoices.addLines(id, { lines: [{ amount: 700 }] });
    const open = await stripe.invoices.finalizeInvoice(id);
    assert.deepEqual([open.status, open.attempted, open.amount_remaining], ['open', false, 700]);
    assert.equal((await stripe.invoices.pay(id, { forgive: true })).amount_paid, 700);
  });

  it('a method may be set on an invoice that is open, as money and collection method are what is frozen (S)', async () => {
    const { id, method } = await withCard();
    await bench.stripe.invoices.update(id, { default_payment_method: method });
    const paid = await bench.stripe.invoices.pay(id);
    assert.deepEqual([paid.status, paid.default_payment_method], ['paid', method]);
    const late = await refusalOf(bench.stripe.invoices.update(id, { default_payment_method: '' }));
    assert.deepEqual(signatureOf(late), { ...plain, param: 'default_payment_method' });
  });

  it('an uncollectible invoice can still be paid by card (D)', async () => {
    const { id, method } = await withCard();
    await bench.stripe.invoices.markUncollectible(id);
    assert.equal((await bench.stripe.invoices.pay(id, { payment_method: method })).status, 'paid');
  });

  it('credit on the balance lowers what the card is charged: 1,000 − 300 = 700', async () => {
    const { stripe } = bench;
    const customer = await stripe.customers.create({ balance: -300 });
    const { id } = await stripe.invoices.create({ customer: customer.id });
    await stripe.invoices.addLines(id, { lines: [{ amount: 1000 }] });
    const paid = await stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
    assert.deepEqual([paid.total, paid.amount_due, paid.amount_paid, paid.amount_remaining], [1000, 700, 700, 0]);
  });

  it('methods: by number or token, attached, listed, detached, and each refusal by its name', async () => {
    const { stripe } = bench;
    const { paymentMethods } = stripe;
    const { id: customer } = await stripe.customers.create({});
    const card = { number: '4242 4242 4242 4242', exp_month: 12, exp_year: 2040, cvc: '123' };
    const made = await paymentMethods.create({ type: 'card', card, billing_details: { name: 'A. Heron' } });
    assert.deepEqual([made.card?.last4, made.card?.brand, made.customer], ['4242', 'visa', null]);
    const attached = await paymentMethods.attach(made.id, { customer });
    assert.equal(attached.customer, customer);
    const token = await paymentMethods.create({ type: 'card', card: { token: 'tok_amex' } });
    assert.equal(token.card?.brand, 'amex');
    assert.deepEqual(
      (await paymentMethods.list({ customer })).data.map(({ id }) => id),
      [made.id],
    );
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: made.id } });
    assert.equal((await paymentMethods.detach(made.id)).customer, null);
    const after = await stripe.customers.retrieve(customer);
    assert.ok(!after.deleted && after.invoice_settings.default_payment_method === null, 'no default is left');

    const refused = async (call: Promise<unknown>) => signatureOf(await refusalOf(call));
    const missing = { ...plain, code: 'resource_missing' };
    assert.deepEqual(await refused(paymentMethods.detach(made.id)), plain);
    assert.deepEqual(await refused(paymentMethods.retrieve('pm_x')), {
      ...missing,
      param: 'payment_method',
      status: 404,
    });
    const { id } = await openInvoice(stripe);
    const pay = (payment_method: string) => refused(stripe.invoices.pay(id, { payment_method }));
    assert.deepEqual(await pay('pm_x'), { ...missing, param: 'payment_method' });
    assert.deepEqual(await pay(made.id), { ...plain, param: 'payment_method' });
    // Stripe's words when the method is another's (I getlago/lago-api#3665).
    const stranger = stripe.customers.update(customer, { invoice_settings: { default_payment_method: made.id } });
    assert.match((await refusalOf(stranger)).message, /does not have a payment method with the ID/);
    // Most failing test cards cannot even be attached; 4000000000000341 can (D testing).
    const attach = paymentMethods.attach('pm_card_chargeDeclined', { customer });
    assert.deepEqual(await cardErrorOf(attach), cardError('card_declined', 'generic_decline', 'try_again_later'));
    const wrong = paymentMethods.create({ type: 'card', card: { ...card, number: '4242424242424241' } });
    assert.deepEqual(await cardErrorOf(wrong), cardError('incorrect_number'));
    const past = paymentMethods.create({ type: 'card', card: { ...card, exp_year: 2020 } });
    assert.deepEqual(await cardErrorOf(past), cardError('invalid_expiry_year'));
  });

  it('finalization opens one payment, which paying, voiding and money from elsewhere close (S, D)', async () => {
    const { stripe } = bench;
    const [card, elsewhere, voided] = [await withCard(), await withCard(), await withCard()];
    const { data: open } = await stripe.invoicePayments.list({ status: 'open' });
    assert.equal(open.length, 3);
    assert.ok(
      open.every((payment) => payment.amount_paid === null && payment.amount_requested === 1000),
      'nothing is paid yet',
    );
    await stripe.invoices.pay(card.id, { payment_method: card.method });
    await stripe.invoices.pay(elsewhere.id, { paid_out_of_band: true });
    await stripe.invoices.voidInvoice(voided.id);
    const stateOf = async (invoice: string) => {
      const { data } = await stripe.invoicePayments.list({ invoice, expand: ['data.payment.payment_intent'] });
      const intent = data[0]?.payment.payment_intent;
      assert.ok(typeof intent === 'object', 'expanded');
      return [data.length, data[0]?.status, intent.status, intent.cancellation_reason];
    };
    assert.deepEqual(await stateOf(card.id), [1, 'paid', 'succeeded', null]);
    assert.deepEqual(await stateOf(elsewhere.id), [1, 'canceled', 'canceled', null]);
    assert.deepEqual(await stateOf(voided.id), [1, 'canceled', 'canceled', 'void_invoice']);

    // From a charge or an intent back to the invoice, which neither names any more (section 1.5, basil).
    const [payment] = (await stripe.invoicePayments.list({ invoice: card.id })).data;
    const intentId = String(payment?.payment.payment_intent);
    const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] });
    assert.ok(typeof intent.latest_charge === 'object', 'expanded');
    const charge = await stripe.charges.retrieve(intent.latest_charge?.id ?? '');
    assert.deepEqual([charge.amount, charge.paid, charge.payment_intent], [1000, true, intentId]);
    const back = await stripe.invoicePayments.list({ payment: { type: 'payment_intent', payment_intent: intentId } });
    assert.deepEqual(
      back.data.map(({ id, invoice }) => [id, invoice]),
      [[payment?.id, card.id]],
    );
    const found = await stripe.invoicePayments.retrieve(payment?.id ?? '', { expand: ['invoice'] });
    assert.ok(typeof found.invoice === 'object', 'expanded');
    assert.equal((await refusalOf(stripe.invoicePayments.retrieve('inpay_x'))).statusCode, 404);
    assert.equal((await refusalOf(stripe.invoicePayments.list({ invoice: 'in_x' }))).code, 'resource_missing');
  });

  it('an invoice with nothing to pay has no payment (I stripe/stripe-mock#315)', async () => {
    const { stripe } = bench;
    const { id } = await openInvoice(stripe, [{ amount: 5 }, { amount: -5 }]);
    const zero = await stripe.invoices.retrieve(id, { expand: ['payments', 'confirmation_secret'] });
    assert.deepEqual([zero.status, zero.payments?.data.length, zero.confirmation_secret], ['paid', 0, null]);
  });

  describe('over a restart', () => {
    let directory: string;
    let journalFile: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'payments-'));
      journalFile = join(directory, 'journal.jsonl');
    });
    afterEach(() => rm(directory, { recursive: true }));

    it('keeps what a declined card left behind, and who paid in the end', async () => {
      const first = await startSimulator({ journalFile });
      const before = clientOf(first);
      const { id } = await openInvoice(before);
      const declined = { idempotencyKey: 'declined' };
      const bad = { payment_method: 'pm_card_chargeDeclined' };
      await refusalOf(before.invoices.pay(id, bad, declined));
      await before.invoices.pay(id, { payment_method: 'pm_card_visa' });
      const state = await control(first, 'GET', '/state');
      await first.stop();
      const second = await startSimulator({ journalFile });
      assert.deepEqual(await control(second, 'GET', '/state'), state);
      const replayed = await refusalOf(clientOf(second).invoices.pay(id, bad, declined));
      assert.deepEqual([replayed.statusCode, replayed.code], [402, 'card_declined']);
      await second.stop();
    });

    it('still collects on an invoice out of a journal that is older than payments', async () => {
      const first = await startSimulator({ journalFile });
      const { id } = await openInvoice(clientOf(first));
      await first.stop();
      const older = (await readFile(journalFile, 'utf8')).trimEnd().split('\n').map(withoutPayments).join('\n');
      await writeFile(journalFile, `${older}\n`);
      const second = await startSimulator({ journalFile });
      const stripe = clientOf(second);
      const open = await stripe.invoices.retrieve(id, { expand: ['payments', 'confirmation_secret'] });
      assert.deepEqual([open.amount_remaining, open.payments?.data, open.confirmation_secret], [1000, [], null]);
      const paid = await stripe.invoices.pay(id, { payment_method: 'pm_card_visa', expand: ['payments'] });
      assert.deepEqual([paid.amount_paid, paid.payments?.data.length], [1000, 1]);
      await second.stop();
    });
  });
});

/** A line of the journal as it was before there were payments. */
function withoutPayments(line: string): string {
  const entry = JSON.parse(line) as JournalEntry;
  if (entry.kind !== 'request') return line;
  const writes = entry.writes
    .filter(({ kind }) => kind !== 'invoicePayment' && kind !== 'paymentIntent')
    .map((write) => {
      const record: Record<string, unknown> = { ...write.record };
      for (const name of ['paymentIds', 'creditNoteIds', 'defaultPaymentMethod']) delete record[name];
      return { ...write, record };
    });
  return JSON.stringify({ ...entry, writes });
}
