import type { Transaction } from '../state.ts';
import { renderLine } from './line.ts';
import type { CustomerRecord, CustomerSnapshot, InvoiceRecord, LineRecord } from './records.ts';
import { amountDueOf, totalsOf } from './totals.ts';
import type { Business, WireInvoice, WireLine, WireList } from './wire.ts';

/** An invoice embeds only its first lines; the rest come from the lines list. */
const embeddedLines = 10;

export function linesOf(invoice: InvoiceRecord, tx: Transaction): LineRecord[] {
  return invoice.lineIds.flatMap((lineId) => tx.get('line', lineId) ?? []);
}

export function renderInvoice(invoice: InvoiceRecord, tx: Transaction, business: Business): WireInvoice {
  const customer = tx.get('customer', invoice.customer);
  const lines = linesOf(invoice, tx);
  return {
    ...identity(invoice, business),
    ...contact(invoice, customer),
    ...money(invoice, lines, customer?.balance ?? 0),
    ...presentation(invoice, business),
    ...lifecycle(invoice),
    lines: embed(invoice, lines, business),
  };
}

function embed(invoice: InvoiceRecord, lines: LineRecord[], business: Business): WireList<WireLine> {
  return {
    object: 'list',
    data: lines.slice(0, embeddedLines).map((line) => renderLine(line, business)),
    has_more: lines.length > embeddedLines,
    url: `/v1/invoices/${invoice.id}/lines`,
  };
}

function identity(invoice: InvoiceRecord, business: Business) {
  return {
    id: invoice.id,
    object: 'invoice' as const,
    account_country: business.country,
    account_name: business.accountName,
    account_tax_ids: null,
    application: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    billing_reason: 'manual' as const,
    created: invoice.created,
    currency: invoice.currency,
    from_invoice: null,
    issuer: { type: 'self' as const },
    latest_revision: null,
    livemode: business.livemode,
    metadata: { ...invoice.metadata },
    number: invoice.number,
    on_behalf_of: null,
    parent: null,
    // A one-off invoice has no span of its own: both ends are its creation.
    period_end: invoice.created,
    period_start: invoice.created,
    receipt_number: null,
    test_clock: null,
  };
}

export function snapshotOf(customer: CustomerRecord): CustomerSnapshot {
  const { address, email, name, phone, shipping, taxExempt } = customer;
  return { address, email, name, phone, shipping, taxExempt };
}

function contact(invoice: InvoiceRecord, customer: CustomerRecord | undefined) {
  const snapshot = invoice.snapshot ?? (customer === undefined ? null : snapshotOf(customer));
  return {
    customer: invoice.customer,
    customer_account: null,
    customer_address: snapshot?.address ?? null,
    customer_email: snapshot?.email ?? null,
    customer_name: snapshot?.name ?? null,
    customer_phone: snapshot?.phone ?? null,
    customer_shipping: snapshot?.shipping ?? null,
    customer_tax_exempt: snapshot?.taxExempt ?? 'none',
    customer_tax_ids: [],
  };
}

function money(invoice: InvoiceRecord, lines: LineRecord[], currentBalance: number) {
  const totals = totalsOf(lines);
  const amountDue = amountDueOf(invoice, totals, currentBalance);
  return {
    amount_due: amountDue,
    amount_overpaid: 0,
    amount_paid: invoice.amountPaid,
    amount_paid_off_stripe: invoice.amountPaidOffStripe,
    amount_remaining: amountDue - invoice.amountPaid,
    amount_shipping: 0,
    default_tax_rates: [],
    discounts: [],
    ending_balance: invoice.endingBalance,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    shipping_cost: null,
    starting_balance: invoice.startingBalance ?? currentBalance,
    subtotal: totals.subtotal,
    subtotal_excluding_tax: totals.subtotalExcludingTax,
    total: totals.total,
    total_discount_amounts: [],
    total_excluding_tax: totals.totalExcludingTax,
    total_pretax_credit_amounts: [],
    total_taxes: totals.totalTaxes,
  };
}

function presentation(invoice: InvoiceRecord, business: Business) {
  const hosted =
    invoice.hostedToken === null ? null : `${business.baseUrl}/i/${business.accountId}/${invoice.hostedToken}`;
  return {
    custom_fields: invoice.customFields === null ? null : [...invoice.customFields],
    description: invoice.description,
    footer: invoice.footer,
    hosted_invoice_url: hosted,
    invoice_pdf: hosted === null ? null : `${hosted}/pdf`,
    rendering: invoice.rendering,
    shipping_details: invoice.shippingDetails,
    statement_descriptor: invoice.statementDescriptor,
  };
}

function lifecycle(invoice: InvoiceRecord) {
  const uncollectible = invoice.status === 'uncollectible';
  const charging = invoice.status === 'draft' && invoice.autoAdvance;
  return {
    attempt_count: invoice.attemptCount,
    attempted: invoice.attempted,
    auto_advance: invoice.autoAdvance,
    automatically_finalizes_at: invoice.automaticallyFinalizesAt,
    collection_method: invoice.collectionMethod,
    default_payment_method: null,
    default_source: null,
    due_date: invoice.dueDate,
    effective_at: invoice.effectiveAt,
    last_finalization_error: null,
    next_payment_attempt:
      charging && invoice.collectionMethod === 'charge_automatically' ? invoice.created + 3600 : null,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: invoice.paymentMethodTypes === null ? null : [...invoice.paymentMethodTypes],
    },
    status: invoice.status,
    ...(uncollectible ? { status_details: { uncollectible: { reason: 'user_forgiven' as const } } } : {}),
    status_transitions: {
      finalized_at: invoice.finalizedAt,
      marked_uncollectible_at: invoice.markedUncollectibleAt,
      paid_at: invoice.paidAt,
      voided_at: invoice.voidedAt,
    },
    webhooks_delivered_at: invoice.created,
  };
}
