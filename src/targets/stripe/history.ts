import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import { type RequestNews, TargetError } from '../port.ts';
import { creditNoteMark, invoiceMark, lineMark, refundMark, revisionMark, sessionMark } from './invoice-params.ts';

/**
 * Parameters that a history shows, at any depth. A history is kept for ever and cannot be erased from, so what is not
 * listed is withheld, whatever it holds: names, addresses, e-mails, descriptions, and whatever Stripe adds one day.
 * Metadata is ours, but your name for a customer may be a person's.
 */
const shown = new Set([
  ...['amount', 'currency', 'quantity', 'total', 'credit_amount', 'refund_amount', 'out_of_band_amount'],
  ...['tax_amounts', 'taxable_amount', 'inclusive', 'tax_rate_details', 'percentage', 'tax_type', 'country'],
  ...['customer', 'invoice', 'invoice_line_item', 'payment_intent', 'charge', 'payment_method', 'credit_note', 'type'],
  ...['auto_advance', 'collection_method', 'pending_invoice_items_behavior', 'paid_out_of_band', 'forgive', 'reason'],
  ...['off_session', 'mode', 'invoice_settings', 'default_payment_method'],
  ...['number', 'due_date', 'days_until_due', 'effective_at', 'period', 'start', 'end', 'lines', 'metadata'],
  ...[invoiceMark, revisionMark, lineMark, creditNoteMark, 'durabill_customer', 'durabill_payment_due_on'],
  ...[refundMark, sessionMark],
]);

/**
 * What of a request's parameters its history shows, with the names of those that it withholds.
 * @returns `{ body, withheld }`; withheld is left out where everything is shown
 */
export function shownOf(params: Record<string, unknown>): Record<string, unknown> {
  const withheld = new Set<string>();
  const body = only(params, withheld) as Record<string, unknown>;
  return withheld.size === 0 ? body : { ...body, withheld: [...withheld].sort() };
}

function only(value: unknown, withheld: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => only(one, withheld));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    if (shown.has(key)) return [[key, only(inner, withheld)] as const];
    withheld.add(key);
    return [];
  });
  return Object.fromEntries(entries);
}

/** What an invoice at Stripe says that the books can be held against, in Stripe's words and units. */
const keyFields = ['status', 'currency', 'total', 'amount_due', 'amount_paid', 'number'] as const;

/**
 * What the history keeps of an object that Stripe answered: the key fields of an invoice and the hash of all of it, as
 * JSON without spaces in the order in which it came. Of a customer nothing: its id stands beside.
 */
export function toldOfObject(remote: { id: string; object?: string }): Record<string, unknown> {
  if (remote.object === 'customer') return {};
  const object = remote as Record<string, unknown>;
  return {
    fields: Object.fromEntries(keyFields.flatMap((key) => (object[key] === undefined ? [] : [[key, object[key]]]))),
    bodySha256: createHash('sha256').update(JSON.stringify(remote)).digest('hex'),
  };
}

/** What the history keeps of a failure: codes, never Stripe's own words, which may name a person. */
export function newsOfFailure(error: unknown, code: string): RequestNews {
  if (wasNotSent(error)) return { what: 'not sent', told: { code } };
  if (!(error instanceof Stripe.errors.StripeError) || error.statusCode === undefined) {
    return { what: 'answer lost', told: { code } };
  }
  const { statusCode: status, requestId, rawType: type, decline_code: declineCode, param } = error;
  const words = { status, requestId, type, code: error.code ?? code, declineCode, param };
  return { what: 'refusal', told: Object.fromEntries(Object.entries(words).filter(([, word]) => word !== undefined)) };
}

/** Our own HTTP client gave it up before it left; the SDK wraps what it threw in a failure of the connection. */
function wasNotSent(error: unknown): boolean {
  const cause = error instanceof Stripe.errors.StripeConnectionError ? error.detail : error;
  return cause instanceof TargetError;
}
