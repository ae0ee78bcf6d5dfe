import type Stripe from 'stripe';
import { sum } from '../arithmetic.ts';
import type { Transaction } from '../state.ts';
import type { CreditNoteLineRecord, CreditNoteRecord } from './credit-note-records.ts';
import { hostedUrlOf } from './invoice.ts';
import { taxSumsOf } from './totals.ts';
import type { Business, WireList } from './wire.ts';

/** As the lines of an invoice: unit prices are strings on the wire. */
export type WireCreditNoteLine = Omit<Stripe.CreditNoteLineItem, 'unit_amount_decimal'> & {
  unit_amount_decimal: string | null;
};
export type WireCreditNote = Omit<Stripe.CreditNote, 'lines'> & { lines: WireList<WireCreditNoteLine> };

const embeddedLines = 10;

export function sumsOf(lines: readonly CreditNoteLineRecord[]) {
  const subtotal = sum(lines.map(({ amount }) => amount));
  const { inclusive, exclusive, totalTaxes } = taxSumsOf(lines.flatMap(({ taxes }) => taxes));
  return {
    subtotal,
    subtotalExcludingTax: subtotal - inclusive,
    total: subtotal + exclusive,
    totalTaxes,
  };
}

export function renderCreditNote(note: CreditNoteRecord, tx: Transaction, business: Business): WireCreditNote {
  const sums = sumsOf(note.lines);
  const invoice = tx.get('invoice', note.invoice);
  const hostedUrl = invoice === undefined ? null : hostedUrlOf(invoice, business);
  return {
    id: note.id,
    object: 'credit_note',
    amount: sums.total,
    amount_shipping: 0,
    created: note.created,
    currency: note.currency,
    customer: note.customer,
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: note.effectiveAt,
    invoice: note.invoice,
    lines: {
      object: 'list',
      data: note.lines.slice(0, embeddedLines).map((line) => renderCreditNoteLine(line, business)),
      has_more: note.lines.length > embeddedLines,
      url: `/v1/credit_notes/${note.id}/lines`,
    },
    livemode: business.livemode,
    memo: note.memo,
    metadata: { ...note.metadata },
    number: note.number,
    out_of_band_amount: note.outOfBand,
    pdf: `${hostedUrl}/credit_notes/${note.id}/pdf`,
    post_payment_amount: note.postPayment,
    pre_payment_amount: note.prePayment,
    pretax_credit_amounts: [],
    reason: note.reason,
    refunds: note.refunds.map(({ refund, amount }) => ({
      amount_refunded: amount,
      payment_record_refund: null,
      refund,
      type: 'refund',
    })),
    shipping_cost: null,
    status: note.status,
    subtotal: sums.subtotal,
    subtotal_excluding_tax: sums.subtotalExcludingTax,
    total: sums.total,
    total_excluding_tax: sums.subtotalExcludingTax,
    total_taxes: sums.totalTaxes,
    type: typeOf(note),
    voided_at: note.voidedAt,
  };
}

function typeOf({ prePayment, postPayment }: CreditNoteRecord): Stripe.CreditNote.Type {
  if (postPayment === 0) return 'pre_payment';
  return prePayment === 0 ? 'post_payment' : 'mixed';
}

export function renderCreditNoteLine(line: CreditNoteLineRecord, business: Business): WireCreditNoteLine {
  const isWhole = line.unitAmount !== null && /^-?\d+$/.test(line.unitAmount);
  return {
    id: line.id,
    object: 'credit_note_line_item',
    amount: line.amount,
    description: line.description,
    discount_amount: 0,
    discount_amounts: [],
    ...(line.invoiceLine === null ? {} : { invoice_line_item: line.invoiceLine }),
    livemode: business.livemode,
    metadata: { ...line.metadata },
    pretax_credit_amounts: [],
    quantity: line.quantity,
    tax_rates: [],
    taxes: line.taxes.map((tax) => ({
      amount: tax.amount,
      tax_behavior: tax.inclusive ? 'inclusive' : 'exclusive',
      tax_rate_details: { tax_rate: tax.taxRate },
      taxability_reason: tax.taxabilityReason,
      taxable_amount: tax.taxableAmount,
      type: 'tax_rate_details',
    })),
    type: line.invoiceLine === null ? 'custom_line_item' : 'invoice_line_item',
    unit_amount: isWhole ? Number(line.unitAmount) : null,
    unit_amount_decimal: line.unitAmount,
  };
}
