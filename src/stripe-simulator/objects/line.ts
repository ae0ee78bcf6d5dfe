import { wholePart } from '../arithmetic.ts';
import type { LineRecord } from './records.ts';
import type { Business, WireLine } from './wire.ts';

/** A line added to an invoice: behind it stand an invoice item and a one-off price, as at Stripe. */
export function renderLine(line: LineRecord, business: Business): WireLine {
  return {
    id: line.id,
    object: 'line_item',
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: [],
    discountable: line.discountable,
    discounts: [],
    invoice: line.invoice,
    livemode: business.livemode,
    metadata: { ...line.metadata },
    parent: {
      invoice_item_details: {
        invoice_item: line.invoiceItem,
        proration: false,
        proration_details: null,
        subscription: null,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    period: { start: line.periodStart, end: line.periodEnd },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: line.price, product: line.product },
      type: 'price_details',
      unit_amount_decimal: line.unitAmount,
    },
    quantity: wholePart(line.quantity),
    quantity_decimal: line.quantity,
    subscription: null,
    subtotal: line.amount,
    taxes: line.taxes.map((tax) => ({
      amount: tax.amount,
      tax_behavior: tax.inclusive ? 'inclusive' : 'exclusive',
      tax_rate_details: { tax_rate: tax.taxRate },
      taxability_reason: tax.taxabilityReason,
      taxable_amount: tax.taxableAmount,
      type: 'tax_rate_details',
    })),
  };
}
