import Stripe from 'stripe';
import type { Simulator } from '../../src/stripe-simulator/index.ts';
import { matchOperation } from '../../src/stripe-simulator/operations/index.ts';

/** An answer as it travelled: what the SDK makes of it (decimals, paging) is not yet in it. */
export interface Answered {
  operation: string;
  body: unknown;
}

/** A client of the simulator that notes every answer of status 200. */
export function notingClient(simulator: Simulator, noted: Answered[]): Stripe {
  const notingFetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await fetch(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const operation = matchOperation(init?.method ?? 'GET', pathname)?.operation.name ?? pathname;
    if (response.status === 200) noted.push({ operation, body: await response.clone().json() });
    return response;
  };
  return new Stripe(simulator.key, {
    host: simulator.host,
    port: simulator.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(notingFetch),
  });
}

const address = { city: 'Kiel', country: 'DE', line1: 'Kai 1', line2: '2', postal_code: '24103', state: 'SH' };
const shipping = { address, name: 'Dock', phone: '+49 431 1' };
const custom_fields = [{ name: 'Order', value: '7' }];
const rate = (inclusive: boolean) => ({ display_name: 'VAT', inclusive, percentage: 19.6, country: 'DE' });

const fullLine = {
  description: 'Flights',
  metadata: { line: '1' },
  period: { start: 1_700_000_000, end: 1_700_086_400 },
  price_data: {
    currency: 'usd',
    product_data: { name: 'Flight', metadata: { kind: 'air' } },
    unit_amount_decimal: Stripe.Decimal.from('12.5'),
  },
  quantity_decimal: Stripe.Decimal.from('3.5'),
  tax_amounts: [
    { amount: 8, taxable_amount: 44, tax_rate_data: rate(false), taxability_reason: 'standard_rated' as const },
    { amount: 1, taxable_amount: 7, tax_rate_data: rate(true) },
  ],
};

async function walkCustomers(stripe: Stripe): Promise<string> {
  const full = await stripe.customers.create({
    address,
    balance: -5,
    business_name: 'Blue Heron Air',
    description: 'An airline',
    email: 'pay@heron.example',
    individual_name: 'A. Heron',
    invoice_settings: { custom_fields, footer: 'Thanks' },
    metadata: { ours: '1' },
    name: 'Blue Heron Air',
    phone: '+49 431 2',
    preferred_locales: ['de'],
    shipping,
    tax_exempt: 'reverse',
  });
  await stripe.customers.update(full.id, { description: '', shipping: '' });
  await stripe.customers.retrieve(full.id);
  await stripe.customers.list({ limit: 2 });
  await stripe.customers.search({ query: `email:"${full.email}"`, expand: ['total_count'] });
  const other = await stripe.customers.create();
  await stripe.customers.del(other.id);
  await stripe.customers.retrieve(other.id);
  return full.id;
}

async function walkInvoices(stripe: Stripe, customer: string): Promise<void> {
  const terms = { collection_method: 'send_invoice', days_until_due: 14 } as const;
  const draft = async (params: Stripe.InvoiceCreateParams = {}, lines: Stripe.InvoiceAddLinesParams.Line[] = []) => {
    const { id } = await stripe.invoices.create({ customer, currency: 'usd', ...params });
    if (lines.length > 0) await stripe.invoices.addLines(id, { lines });
    return id;
  };
  const full = await draft(
    {
      ...terms,
      auto_advance: true,
      custom_fields,
      description: 'March',
      effective_at: 1_700_000_000,
      footer: 'Thanks',
      metadata: { run: '1' },
      number: 'R-1',
      payment_settings: { payment_method_types: ['card', 'sepa_debit'] },
      rendering: { amount_tax_display: 'exclude_tax', pdf: { page_size: 'a4' } },
      shipping_details: shipping,
      statement_descriptor: 'HERON',
    },
    [fullLine, { amount: -3 }],
  );
  await stripe.invoices.update(full, { description: '', metadata: { run: '2' } });
  const { data: lines } = await stripe.invoices.listLineItems(full);
  const [credit = '', flights = ''] = lines.map(({ id }) => id);
  await stripe.invoices.updateLineItem(full, flights, { description: '', metadata: '' });
  await stripe.invoices.updateLines(full, { lines: [{ id: credit, amount: -4 }], invoice_metadata: '' });
  await stripe.invoices.removeLines(full, { lines: [{ id: credit, behavior: 'delete' }] });
  await stripe.invoices.sendInvoice(full);
  await stripe.invoices.pay(full, { paid_out_of_band: true });
  await stripe.invoices.retrieve(full);
  const many = Array.from({ length: 12 }, (_, index) => ({ amount: index }));
  await stripe.invoices.finalizeInvoice(await draft({ auto_advance: true }, many));
  await stripe.invoices.finalizeInvoice(await draft());
  const bad = await stripe.invoices.finalizeInvoice(await draft({}, [{ amount: 100 }]));
  await stripe.invoices.markUncollectible(bad.id);
  const wrong = await stripe.invoices.finalizeInvoice(await draft({}, [{ amount: 100 }]));
  await stripe.invoices.voidInvoice(wrong.id);
  await stripe.invoices.del(await draft());
  await stripe.invoices.list({ limit: 100 });
  await stripe.invoices.search({ query: 'total>0', limit: 2 });
}

