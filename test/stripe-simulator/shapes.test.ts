import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { eventTypes } from '../../src/stripe-simulator/events/types.ts';
import { operations } from '../../src/stripe-simulator/operations/index.ts';
import { addLinesParameters } from '../../src/stripe-simulator/operations/line-parameters.ts';
import type { Fields } from '../../src/stripe-simulator/schema.ts';
import { openInvoice, useSimulator } from './support.ts';

/** The SDK's typings, read as text: what they name is what Stripe takes and gives. */
const resources = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..', 'esm', 'resources');

interface Names {
  required: string[];
  all: string[];
}

/** The fields of one interface in a typings file, at its own level. */
function namesIn(file: string, opening: string): Names {
  const text = readFileSync(join(resources, file), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
  const start = text.indexOf(`${opening} {`);
  const inherits = start < 0 ? text.indexOf(`${opening} extends PaginationParams {`) : start;
  assert.ok(inherits >= 0, `${opening} in ${file}`);
  const indent = ' '.repeat(opening.length - opening.trimStart().length);
  const body = text.slice(text.indexOf('{', inherits) + 1, text.indexOf(`\n${indent}}`, inherits));
  const fields = [...body.matchAll(new RegExp(`^${indent}    (\\w+)(\\??):`, 'gm'))];
  const paging = start < 0 ? ['ending_before', 'limit', 'starting_after'] : [];
  return {
    required: fields.filter(([, , optional]) => optional === '').map(([, name = '']) => name),
    all: [...fields.map(([, name = '']) => name), ...paging],
  };
}

function conforms(object: object, { required, all }: Names): void {
  const present = Object.keys(object);
  assert.deepEqual(
    required.filter((name) => !present.includes(name)),
    [],
    'required by the typings',
  );
  assert.deepEqual(
    present.filter((name) => !all.includes(name)),
    [],
    'unknown to the typings',
  );
}

describe('shapes, against the typings of the SDK', () => {
  const bench = useSimulator();

  it('answers carry every required field and none that the SDK does not know', async () => {
    const { stripe } = bench;
    const rate = { display_name: 'VAT', inclusive: true, percentage: 20 };
    const open = await openInvoice(stripe, [
      { amount: 120, tax_amounts: [{ amount: 20, taxable_amount: 100, tax_rate_data: rate }] },
    ]);
    conforms(open, namesIn('Invoices.d.ts', 'export interface Invoice'));
    conforms(open.status_transitions, namesIn('Invoices.d.ts', '    interface StatusTransitions'));
    conforms(open.total_taxes?.[0] ?? {}, namesIn('Invoices.d.ts', '    interface TotalTax'));
    conforms(open.automatic_tax, namesIn('Invoices.d.ts', '    interface AutomaticTax'));
    conforms(open.payment_settings, namesIn('Invoices.d.ts', '    interface PaymentSettings'));
    const [line] = open.lines.data;
    assert.ok(line, 'line');
    conforms(line, namesIn('InvoiceLineItems.d.ts', 'export interface InvoiceLineItem'));
    conforms(line.taxes?.[0] ?? {}, namesIn('InvoiceLineItems.d.ts', '    interface Tax'));
    const customer = await stripe.customers.create({ name: 'A' });
    conforms(customer, namesIn('Customers.d.ts', 'export interface Customer'));
    conforms(customer.invoice_settings, namesIn('Customers.d.ts', '    interface InvoiceSettings'));
    conforms(await stripe.accounts.retrieveCurrent(), namesIn('Accounts.d.ts', 'export interface Account'));
    const paid = await stripe.invoices.pay(open.id, { payment_method: 'pm_card_visa', expand: ['payments'] });
    const [payment] = paid.payments?.data ?? [];
    assert.ok(payment, 'payment');
    conforms(payment, namesIn('InvoicePayments.d.ts', 'export interface InvoicePayment'));
    const intent = await stripe.paymentIntents.retrieve(String(payment.payment.payment_intent));
    conforms(intent, namesIn('PaymentIntents.d.ts', 'export interface PaymentIntent'));
    const charge = await stripe.charges.retrieve(String(intent.latest_charge));
    conforms(charge, namesIn('Charges.d.ts', 'export interface Charge'));
    const method = await stripe.paymentMethods.retrieve(String(intent.payment_method));
    conforms(method, namesIn('PaymentMethods.d.ts', 'export interface PaymentMethod'));
    const note = await stripe.creditNotes.create({ invoice: open.id, amount: 10, refund_amount: 10 });
    conforms(note, namesIn('CreditNotes.d.ts', 'export interface CreditNote'));
    conforms(note.refunds[0] ?? {}, namesIn('CreditNotes.d.ts', '    interface Refund'));
    conforms(note.lines.data[0] ?? {}, namesIn('CreditNoteLineItems.d.ts', 'export interface CreditNoteLineItem'));
    const item = await stripe.invoiceItems.create({ customer: customer.id, amount: 1 });
    conforms(item, namesIn('InvoiceItems.d.ts', 'export interface InvoiceItem'));
    const refund = await stripe.refunds.retrieve(String(note.refunds[0]?.refund));
    conforms(refund, namesIn('Refunds.d.ts', 'export interface Refund'));
    const draft = await stripe.invoices.create({ customer: customer.id });
    conforms(draft, namesIn('Invoices.d.ts', 'export interface Invoice'));
  });

  it('events carry what the typings of their type say, and so do webhook endpoints', async () => {
    const { stripe } = bench;
    const open = await openInvoice(stripe);
    await stripe.invoices.pay(open.id, { paid_out_of_band: true });
    const draft = await stripe.invoices.create({ customer: String(open.customer) });
    await stripe.invoices.del(draft.id);
    await openInvoice(stripe, []);
    await stripe.invoices.voidInvoice((await openInvoice(stripe)).id);
    await stripe.invoices.markUncollectible((await openInvoice(stripe)).id);
    await stripe.customers.del(String(open.customer));
    const events = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 100 });
    const ofTheLifeOfBoth = events.filter(({ type }) => /^(customer|invoice)\./.test(type));
    const seen = new Set(ofTheLifeOfBoth.map(({ type }) => type));
    for (const { type, data, ...event } of ofTheLifeOfBoth) {
      conforms({ ...event, type, data }, namesIn('Events.d.ts', 'export interface EventBase'));
      conforms(event.request ?? {}, namesIn('Events.d.ts', '    interface Request'));
      assert.equal('previous_attributes' in data, type.endsWith('.updated'), type);
      const [file, name] = type.startsWith('customer.') ? ['Customers.d.ts', 'Customer'] : ['Invoices.d.ts', 'Invoice'];
      const names = namesIn(file, `export interface ${name}`);
      conforms(data.object, names);
      conforms(data.previous_attributes ?? {}, { required: [], all: names.all });
    }
    assert.equal(seen.size, 11, [...seen].join());
    const made = await stripe.webhookEndpoints.create({ url: 'https://a.example', enabled_events: ['*'] });
    conforms(made, namesIn('WebhookEndpoints.d.ts', 'export interface WebhookEndpoint'));
  });

  it('the events that an endpoint may ask for are those of the typings', () => {
    const text = readFileSync(join(resources, 'WebhookEndpoints.d.ts'), 'utf8');
    const union = /type EnabledEvent = ([^;]+);/.exec(text)?.[1] ?? '';
    const known = [...union.matchAll(/'([^']+)'/g)].map(([, name = '']) => name).filter((name) => name !== '*');
    assert.deepEqual([...eventTypes].sort(), known.sort());
  });

  const taken: [string, string, string][] = [
    ['creditNotes.create', 'CreditNotes.d.ts', 'CreditNoteCreateParams'],
    ['creditNotes.list', 'CreditNotes.d.ts', 'CreditNoteListParams'],
    ['creditNotes.listPreviewLineItems', 'CreditNotes.d.ts', 'CreditNoteListPreviewLineItemsParams'],
    ['creditNotes.preview', 'CreditNotes.d.ts', 'CreditNotePreviewParams'],
    ['creditNotes.update', 'CreditNotes.d.ts', 'CreditNoteUpdateParams'],
    ['customers.create', 'Customers.d.ts', 'CustomerCreateParams'],
    ['customers.update', 'Customers.d.ts', 'CustomerUpdateParams'],
    ['customers.list', 'Customers.d.ts', 'CustomerListParams'],
    ['events.list', 'Events.d.ts', 'EventListParams'],
    ['events.retrieve', 'Events.d.ts', 'EventRetrieveParams'],
    ['invoices.create', 'Invoices.d.ts', 'InvoiceCreateParams'],
    ['invoices.update', 'Invoices.d.ts', 'InvoiceUpdateParams'],
    ['invoices.list', 'Invoices.d.ts', 'InvoiceListParams'],
    ['invoices.addLines', 'Invoices.d.ts', 'InvoiceAddLinesParams'],
    ['invoices.listLineItems', 'Invoices.d.ts', 'InvoiceListLineItemsParams'],
    ['invoices.finalizeInvoice', 'Invoices.d.ts', 'InvoiceFinalizeInvoiceParams'],
    ['invoices.pay', 'Invoices.d.ts', 'InvoicePayParams'],
    ['invoices.sendInvoice', 'Invoices.d.ts', 'InvoiceSendInvoiceParams'],
    ['invoices.voidInvoice', 'Invoices.d.ts', 'InvoiceVoidInvoiceParams'],
    ['invoices.markUncollectible', 'Invoices.d.ts', 'InvoiceMarkUncollectibleParams'],
    ['invoices.del', 'Invoices.d.ts', 'InvoiceDeleteParams'],
    ['webhookEndpoints.create', 'WebhookEndpoints.d.ts', 'WebhookEndpointCreateParams'],
    ['webhookEndpoints.update', 'WebhookEndpoints.d.ts', 'WebhookEndpointUpdateParams'],
    ['webhookEndpoints.list', 'WebhookEndpoints.d.ts', 'WebhookEndpointListParams'],
    ['webhookEndpoints.del', 'WebhookEndpoints.d.ts', 'WebhookEndpointDeleteParams'],
    ['invoiceItems.create', 'InvoiceItems.d.ts', 'InvoiceItemCreateParams'],
    ['invoiceItems.list', 'InvoiceItems.d.ts', 'InvoiceItemListParams'],
    ['invoiceItems.update', 'InvoiceItems.d.ts', 'InvoiceItemUpdateParams'],
    ['invoicePayments.list', 'InvoicePayments.d.ts', 'InvoicePaymentListParams'],
    ['paymentIntents.retrieve', 'PaymentIntents.d.ts', 'PaymentIntentRetrieveParams'],
    ['paymentMethods.attach', 'PaymentMethods.d.ts', 'PaymentMethodAttachParams'],
    ['paymentMethods.create', 'PaymentMethods.d.ts', 'PaymentMethodCreateParams'],
    ['refunds.create', 'Refunds.d.ts', 'RefundCreateParams'],
    ['refunds.list', 'Refunds.d.ts', 'RefundListParams'],
    ['paymentMethods.list', 'PaymentMethods.d.ts', 'PaymentMethodListParams'],
  ];
  for (const [name, file, type] of taken) {
    it(`${name} declares exactly the parameters of ${type}`, () => {
      const declared = operations.find((operation) => operation.name === name)?.parameters ?? {};
      // The typings write an interface without fields as `{\n}`.
      const known = namesIn(file, `export interface ${type}`).all;
      assert.deepEqual(Object.keys(declared).sort(), known.sort());
    });
  }

  it('lines and their prices and taxes declare exactly what the SDK can send', () => {
    const fieldsOf = (fields: Fields, name: string): Fields => {
      let shape = fields[name]?.shape;
      if (shape?.kind === 'list') shape = shape.element.shape;
      assert.ok(shape?.kind === 'object', name);
      return shape.fields;
    };
    const line = fieldsOf(addLinesParameters, 'lines');
    const tax = fieldsOf(line, 'tax_amounts');
    const price = fieldsOf(line, 'price_data');
    const expected: [Fields, string][] = [
      [line, '    interface Line'],
      [tax, '        interface TaxAmount'],
      [fieldsOf(tax, 'tax_rate_data'), '            interface TaxRateData'],
      [price, '        interface PriceData'],
      [fieldsOf(price, 'product_data'), '            interface ProductData'],
    ];
    const file = readFileSync(join(resources, 'Invoices.d.ts'), 'utf8');
    assert.ok(
      file.indexOf('namespace InvoiceAddLinesParams') < file.indexOf('namespace InvoiceUpdateLinesParams'),
      "file.indexOf('namespace InvoiceAddLinesParams') < file.indexOf('namespace Inv...",
    );
    for (const [fields, opening] of expected) {
      assert.deepEqual(Object.keys(fields).sort(), namesIn('Invoices.d.ts', opening).all.sort(), opening.trim());
    }
  });
});
