import { renderCustomer } from '../objects/customer.ts';
import { renderInvoice } from '../objects/invoice.ts';
import type { InvoiceRecord, Kind, Records } from '../objects/records.ts';
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
  customer: {
    created: 'customer.created',
    updated: 'customer.updated',
    deleted: 'customer.deleted',
    isDeleted: ({ deleted }) => deleted,
    render: (customer, _tx, business) => renderCustomer(customer, business),
  },
  invoice: {
    created: 'invoice.created',
    updated: 'invoice.updated',
    deleted: 'invoice.deleted',
    also: invoiceSteps,
    render: renderInvoice,
  },
};

/**
 * The steps of an invoice's life. Money received elsewhere pays it without a payment that succeeded; one that failed
 * shows as one more attempt on an invoice that stays unpaid.
 */
function invoiceSteps(before: InvoiceRecord | undefined, after: InvoiceRecord): EventType[] {
  const becomes = (status: InvoiceRecord['status']) => after.status === status && before?.status !== status;
  const attempts = after.attemptCount - (before?.attemptCount ?? 0);
  const offStripe = after.amountPaidOffStripe > (before?.amountPaidOffStripe ?? 0);
  const steps: [EventType, boolean][] = [
    ['invoice.finalized', after.finalizedAt !== null && (before?.finalizedAt ?? null) === null],
    ['invoice.sent', (after.timesSent ?? 0) > (before?.timesSent ?? 0)],
    ['invoice.paid', becomes('paid')],
    ['invoice.payment_succeeded', becomes('paid') && !offStripe],
    ['invoice.payment_failed', attempts > 0 && after.status !== 'paid'],
    ['invoice.voided', becomes('void')],
    ['invoice.marked_uncollectible', becomes('uncollectible')],
  ];
  return steps.flatMap(([type, happened]) => (happened ? [type] : []));
}
