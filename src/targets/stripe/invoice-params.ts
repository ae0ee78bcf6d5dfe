import type Stripe from 'stripe';
import { failureKinds } from '../failures.ts';
import { type OutgoingInvoice, type OutgoingLine, TargetError } from '../port.ts';
import { stripeAmount } from './amount.ts';
import { taxAmountsOf } from './tax-amounts.ts';

/** Lines of one add_lines call, and of one invoice (docs.stripe.com/invoicing). */
export const linesPerCall = 50;
export const linesPerInvoice = 250;

/** Metadata by which an invoice or a line at Stripe is recognised as ours. */
export const invoiceMark = 'durabill_invoice';
export const revisionMark = 'durabill_revision';
export const lineMark = 'durabill_line';
export const creditNoteMark = 'durabill_credit_note';
/** And a refund, and a page on which a payment method is saved. */
export const refundMark = 'durabill_refund';
export const sessionMark = 'durabill_session';

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

export function createParams(
  invoice: OutgoingInvoice,
  remoteCustomerId: string,
  now: Date,
): Stripe.InvoiceCreateParams {
  return {
    customer: remoteCustomerId,
    currency: invoice.currency.toLowerCase(),
    number: invoice.number,
    auto_advance: false,
    collection_method: invoice.collection,
    // Stripe knows a due day for what is sent only; ours stands in the metadata in any case.
    ...(invoice.collection === 'send_invoice' && dueParams(invoice, now)),
    effective_at: seconds(invoice.issuedAt),
    ...wordsOf(invoice),
    pending_invoice_items_behavior: 'exclude',
    metadata: {
      [invoiceMark]: invoice.id,
      [revisionMark]: String(invoice.revision),
      durabill_customer: invoice.customerId,
      durabill_payment_due_on: invoice.paymentDueOn,
    },
  };
}

/** Stripe's memo has 1,500 characters; ours is longer only where somebody has written a letter. */
const memoLength = 1_500;

/** What it says beside its lines. Texts of no characters are told as none. */
function wordsOf({ memo, purchaseOrder, footer }: OutgoingInvoice): Stripe.InvoiceCreateParams {
  return {
    ...(memo && { description: [...memo].slice(0, memoLength).join('') }),
    ...(purchaseOrder && { custom_fields: [{ name: 'Purchase order', value: purchaseOrder }] }),
    ...(footer && { footer }),
  };
}

/** Stripe refuses a due date in the past; then it gets the terms, and the metadata has the day that holds. */
function dueParams(invoice: OutgoingInvoice, now: Date): Stripe.InvoiceCreateParams {
  const endOfDay = new Date(`${invoice.paymentDueOn}T23:59:59Z`);
  return endOfDay > now ? { due_date: seconds(endOfDay) } : { days_until_due: invoice.paymentTermsDays };
}

export function addLinesParams(invoice: OutgoingInvoice, lines: readonly OutgoingLine[]): Stripe.InvoiceAddLinesParams {
  return {
    lines: lines.map((line) => ({
      amount: stripeAmount(line.amountMinor, invoice.currency),
      description: line.description,
      period: { start: seconds(invoice.periodStartAt), end: seconds(invoice.periodEndAt) },
      metadata: { [lineMark]: line.id },
      ...(line.taxes.length > 0 && { tax_amounts: taxAmountsOf(line.taxes, invoice.currency) }),
    })),
  };
}

/**
 * Refuses what Stripe cannot carry before anything is sent, so that nothing unfinished is left there.
 * @throws TargetError person: too-many-lines
 * @throws DurabillError stripe-amount-unsupported
 */
export function checkCarriable(invoice: OutgoingInvoice): void {
  if (invoice.lines.length > linesPerInvoice) {
    throw new TargetError(
      'person',
      'too-many-lines',
      `The invoice has ${invoice.lines.length} lines; Stripe takes ${linesPerInvoice}.`,
      { mend: failureKinds['too-many-lines'].operator },
    );
  }
  for (const { amountMinor, taxes } of invoice.lines) {
    stripeAmount(amountMinor, invoice.currency);
    taxAmountsOf(taxes, invoice.currency);
  }
}
