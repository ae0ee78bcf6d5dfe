import type { EventUse } from '../events.ts';

/**
 * The events that Durabill acts on (docs.stripe.com/api/events/types). Those that only repeat what one of these says,
 * such as `charge.succeeded` beside `invoice.paid`, are left out: each would cost a read.
 */
const uses = {
  // What we create and finalize ourselves: read for the keys of the requests that did it.
  'customer.created': 'key',
  'invoice.created': 'invoice',
  'invoice.finalized': 'invoice',

  'invoice.updated': 'invoice',
  'invoice.deleted': 'invoice',
  'invoice.finalization_failed': 'invoice',
  'invoice.paid': 'invoice',
  'invoice.payment_succeeded': 'invoice',
  'invoice.overpaid': 'invoice',
  'invoice.voided': 'invoice',
  'invoice.marked_uncollectible': 'invoice',
  'invoice_payment.paid': 'invoice',
  'invoice.payment_failed': 'payment',
  'invoice.payment_action_required': 'payment',

  'payment_intent.processing': 'object',
  'payment_intent.requires_action': 'object',
  'payment_intent.payment_failed': 'object',
  'payment_intent.canceled': 'object',
  'charge.refunded': 'object',
  'charge.dispute.created': 'object',
  'charge.dispute.updated': 'object',
  'charge.dispute.closed': 'object',
  'charge.dispute.funds_withdrawn': 'object',
  'charge.dispute.funds_reinstated': 'object',
  'refund.created': 'object',
  'refund.updated': 'object',
  'refund.failed': 'object',
  'credit_note.created': 'object',
  'credit_note.updated': 'object',
  'credit_note.voided': 'object',

  // A customer has saved a payment method.
  'checkout.session.completed': 'object',
} as const satisfies Record<string, EventUse>;

export type HandledType = keyof typeof uses;

/** What is to be done about an event of this type; null for every other one that Stripe has or will have. */
export function useOf(type: string): EventUse | null {
  return Object.hasOwn(uses, type) ? uses[type as HandledType] : null;
}

/**
 * What the sweep asks for: Stripe takes 20 types at most. Left out are those that come with one of these for the same
 * change, `invoice.updated`, of which our own requests alone make several an invoice: what it tells of reconciliation
 * finds; and failures to finalize, of which a request of ours hears by itself.
 */
export const sweptTypes = [
  'customer.created',
  'invoice.created',
  'invoice.finalized',
  'invoice.deleted',
  'invoice.paid',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice_payment.paid',
  'payment_intent.processing',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'credit_note.created',
  'credit_note.voided',
  'checkout.session.completed',
] as const satisfies HandledType[];

/** What only our own requests cause when all is well: no endpoint needs it, since the sweep sees it. */
const ownDoing: readonly string[] = ['customer.created', 'invoice.created', 'invoice.finalized', 'invoice.updated'];

/** What a webhook endpoint for Durabill should be registered for. */
export const webhookTypes = (Object.keys(uses) as HandledType[]).filter((type) => !ownDoing.includes(type));
