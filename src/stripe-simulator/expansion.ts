import { invalid } from './errors.ts';
import { renderCustomer } from './objects/customer.ts';
import type { Business } from './objects/wire.ts';
import { type Answers, isSearch, type Operation } from './operations/operation.ts';
import type { Transaction } from './state.ts';

type Json = Record<string, unknown>;
interface Context {
  tx: Transaction;
  business: Business;
}

/** One expandable path below an object: what lies there, and how a reference becomes the object it names. */
interface Step {
  into?: Answers;
  /** The value to put in place; absent: what is there stays (always null or empty here, or already an object). */
  fill?: (parent: Json, context: Context) => unknown;
}

/** A field that may be expanded and never holds anything in this simulator. */
const vacant: Step = {};
const emptyList = (url: (parent: Json) => string): Step => ({
  fill: (parent) => ({ object: 'list', data: [], has_more: false, url: url(parent) }),
});

const steps: Record<Answers, Record<string, Step>> = {
  account: {},
  deleted: {},
  customer: {
    cash_balance: { fill: () => null },
    default_source: vacant,
    discount: vacant,
    invoice_credit_balance: { fill: () => ({}) },
    'invoice_settings.default_payment_method': vacant,
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
    confirmation_secret: { fill: () => null },
    customer: { into: 'customer', fill: ({ customer }, context) => expandCustomer(customer, context) },
    default_payment_method: vacant,
    default_source: vacant,
    discounts: vacant,
    'from_invoice.invoice': vacant,
    latest_revision: vacant,
    lines: vacant,
    'lines.data': { into: 'line_item' },
    on_behalf_of: vacant,
    payments: emptyList(({ id }) => `/v1/invoice_payments?invoice=${id}`),
    test_clock: vacant,
    'total_discount_amounts.discount': vacant,
  },
  line_item: { discounts: vacant, subscription: vacant },
};

function expandCustomer(reference: unknown, { tx, business }: Context): unknown {
  const customer = typeof reference === 'string' ? tx.get('customer', reference) : undefined;
  return customer === undefined ? reference : renderCustomer(customer, business);
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
  if (step.fill !== undefined && typeof object[name] !== 'object') object[name] = step.fill(object, context);
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