async function walkPayments(stripe: Stripe, customer: string): Promise<void> {
  const open = async (amount = 100) => {
    const { id } = await stripe.invoices.create({ customer, currency: 'usd' });
    await stripe.invoices.addLines(id, { lines: [{ amount, description: 'Flights', metadata: { line: '1' } }] });
    return (await stripe.invoices.finalizeInvoice(id)).id;
  };
  const card = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' };
  const billing_details = { address, email: 'pay@heron.example', name: 'A. Heron', phone: '+49 431 2' };
  const { id: method } = await stripe.paymentMethods.create({
    type: 'card',
    card,
    billing_details,
    metadata: { a: '1' },
  });
  await stripe.paymentMethods.attach(method, { customer });
  await stripe.paymentMethods.retrieve(method);
  await stripe.paymentMethods.list({ customer, type: 'card' });

  const paid = await open();
  await stripe.invoices.pay(paid, { payment_method: method, expand: ['payments'] });
  const [payment] = (await stripe.invoicePayments.list({ invoice: paid })).data;
  await stripe.invoicePayments.retrieve(payment?.id ?? '');
  const intent = String(payment?.payment.payment_intent);
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent);
  const { id: refund } = await stripe.refunds.create({ payment_intent: intent, amount: 10, metadata: { why: 'late' } });
  await stripe.refunds.update(refund, { metadata: { why: 'very late' } });
  await stripe.refunds.retrieve(refund);
  await stripe.refunds.list({ payment_intent: intent });
  await stripe.charges.retrieve(String(charge));
  await stripe.charges.list({ customer });
  await walkIntents(stripe, customer, await open(), await open());
  const disputed = await open();
  await stripe.invoices.pay(disputed, { payment_method: 'pm_card_createDispute' });
  const [dispute] = (await stripe.disputes.list()).data;
  await stripe.disputes.retrieve(dispute?.id ?? '');
  await stripe.disputes.close(dispute?.id ?? '');

  const declined = await open();
  await stripe.invoices.pay(declined, { payment_method: 'pm_card_chargeCustomerFail' }).catch(() => undefined);
  await stripe.invoices.retrieve(declined, { expand: ['payments'] });

  const owed = await open();
  const [line] = (await stripe.invoices.listLineItems(owed)).data;
  const byLine = { type: 'invoice_line_item' as const, invoice_line_item: line?.id ?? '', amount: 30 };
  const parts = { invoice: owed, lines: [byLine], memo: 'Late', reason: 'order_change' as const };
  await stripe.creditNotes.preview(parts);
  await stripe.creditNotes.listPreviewLineItems(parts);
  const { id: note } = await stripe.creditNotes.create({ ...parts, metadata: { a: '1' }, email_type: 'none' });
  await stripe.creditNotes.update(note, { memo: 'Later' });
  await stripe.creditNotes.listLineItems(note);
  await stripe.creditNotes.voidCreditNote(note);
  await stripe.creditNotes.retrieve(note);
  await stripe.creditNotes.create({ invoice: paid, amount: 20, refund_amount: 15, credit_amount: 5 });
  await stripe.creditNotes.list({ customer });
  await stripe.paymentMethods.detach(method);
}

