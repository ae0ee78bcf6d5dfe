import type Stripe from 'stripe';
import type { Currency } from '../../domain/money/currency.ts';
import { money } from '../../domain/money/money.ts';
import { toStripeAmount } from '../../domain/money/stripe-amount.ts';
import { failureKinds } from '../failures.ts';
import { type OutgoingInvoice, type OutgoingLine, type OutgoingTax, TargetError } from '../port.ts';

/** Lines of one add_lines call, and of one invoice (docs.stripe.com/invoicing). */
export const linesPerCall = 50;
export const linesPerInvoice = 250;

/** Metadata by which an invoice or a line at Stripe is recognised as ours. */
export const invoiceMark = 'durabill_invoice';
export const revisionMark = 'durabill_revision';
export const lineMark = 'durabill_line';
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
    pending_invoice_items_behavior: 'exclude',
    metadata: {
      [invoiceMark]: invoice.id,
      [revisionMark]: String(invoice.revision),
      durabill_customer: invoice.customerId,
      durabill_payment_due_on: invoice.paymentDueOn,
    },
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
      ...(line.taxes.length > 0 && { tax_amounts: line.taxes.map((tax) => taxAmount(tax, invoice.currency)) }),
    })),
  };
}

/** The tax of one line as we have computed it: Stripe adds it up and computes none (docs.stripe.com/api/invoices/add_lines). */
function taxAmount(tax: OutgoingTax, currency: string): Stripe.InvoiceAddLinesParams.Line.TaxAmount {
  return {
    amount: stripeAmount(tax.amountMinor, currency),
    taxable_amount: stripeAmount(tax.taxableMinor, currency),
    tax_rate_data: {
      display_name: tax.name,
      percentage: Number(tax.percentage),
      inclusive: tax.isInclusive,
      ...(tax.country !== null && { country: tax.country }),
    },
  };
}

/** The amount as Stripe counts it, which for a few currencies is not ISO 4217's minor unit. */
export function stripeAmount(amountMinor: bigint, currency: string): number {
  return Number(toStripeAmount(money(amountMinor, currency as Currency)));
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
  for (const { amountMinor } of invoice.lines) stripeAmount(amountMinor, invoice.currency);
}
