import { renderCheckoutSession, renderSetupIntent } from '../objects/checkout-session.ts';
import { renderCreditNote } from '../objects/credit-note.ts';
import { renderCustomer } from '../objects/customer.ts';
import { renderDispute } from '../objects/dispute.ts';
import { renderInvoice } from '../objects/invoice.ts';
import { renderCharge, renderInvoicePayment, renderPaymentIntent } from '../objects/payment.ts';
import { renderPaymentMethod } from '../objects/payment-method.ts';
import type { DisputeRecord } from '../objects/payment-records.ts';
import type { InvoiceRecord, Kind, Records } from '../objects/records.ts';
import { renderRefund } from '../objects/refund.ts';
import type { Business } from '../objects/wire.ts';
import type { Transaction } from '../state.ts';
import type { EventType } from './entry.ts';

/** Which events the change of a record makes. An absent type: Stripe has no such event. */
export interface Emitter<R> {
  readonly created?: EventType;
  /** Sent when what is shown of the record changed. */
  readonly updated?: EventType;
  readonly deleted?: EventType;
  /** For records that stay behind when their object is deleted. */
  readonly isDeleted?: (record: R) => boolean;
  /** Further events of a change, in the order of the steps that it passed. */
  readonly also?: (before: R | undefined, after: R) => readonly EventType[];
  readonly render: (record: R, tx: Transaction, business: Business) => object;
}

/** A new kind of object gets its events by a row here; a kind without one has none. */
export const emitters: { readonly [K in Kind]?: Emitter<Records[K]> } = {
  charge: {
    also: (before, after) => [
      ...(before === undefined ? [after.failed ? ('charge.failed' as const) : ('charge.succeeded' as const)] : []),
      ...(after.refundIds.length > (before?.refundIds.length ?? 0) ? ['charge.refunded' as const] : []),
    ],
    render: renderCharge,
  },
  checkoutSession: {
    also: (before, after) => [
      ...(became('complete', before, after) ? ['checkout.session.completed' as const] : []),
      ...(became('expired', before, after) ? ['checkout.session.expired' as const] : []),
    ],
    render: renderCheckoutSession,
  },
  creditNote: {
    created: 'credit_note.created',
    updated: 'credit_note.updated',
    also: (before, after) => (became('void', before, after) ? ['credit_note.voided'] : []),
    render: renderCreditNote,
  },
  customer: {
    created: 'customer.created',
    updated: 'customer.updated',
    deleted: 'customer.deleted',
    isDeleted: ({ deleted }) => deleted,
    render: (customer, _tx, business) => renderCustomer(customer, business),
  },
  dispute: {
    created: 'charge.dispute.created',
    updated: 'charge.dispute.updated',
    also: (before, after) => [
      ...(after.fundsWithdrawn && !before?.fundsWithdrawn ? ['charge.dispute.funds_withdrawn' as const] : []),
      ...(before !== undefined && isOver(after) && !isOver(before) ? ['charge.dispute.closed' as const] : []),
      ...(after.fundsReinstated && !before?.fundsReinstated ? ['charge.dispute.funds_reinstated' as const] : []),
    ],
    render: renderDispute,
  },
  invoice: {
    created: 'invoice.created',
    updated: 'invoice.updated',
    deleted: 'invoice.deleted',
    also: invoiceSteps,
    render: renderInvoice,
  },
  invoicePayment: {
    also: (before, after) => (became('paid', before, after) ? ['invoice_payment.paid'] : []),
    render: (payment, _tx, business) => renderInvoicePayment(payment, business),
  },
  paymentIntent: {
    created: 'payment_intent.created',
    also: (before, after) => [
      ...(became('succeeded', before, after) ? ['payment_intent.succeeded' as const] : []),
      ...(became('canceled', before, after) ? ['payment_intent.canceled' as const] : []),
      ...(became('requires_action', before, after) ? ['payment_intent.requires_action' as const] : []),
      ...(after.status === 'requires_payment_method' && after.latestCharge !== (before?.latestCharge ?? null)
        ? ['payment_intent.payment_failed' as const]
        : []),
    ],
    render: renderPaymentIntent,
  },
  paymentMethod: {
    also: (before, after) => {
      const [was, is] = [before?.customer ?? null, after.customer];
      return was === is ? [] : [is === null ? 'payment_method.detached' : 'payment_method.attached'];
    },
    render: (method, _tx, business) => renderPaymentMethod(method, business),
  },
  refund: {
    created: 'refund.created',
    updated: 'refund.updated',
    render: (refund, tx) => renderRefund(refund, tx),
  },
  setupIntent: {
    created: 'setup_intent.created',
    also: (before, after) => [
      ...(became('succeeded', before, after) ? ['setup_intent.succeeded' as const] : []),
      ...(became('canceled', before, after) ? ['setup_intent.canceled' as const] : []),
      ...(became('requires_action', before, after) ? ['setup_intent.requires_action' as const] : []),
      ...(after.failedMethod !== (before?.failedMethod ?? null) ? ['setup_intent.setup_failed' as const] : []),
    ],
    render: renderSetupIntent,
  },
};

function isOver({ status }: DisputeRecord): boolean {
  return status !== 'needs_response' && status !== 'warning_needs_response';
}

function became<S>(status: S, before: { status: S } | undefined, after: { status: S }): boolean {
  return after.status === status && before?.status !== status;
}

/**
 * The steps of an invoice's life. Money received elsewhere pays it without a payment that succeeded.
 */
function invoiceSteps(before: InvoiceRecord | undefined, after: InvoiceRecord): EventType[] {
  const becomes = (status: InvoiceRecord['status']) => became(status, before, after);
  const more = (counter: 'timesSent' | 'timesDeclined' | 'timesToConfirm') =>
    (after[counter] ?? 0) > (before?.[counter] ?? 0);
  const offStripe = after.amountPaidOffStripe > (before?.amountPaidOffStripe ?? 0);
  const steps: [EventType, boolean][] = [
    ['invoice.finalized', after.finalizedAt !== null && (before?.finalizedAt ?? null) === null],
    ['invoice.sent', more('timesSent')],
    ['invoice.paid', becomes('paid')],
    ['invoice.payment_succeeded', becomes('paid') && !offStripe],
    ['invoice.payment_failed', more('timesDeclined')],
    ['invoice.payment_action_required', more('timesToConfirm')],
    ['invoice.overpaid', (after.amountOverpaid ?? 0) > (before?.amountOverpaid ?? 0)],
    ['invoice.voided', becomes('void')],
    ['invoice.marked_uncollectible', becomes('uncollectible')],
  ];
  return steps.flatMap(([type, happened]) => (happened ? [type] : []));
}