/** Payments that a client makes itself: one that waits, one that is given up, and one that pays an invoice in part. */
async function walkIntents(stripe: Stripe, customer: string, partly: string, asked: string): Promise<void> {
  const payment = { amount: 60, currency: 'usd', customer };
  const full = { description: 'On account', metadata: { a: '1' }, receipt_email: 'pay@heron.example' };
  const { id: waits } = await stripe.paymentIntents.create({ ...payment, ...full, payment_method: 'pm_card_visa' });
  await stripe.invoices.attachPayment(partly, { payment_intent: waits });
  await stripe.paymentIntents.confirm(waits);
  await stripe.invoices.retrieve(partly, { expand: ['payments'] });
  const { id: unwanted } = await stripe.paymentIntents.create({ amount: 50, currency: 'eur' });
  await stripe.paymentIntents.cancel(unwanted, { cancellation_reason: 'abandoned' });
  const consent = { payment_method: 'pm_card_authenticationRequired', confirm: true };
  await stripe.paymentIntents.create({ ...payment, ...consent });
  const asking = { payment_method: 'pm_card_authenticationRequired', off_session: false };
  await stripe.invoices.pay(asked, asking).catch(() => undefined);
  await stripe.paymentIntents.list({ customer, limit: 100 });
}

/** Pages on which a payment method is saved: one is used, after a card that was refused, and one is given up. */
async function walkSessions(stripe: Stripe, customer: string): Promise<void> {
  const page = { mode: 'setup', currency: 'usd', customer, success_url: 'https://heron.example/saved' } as const;
  const data = { description: 'A card', metadata: { a: '1' } };
  const { id, url } = await stripe.checkout.sessions.create({ ...page, metadata: { a: '1' }, setup_intent_data: data });
  for (const number of ['4000000000000002', '4242424242424242']) {
    await fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ number }), redirect: 'manual' });
  }
  const { setup_intent: intent } = await stripe.checkout.sessions.retrieve(id);
  await stripe.setupIntents.retrieve(String(intent));
  const other = await stripe.checkout.sessions.create({ ...page, cancel_url: 'https://heron.example/back' });
  await fetch(other.url ?? '', { method: 'POST', body: new URLSearchParams({ number: '4000002760003184' }) });
  const { setup_intent: asks } = await stripe.checkout.sessions.retrieve(other.id);
  await stripe.setupIntents.retrieve(String(asks));
  await stripe.checkout.sessions.expire(other.id);
  await stripe.checkout.sessions.list({ customer });
}

async function walkItems(stripe: Stripe, customer: string): Promise<void> {
  const { id } = await stripe.invoiceItems.create({ customer, currency: 'usd', amount: 25, description: 'A fee' });
  await stripe.invoiceItems.update(id, { amount: 30, metadata: { a: '1' } });
  await stripe.invoiceItems.retrieve(id);
  await stripe.invoiceItems.list({ customer });
  await stripe.invoices.create({ customer, currency: 'usd', pending_invoice_items_behavior: 'include' });
  const { id: other } = await stripe.invoiceItems.create({ customer, currency: 'usd', amount: 1 });
  await stripe.invoiceItems.del(other);
}

async function walkEvents(stripe: Stripe): Promise<void> {
  const { id } = await stripe.webhookEndpoints.create({
    url: 'https://heron.example/stripe',
    enabled_events: ['invoice.paid'],
    description: 'Ours',
    metadata: { a: '1' },
  });
  await stripe.webhookEndpoints.update(id, { disabled: true, enabled_events: ['*'] });
  await stripe.webhookEndpoints.retrieve(id);
  await stripe.webhookEndpoints.list();
  await stripe.webhookEndpoints.del(id);
  const events = await stripe.events.list({ limit: 100 });
  await stripe.events.retrieve(events.data[0]?.id ?? '');
}

/** Calls every operation of the simulator, over objects with all fields set and in every state. */
export async function walk(stripe: Stripe): Promise<void> {
  await stripe.accounts.retrieveCurrent();
  const customer = await walkCustomers(stripe);
  await walkInvoices(stripe, customer);
  await walkPayments(stripe, customer);
  await walkSessions(stripe, customer);
  await walkItems(stripe, customer);
  await walkEvents(stripe);
}
