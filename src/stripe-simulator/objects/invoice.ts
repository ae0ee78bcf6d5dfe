import type Stripe from 'stripe';
import type { Transaction } from '../state.ts';
import { creditedOf } from './credits.ts';
import { renderLine } from './line.ts';
import type { CustomerRecord, CustomerSnapshot, InvoiceRecord, LineRecord } from './records.ts';
import { amountDueOf, totalsOf } from './totals.ts';
import type { Business, WireInvoice, WireLine, WireList } from './wire.ts';

/** An invoice embeds only its first lines; the rest come from the lines list. */
const embeddedLines = 10;

export function linesOf(invoice: InvoiceRecord, tx: Transaction): LineRecord[] {
  return invoice.lineIds.flatMap((lineId) => tx.get('line', lineId) ?? []);
}

/**
 * An invoice as Stripe answers it; what stands here as null, zero or empty is not carried by this simulator. One
 * literal, though it is long: put together from spread parts it took 30 times as long, most of a request.
 */
export function renderInvoice(invoice: InvoiceRecord, tx: Transaction, business: Business): WireInvoice {
  const customer = tx.get('customer', invoice.customer);
  const currentBalance = customer?.balance ?? 0;
  const snapshot = invoice.snapshot ?? customer;
  const lines = linesOf(invoice, tx);
  const totals = totalsOf(lines);
  const credited = creditedOf(invoice, tx);
  const amountDue = amountDueOf(invoice, totals, currentBalance) - credited.prePayment;
  const hostedUrl = hostedUrlOf(invoice, business);
  const rendered: WireInvoice = {
    id: invoice.id,
    object: 'invoice',
    account_country: business.country,
    account_name: business.accountName,
    account_tax_ids: null,
    amount_due: amountDue,
    amount_overpaid: invoice.amountOverpaid ?? 0,
    amount_paid: invoice.amountPaid,
    amount_paid_off_stripe: invoice.amountPaidOffStripe,
    amount_remaining: amountDue - invoice.amountPaid,
    amount_shipping: 0,
    application: null,
    attempt_count: invoice.attemptCount,
    attempted: invoice.attempted,
    auto_advance: invoice.autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: invoice.automaticallyFinalizesAt,
    billing_reason: 'manual',
    collection_method: invoice.collectionMethod,
    created: invoice.created,
    currency: invoice.currency,
    custom_fields: invoice.customFields as Stripe.Invoice.CustomField[] | null,
    customer: invoice.customer,
    customer_account: null,
    customer_address: snapshot?.address ?? null,
    customer_email: snapshot?.email ?? null,
    customer_name: snapshot?.name ?? null,
    customer_phone: snapshot?.phone ?? null,
    customer_shipping: snapshot?.shipping ?? null,
    customer_tax_exempt: snapshot?.taxExempt ?? 'none',
    customer_tax_ids: [],
    default_payment_method: invoice.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: invoice.description,
    discounts: [],
    due_date: invoice.dueDate,
    effective_at: invoice.effectiveAt,
    ending_balance: invoice.endingBalance,
    footer: invoice.footer,
    from_invoice: null,
    hosted_invoice_url: hostedUrl,
    invoice_pdf: hostedUrl === null ? null : `${hostedUrl}/pdf`,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: embed(invoice, lines, business),
    livemode: business.livemode,
    metadata: invoice.metadata,
    next_payment_attempt: nextPaymentAttempt(invoice),
    number: invoice.number,
    on_behalf_of: null,
    parent: null,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: invoice.paymentMethodTypes as Stripe.Invoice.PaymentSettings.PaymentMethodType[] | null,
    },
    // A one-off invoice has no span of its own: both ends are its creation.
    period_end: invoice.created,
    period_start: invoice.created,
    post_payment_credit_notes_amount: credited.postPayment,
    pre_payment_credit_notes_amount: credited.prePayment,
    receipt_number: null,
    rendering: invoice.rendering,
    shipping_cost: null,
    shipping_details: invoice.shippingDetails,
    starting_balance: invoice.startingBalance ?? currentBalance,
    statement_descriptor: invoice.statementDescriptor,
    status: invoice.status,
    status_transitions: {
      finalized_at: invoice.finalizedAt,
      marked_uncollectible_at: invoice.markedUncollectibleAt,
      paid_at: invoice.paidAt,
      voided_at: invoice.voidedAt,
    },
    subtotal: totals.subtotal,
    subtotal_excluding_tax: totals.subtotalExcludingTax,
    test_clock: null,
    total: totals.total,
    total_discount_amounts: [],
    total_excluding_tax: totals.totalExcludingTax,
    total_pretax_credit_amounts: [],
    total_taxes: totals.totalTaxes,
    webhooks_delivered_at: invoice.created,
  };
  if (invoice.status === 'uncollectible') {
    rendered.status_details = { uncollectible: { reason: 'user_forgiven' } };
  }
  return rendered;
}

function embed(invoice: InvoiceRecord, lines: LineRecord[], business: Business): WireList<WireLine> {
  return {
    object: 'list',
    data: lines.slice(0, embeddedLines).map((line) => renderLine(line, business)),
    has_more: lines.length > embeddedLines,
    url: `/v1/invoices/${invoice.id}/lines`,
  };
}

export function hostedUrlOf({ hostedToken }: InvoiceRecord, { baseUrl, accountId }: Business): string | null {
  return hostedToken === null ? null : `${baseUrl}/i/${accountId}/${hostedToken}`;
}

function nextPaymentAttempt({ status, autoAdvance, collectionMethod, created }: InvoiceRecord): number | null {
  const charging = status === 'draft' && autoAdvance && collectionMethod === 'charge_automatically';
  return charging ? created + 3600 : null;
}

export function snapshotOf(customer: CustomerRecord): CustomerSnapshot {
  const { address, email, name, phone, shipping, taxExempt } = customer;
  return { address, email, name, phone, shipping, taxExempt };
}
