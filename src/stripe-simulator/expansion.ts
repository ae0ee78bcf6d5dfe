import { invalid } from './errors.ts';
import { renderSetupIntent } from './objects/checkout-session.ts';
import { renderCustomer } from './objects/customer.ts';
import { renderInvoice } from './objects/invoice.ts';
import { clientSecretOf, renderCharge, renderInvoicePayment, renderPaymentIntent } from './objects/payment.ts';
import { renderPaymentMethod } from './objects/payment-method.ts';
import type { Kind, Records } from './objects/records.ts';
import { renderRefund } from './objects/refund.ts';
import type { Business, WireList } from './objects/wire.ts';
import { type Answers, isSearch, type Operation } from './operations/operation.ts';
import type { Transaction } from './state.ts';

type Json = Record<string, unknown>;
interface Context {
  tx: Transaction;
  business: Business;
}

type Find<K extends Kind> = (record: Records[K], context: Context) => unknown;
const found =
  <K extends Kind>(kind: K, render: Find<K>) =>
  (id: string, context: Context): unknown => {
    const record = context.tx.get(kind, id);
    return record === undefined ? undefined : render(record, context);
  };

/** What an id can name, and how it is rendered. */
const referred = {
  charge: found('charge', (charge, { tx, business }) => renderCharge(charge, tx, business)),
  customer: found('customer', (customer, { business }) => renderCustomer(customer, business)),
  invoice: found('invoice', (invoice, { tx, business }) => renderInvoice(invoice, tx, business)),
  payment_intent: found('paymentIntent', (intent, { tx, business }) => renderPaymentIntent(intent, tx, business)),
  payment_method: found('paymentMethod', (method, { business }) => renderPaymentMethod(method, business)),
  setup_intent: found('setupIntent', (intent, { tx, business }) => renderSetupIntent(intent, tx, business)),
  refund: found('refund', (refund, { tx }) => renderRefund(refund, tx)),
};

/** One expandable path below an object: what lies there, and how a reference becomes the object it names. */
interface Step {
  into?: Answers;
  /** The value to put in place; absent: what is there stays (always null or empty here, or already an object). */
  fill?: (parent: Json, context: Context, name: string) => unknown;
}

/** A field that may be expanded and never holds anything in this simulator. */
const vacant: Step = {};
const emptyList = (url: (parent: Json) => string): Step => ({
  fill: (parent) => ({ object: 'list', data: [], has_more: false, url: url(parent) }),
});

/** A field that holds an id, and what that id names. */
const reference = (into: keyof typeof referred): Step => ({
  into,
  fill: (parent, context, name) => {
    const id = valueAt(parent, name);
    return (typeof id === 'string' ? referred[into](id, context) : undefined) ?? id;
  },
});

const steps: Record<Answers, Record<string, Step>> = {
  account: {},
  charge: {
    application: vacant,
    application_fee: vacant,
    balance_transaction: vacant,
    customer: reference('customer'),
    failure_balance_transaction: vacant,
    on_behalf_of: vacant,
    payment_intent: reference('payment_intent'),
    refunds: { fill: embedRefunds },
    review: vacant,
    source_transfer: vacant,
    transfer: vacant,
  },
  checkout_session: {
    customer: reference('customer'),
    invoice: vacant,
    line_items: emptyList(({ id }) => `/v1/checkout/sessions/${id}/line_items`),
    payment_intent: vacant,
    payment_link: vacant,
    setup_intent: reference('setup_intent'),
    subscription: vacant,
  },
  setup_intent: {
    application: vacant,
    customer: reference('customer'),
    latest_attempt: vacant,
    mandate: vacant,
    on_behalf_of: vacant,
    payment_method: reference('payment_method'),
    single_use_mandate: vacant,
  },
  deleted: {},
  dispute: {
    balance_transactions: vacant,
    charge: reference('charge'),
    payment_intent: reference('payment_intent'),
  },
  event: {},
  webhook_endpoint: {},
  credit_note: {
    customer: reference('customer'),
    customer_balance_transaction: vacant,
    invoice: reference('invoice'),
    lines: vacant,
    'lines.data': { into: 'credit_note_line_item' },
    refunds: { into: 'credit_note_refund' },
  },
  credit_note_line_item: {},
  credit_note_refund: { refund: reference('refund') },
  customer: {
    cash_balance: { fill: () => null },
    default_source: vacant,
    discount: vacant,
    invoice_credit_balance: { fill: () => ({}) },
    'invoice_settings.default_payment_method': reference('payment_method'),
    sources: emptyList(({ id }) => `/v1/customers/${id}/sources`),
    subscriptions: emptyList(({ id }) => `/v1/customers/${id}/subscriptions`),
    tax: {
      fill: () => ({ automatic_tax: 'unrecognized_location', ip_address: null, location: null, provider: 'stripe' }),
    },
    tax_ids: emptyList(({ id }) => `/v1/customers/${id}/tax_ids`),
    test_clock: vacant,
  },
  invoice: {
    account_tax_ids: vacant,
    application: vacant,
    confirmation_secret: { fill: confirmationSecret },
    customer: reference('customer'),
    default_payment_method: reference('payment_method'),
    default_source: vacant,
    discounts: vacant,
    'from_invoice.invoice': vacant,
    latest_revision: vacant,
    lines: vacant,
    'lines.data': { into: 'line_item' },
    on_behalf_of: vacant,
    payments: { fill: embedPayments },
    'payments.data': { into: 'invoice_payment', fill: (parent, context) => embedPayments(parent, context).data },
    test_clock: vacant,
    'total_discount_amounts.discount': vacant,
  },
  invoice_item: {
    customer: reference('customer'),
    discounts: vacant,
    invoice: reference('invoice'),
    test_clock: vacant,
  },
  invoice_payment: {
    invoice: reference('invoice'),
    'payment.charge': vacant,
    'payment.payment_intent': reference('payment_intent'),
    'payment.payment_record': vacant,
  },
  line_item: { discounts: vacant, subscription: vacant },
  payment_intent: {
    application: vacant,
    customer: reference('customer'),
    latest_charge: reference('charge'),
    on_behalf_of: vacant,
    payment_method: reference('payment_method'),
    review: vacant,
    source: vacant,
  },
  payment_method: { customer: reference('customer') },
  refund: {
    balance_transaction: vacant,
    charge: reference('charge'),
    customer: reference('customer'),
    failure_balance_transaction: vacant,
    payment_intent: reference('payment_intent'),
    payment_method: reference('payment_method'),
    source_transfer_reversal: vacant,
    transfer_reversal: vacant,
  },
};

