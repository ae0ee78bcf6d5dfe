import { resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { linesOf, snapshotOf } from '../objects/invoice.ts';
import type { CustomerRecord, InvoiceRecord } from '../objects/records.ts';
import { settlement, totalsOf } from '../objects/totals.ts';
import type { Transaction } from '../state.ts';

/**
 * The invoice of a path. `param` is what Stripe names in the 404, which differs by endpoint: `invoice` for retrieve,
 * delete, send and add_lines, `id` for update, pay, finalize, void and mark_uncollectible.
 */
export function existingInvoice(tx: Transaction, id: string | undefined, param: 'invoice' | 'id'): InvoiceRecord {
  const invoice = tx.get('invoice', id ?? '');
  if (invoice === undefined) throw resourceMissing('invoice', id ?? '', param, 'path');
  return invoice;
}

/** The customer behind an invoice; a deleted one is still there for its invoices. */
export function customerOf(tx: Transaction, invoice: InvoiceRecord): CustomerRecord {
  const customer = tx.get('customer', invoice.customer);
  if (customer === undefined) throw new Error(`Invoice ${invoice.id} names a customer that never was.`);
  return customer;
}

/**
 * draft → open, or paid at once when nothing is due. Freezes the customer's data and balance, gives a number from the
 * customer's own sequence unless one was set, and stops the automatic schedule. Whoever finalizes (finalize, send,
 * pay) comes through here. Both records are written to `tx`.
 */
export function finalize(tx: Transaction, invoice: InvoiceRecord, now: number): InvoiceRecord {
  const customer = customerOf(tx, invoice);
  const { total } = totalsOf(linesOf(invoice, tx));
  const { amountDue, endingBalance } = settlement(total, customer.balance);
  const takesNumber = invoice.number === null;
  const open: InvoiceRecord = {
    ...invoice,
    status: 'open',
    number: invoice.number ?? `${customer.invoicePrefix}-${String(customer.nextInvoiceSequence).padStart(4, '0')}`,
    effectiveAt: invoice.effectiveAt ?? now,
    finalizedAt: now,
    automaticallyFinalizesAt: null,
    snapshot: snapshotOf(customer),
    startingBalance: customer.balance,
    endingBalance,
    hostedToken: newId('inv', 32),
  };
  const finalized: InvoiceRecord =
    amountDue > 0
      ? { ...open, paymentIds: [openPayment(tx, open, amountDue, now)] }
      : { ...open, status: 'paid', paidAt: now, attempted: true, attemptCount: 0 };
  tx.put('customer', {
    ...customer,
    balance: endingBalance,
    currency: customer.currency ?? invoice.currency,
    nextInvoiceSequence: customer.nextInvoiceSequence + (takesNumber ? 1 : 0),
  });
  tx.put('invoice', finalized);
  return finalized;
}

/** What finalization makes to collect by: a PaymentIntent over what is due, and the invoice's payment that names it. */
export function openPayment(tx: Transaction, invoice: InvoiceRecord, amountDue: number, now: number): string {
  const { id, currency, customer } = invoice;
  const [intent, payment] = [newId('pi'), newId('inpay')];
  tx.put('paymentIntent', {
    id: intent,
    created: now,
    amount: amountDue,
    currency,
    customer,
    secret: newId('secret').slice('secret_'.length),
    status: 'requires_payment_method',
    paymentMethod: null,
    latestCharge: null,
    canceledAt: null,
    cancellationReason: null,
    invoicePayment: payment,
  });
  tx.put('invoicePayment', {
    id: payment,
    created: now,
    invoice: id,
    paymentIntent: intent,
    currency,
    amountRequested: amountDue,
    amountPaid: null,
    status: 'open',
    paidAt: null,
    canceledAt: null,
  });
  return payment;
}
