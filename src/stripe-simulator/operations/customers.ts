import type Stripe from 'stripe';
import { Refusal, resourceMissing } from '../errors.ts';
import { newId, newInvoicePrefix } from '../ids.ts';
import { renderCustomer } from '../objects/customer.ts';
import type { CustomerRecord } from '../objects/records.ts';
import type { Checked } from '../schema.ts';
import { expand, range, text } from '../schema.ts';
import type { Transaction } from '../state.ts';
import {
  addressOf,
  customerCreateParameters,
  type customerParameters,
  customerUpdateParameters,
} from './customer-parameters.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';
import { attach, methodOfCustomer } from './payment-method-record.ts';

type Params = Checked<typeof customerParameters>;

function existing(tx: Transaction, customerId: string): CustomerRecord {
  const customer = tx.get('customer', customerId);
  if (customer === undefined || customer.deleted) throw resourceMissing('customer', customerId, 'id', 'path');
  return customer;
}

function validateEmail(params: Params): void {
  if (typeof params.email !== 'string' || /^[^@\s]+@[^@\s]+$/.test(params.email)) return;
  throw new Refusal(`Invalid email address: ${params.email}`, { code: 'email_invalid', param: 'email' });
}

/** The record after a create or update: a field that was not sent keeps its value, null unsets it. */
function changed(customer: CustomerRecord, params: Params): CustomerRecord {
  const keep = <T>(sent: T | undefined, current: T): T => (sent === undefined ? current : sent);
  return {
    ...customer,
    address: params.address === undefined ? customer.address : params.address && addressOf(params.address),
    balance: keep(params.balance, customer.balance),
    businessName: keep(params.business_name, customer.businessName),
    individualName: keep(params.individual_name, customer.individualName),
    description: keep(params.description, customer.description),
    email: keep(params.email, customer.email),
    invoicePrefix: keep(params.invoice_prefix, customer.invoicePrefix),
    invoiceSettings: changedSettings(customer.invoiceSettings, params),
    metadata: mergeMetadata(customer.metadata, params.metadata),
    name: keep(params.name, customer.name),
    nextInvoiceSequence: keep(params.next_invoice_sequence, customer.nextInvoiceSequence),
    phone: keep(params.phone, customer.phone),
    preferredLocales: keep(params.preferred_locales, customer.preferredLocales) ?? [],
    shipping: params.shipping === undefined ? customer.shipping : shippingOf(params.shipping),
    taxExempt: params.tax_exempt === undefined ? customer.taxExempt : (params.tax_exempt ?? 'none'),
  };
}

function changedSettings(current: Stripe.Customer.InvoiceSettings, params: Params): Stripe.Customer.InvoiceSettings {
  const { custom_fields, default_payment_method, footer } = params.invoice_settings ?? {};
  return {
    ...current,
    ...(custom_fields === undefined ? {} : { custom_fields }),
    ...(default_payment_method === undefined ? {} : { default_payment_method }),
    ...(footer === undefined ? {} : { footer }),
  };
}

/** The parameters with a test name of a payment method replaced by the id of the method that it makes. */
function withPaymentMethods(customer: string, call: Call<Params & { payment_method?: string }>): Params {
  const { params } = call;
  const { payment_method, invoice_settings } = params;
  const attached = payment_method === undefined ? null : attach(payment_method, customer, 'payment_method', call);
  const sent = invoice_settings?.default_payment_method;
  if (typeof sent !== 'string') return params;
  const param = 'invoice_settings[default_payment_method]';
  const chosen = sent === payment_method ? attached : methodOfCustomer(sent, customer, param, call);
  return { ...params, invoice_settings: { ...invoice_settings, default_payment_method: chosen?.id ?? null } };
}

function shippingOf(shipping: NonNullable<Params['shipping']> | null): Stripe.Customer.Shipping | null {
  if (shipping === null) return null;
  return { address: addressOf(shipping.address), name: shipping.name, phone: shipping.phone ?? null };
}

function blank(now: number): CustomerRecord {
  return {
    id: newId('cus', 14),
    created: now,
    deleted: false,
    address: null,
    balance: 0,
    businessName: null,
    individualName: null,
    currency: null,
    description: null,
    email: null,
    invoicePrefix: newInvoicePrefix(),
    invoiceSettings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    metadata: {},
    name: null,
    nextInvoiceSequence: 1,
    phone: null,
    preferredLocales: [],
    shipping: null,
    taxExempt: 'none',
  };
}

export const customerOperations = [
  operation({
    name: 'customers.create',
    method: 'POST',
    path: '/v1/customers',
    parameters: customerCreateParameters,
    answers: 'customer',
    validate: validateEmail,
    run: (call) => {
      const { tx, now, business } = call;
      const fresh = blank(now);
      const customer = changed(fresh, withPaymentMethods(fresh.id, call));
      tx.put('customer', customer);
      return renderCustomer(customer, business);
    },
  }),
  operation({
    name: 'customers.retrieve',
    method: 'GET',
    path: '/v1/customers/{customer}',
    parameters: { expand: expand() },
    answers: 'customer',
    run: ({ ids: { customer = '' }, tx, business }) => {
      const record = tx.get('customer', customer);
      if (record === undefined) throw resourceMissing('customer', customer, 'id', 'path');
      return renderCustomer(record, business);
    },
  }),
  operation({
    name: 'customers.update',
    method: 'POST',
    path: '/v1/customers/{customer}',
    parameters: customerUpdateParameters,
    answers: 'customer',
    validate: validateEmail,
    run: (call) => {
      const { ids, tx, business } = call;
      const current = existing(tx, ids['customer'] ?? '');
      const record = changed(current, withPaymentMethods(current.id, call));
      tx.put('customer', record);
      return renderCustomer(record, business);
    },
  }),
  operation({
    name: 'customers.list',
    method: 'GET',
    path: '/v1/customers',
    parameters: { ...pageParameters, created: range(), email: text(512), test_clock: text() },
    answers: 'customer',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) =>
      paginate(tx.all('customer'), params, {
        noun: 'customer',
        url: '/v1/customers',
        isTooOld: ({ created }) => isBefore(params.created, created),
        // Filtering by test clock finds nothing here: no customer of the simulator has one.
        filter: (customer) =>
          !customer.deleted &&
          within(params.created, customer.created) &&
          (params.email === undefined || customer.email === params.email) &&
          (params.test_clock ?? null) === null,
        render: (customer) => renderCustomer(customer, business),
      }),
  }),
  operation({
    name: 'customers.del',
    method: 'DELETE',
    path: '/v1/customers/{customer}',
    parameters: {},
    answers: 'deleted',
    run: ({ ids: { customer = '' }, tx, business }) => {
      const record = { ...existing(tx, customer), deleted: true };
      tx.put('customer', record);
      return renderCustomer(record, business);
    },
  }),
];