/** The first payments of an invoice, as `payments` embeds them; made once, however many paths go through it. */
function embedPayments(parent: Json, { tx, business }: Context): WireList<unknown> {
  const embedded = parent['payments'] as WireList<unknown> | undefined;
  if (embedded !== undefined) return embedded;
  const ids = tx.get('invoice', String(parent['id']))?.paymentIds ?? [];
  const payments = ids.flatMap((id) => tx.get('invoicePayment', id) ?? []);
  const list: WireList<unknown> = {
    object: 'list',
    data: payments.map((payment) => renderInvoicePayment(payment, business)),
    has_more: false,
    url: `/v1/invoice_payments?invoice=${parent['id']}`,
  };
  parent['payments'] = list;
  return list;
}

function embedRefunds({ id }: Json, { tx }: Context): unknown {
  const refunds = (tx.get('charge', String(id))?.refundIds ?? []).flatMap((refund) => tx.get('refund', refund) ?? []);
  return {
    object: 'list',
    data: refunds.map((refund) => renderRefund(refund, tx)),
    has_more: false,
    url: `/v1/charges/${id}/refunds`,
  };
}

function confirmationSecret({ id }: Json, { tx }: Context): unknown {
  const [newest = ''] = tx.get('invoice', String(id))?.paymentIds ?? [];
  const intent = tx.get('paymentIntent', tx.get('invoicePayment', newest)?.paymentIntent ?? '');
  return intent === undefined ? null : { client_secret: clientSecretOf(intent), type: 'payment_intent' };
}

const maximumLevels = 4;

/** Refuses a path that the answer of this operation does not have: 400 without a code, before anything executes. */
export function validateExpansion(operation: Operation, paths: readonly string[]): void {
  for (const path of paths) {
    const segments = path.split('.');
    if (segments.length > maximumLevels) throw invalid(`You cannot expand more than ${maximumLevels} levels: ${path}.`);
    if (isSearch(operation.name) && path === 'total_count') continue;
    const inside = operation.isList ? segments.slice(1) : segments;
    const known = (!operation.isList || segments[0] === 'data') && isKnown(operation.answers, inside);
    if (!known) throw invalid(`This property cannot be expanded (${path}).`);
  }
}

function isKnown(type: Answers, segments: readonly string[]): boolean {
  if (segments.length === 0) return true;
  const found = firstStep(type, segments);
  if (found === undefined) return false;
  if (found.rest.length === 0) return true;
  return found.step.into !== undefined && isKnown(found.step.into, found.rest);
}

/** Expands a freshly rendered answer in place. The paths have been validated. */
export function expandAnswer(answer: Json, operation: Operation, paths: readonly string[], context: Context): void {
  const roots = operation.isList ? (answer['data'] as Json[]) : [answer];
  for (const path of paths) {
    const segments = path.split('.').slice(operation.isList ? 1 : 0);
    for (const root of roots) expandObject(root, operation.answers, segments, context);
  }
}

function expandObject(object: Json, type: Answers, segments: readonly string[], context: Context): void {
  const found = segments.length === 0 ? undefined : firstStep(type, segments);
  if (found === undefined) return;
  const { step, name, rest } = found;
  if (step.fill !== undefined && typeof valueAt(object, name) !== 'object') {
    put(object, name, step.fill(object, context, name));
  }
  if (step.into === undefined) return;
  const value = valueAt(object, name);
  for (const child of Array.isArray(value) ? value : [value]) {
    if (typeof child === 'object' && child !== null) expandObject(child as Json, step.into, rest, context);
  }
}

/** The longest declared path that starts here: `lines.data` before `lines`. */
function firstStep(type: Answers, segments: readonly string[]) {
  for (let length = segments.length; length > 0; length -= 1) {
    const name = segments.slice(0, length).join('.');
    const step = steps[type][name];
    if (step !== undefined) return { step, name, rest: segments.slice(length) };
  }
  return undefined;
}

function valueAt(object: Json, name: string): unknown {
  return name.split('.').reduce<unknown>((value, key) => (value as Json | undefined)?.[key], object);
}

/** Puts a value where a dotted name leads; all but its last part is there already. */
function put(object: Json, name: string, value: unknown): void {
  const keys = name.split('.');
  const last = keys.pop() ?? name;
  const parent = keys.reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], object) as Json | undefined;
  if (parent !== undefined) parent[last] = value;
}
