import { invalid, missingParameter, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { renderInvoice } from '../objects/invoice.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import type { Checked } from '../schema.ts';
import { beyond, choice, expand, id, range } from '../schema.ts';
import type { Transaction } from '../state.ts';
import { changedInvoice, validateDates } from './invoice-changes.ts';
import { pendingItems, putOnInvoice } from './invoice-item-record.ts';
import { invoiceCreateParameters, invoiceUpdateParameters } from './invoice-parameters.ts';
import { existingInvoice } from './invoice-record.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { type Call, operation } from './operation.ts';
import { methodOfCustomer } from './payment-method-record.ts';

function draftFor(customer: string, currency: string, now: number): InvoiceRecord {
  return {
    id: newId('in'),
    created: now,
    customer,
    currency,
    status: 'draft',
    collectionMethod: 'charge_automatically',
    autoAdvance: false,
    automaticallyFinalizesAt: null,
    dueDate: null,
    effectiveAt: null,
    description: null,
    footer: null,
    customFields: null,
    metadata: {},
    number: null,
    statementDescriptor: null,
    paymentMethodTypes: null,
    rendering: null,
    shippingDetails: null,
    lineIds: [],
    paymentIds: [],
    creditNoteIds: [],
    snapshot: null,
    startingBalance: null,
    endingBalance: null,
    amountPaid: 0,
    amountPaidOffStripe: 0,
    attempted: false,
    attemptCount: 0,
    hostedToken: null,
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
    markedUncollectibleAt: null,
  };
}

/** After finalization only metadata may change, and how the invoice is collected while it is still open. */
function refuseFrozen(invoice: InvoiceRecord, params: Checked<typeof invoiceUpdateParameters>): void {
  if (invoice.status === 'draft') return;
  const collecting = invoice.status === 'open' ? ['auto_advance', 'default_payment_method'] : [];
  const free = ['metadata', 'expand', ...collecting];
  const frozen = Object.keys(params).find((name) => !free.includes(name));
  if (frozen !== undefined) throw invalid("Finalized invoices can't be updated in this way", frozen);
}

function referencedCustomer(tx: Transaction, customerId: string) {
  const customer = tx.get('customer', customerId);
  if (customer === undefined || customer.deleted) {
    throw resourceMissing('customer', customerId, 'customer', 'parameter');
  }
  return customer;
}

/** The parameters with a default payment method that is the customer's, made from its test name where one was sent. */
function withDefaultMethod(call: Call<Checked<typeof invoiceUpdateParameters>>, customer: string) {
  const { default_payment_method: sent } = call.params;
  if (typeof sent !== 'string') return call.params;
  return {
    ...call.params,
    default_payment_method: methodOfCustomer(sent, customer, 'default_payment_method', call).id,
  };
}

export const invoiceOperations = [
  operation({
    name: 'invoices.create',
    method: 'POST',
    path: '/v1/invoices',
    parameters: invoiceCreateParameters,
    answers: 'invoice',
    validate: (params, { now }) => {
      if (params.customer === undefined) throw missingParameter('customer');
      validateDates(params, params.collection_method ?? 'charge_automatically', now, { mustHaveDueDate: true });
    },
    run: (call) => {
      const { params, tx, now, limits, business } = call;
      const customer = referencedCustomer(tx, params.customer ?? '');
      const currency = params.currency ?? customer.currency ?? business.currency;
      const draft = draftFor(customer.id, currency, now);
      const { footer, custom_fields } = customer.invoiceSettings;
      const invoice = changedInvoice(
        { ...draft, footer, customFields: custom_fields },
        withDefaultMethod(call, customer.id),
      );
      const swept = params.pending_invoice_items_behavior === 'include' ? pendingItems(customer.id, currency, tx) : [];
      return renderInvoice(putOnInvoice(swept, invoice, tx, limits.linesPerInvoice), tx, business);
    },
  }),
  operation({
    name: 'invoices.retrieve',
    method: 'GET',
    path: '/v1/invoices/{invoice}',
    parameters: { expand: expand() },
    answers: 'invoice',
    run: ({ ids, tx, business }) => renderInvoice(existingInvoice(tx, ids['invoice'], 'invoice'), tx, business),
  }),
  operation({
    name: 'invoices.update',
    method: 'POST',
    path: '/v1/invoices/{invoice}',
    parameters: invoiceUpdateParameters,
    answers: 'invoice',
    run: (call) => {
      const { params, ids, tx, now, business } = call;
      const invoice = existingInvoice(tx, ids['invoice'], 'id');
      refuseFrozen(invoice, params);
      const method = params.collection_method ?? invoice.collectionMethod;
      validateDates(params, method, now, { mustHaveDueDate: invoice.dueDate === null && invoice.status === 'draft' });
      const changed = changedInvoice(invoice, withDefaultMethod(call, invoice.customer));
      tx.put('invoice', changed);
      return renderInvoice(changed, tx, business);
    },
  }),
  operation({
    name: 'invoices.del',
    method: 'DELETE',
    path: '/v1/invoices/{invoice}',
    parameters: {},
    answers: 'deleted',
    run: ({ ids, tx }) => {
      const invoice = existingInvoice(tx, ids['invoice'], 'invoice');
      if (invoice.status !== 'draft') throw invalid('You can only delete draft invoices.');
      for (const lineId of invoice.lineIds) tx.remove('line', lineId);
      tx.remove('invoice', invoice.id);
      return { id: invoice.id, object: 'invoice', deleted: true };
    },
  }),
  operation({
    name: 'invoices.list',
    method: 'GET',
    path: '/v1/invoices',
    parameters: {
      ...pageParameters,
      collection_method: choice('charge_automatically', 'send_invoice'),
      created: range(),
      customer: id(),
      customer_account: beyond(),
      due_date: range(),
      status: choice('draft', 'open', 'void', 'paid', 'uncollectible'),
      subscription: id(),
    },
    answers: 'invoice',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      if (params.customer !== undefined && tx.get('customer', params.customer) === undefined) {
        throw resourceMissing('customer', params.customer, 'customer', 'parameter');
      }
      const { customer } = params;
      return paginate(customer === undefined ? tx.all('invoice') : tx.invoicesOfCustomer(customer), params, {
        noun: 'invoice',
        url: '/v1/invoices',
        isTooOld: ({ created }) => isBefore(params.created, created),
        // Filtering by subscription finds nothing here: every invoice of the simulator is a one-off.
        filter: (invoice) =>
          params.subscription === undefined &&
          (params.status === undefined || invoice.status === params.status) &&
          (params.collection_method === undefined || invoice.collectionMethod === params.collection_method) &&
          within(params.created, invoice.created) &&
          within(params.due_date, invoice.dueDate),
        render: (invoice) => renderInvoice(invoice, tx, business),
      });
    },
  }),
];
