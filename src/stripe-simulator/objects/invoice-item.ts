import type Stripe from 'stripe';
import { wholePart } from '../arithmetic.ts';
import type { InvoiceItemRecord } from './records.ts';
import type { Business, WireLine } from './wire.ts';

/** An item as it is listed: pending, or seen through the line that it has become. */
export type InvoiceItemView = InvoiceItemRecord & { readonly invoice: string | null };

export type WireInvoiceItem = Omit<Stripe.InvoiceItem, 'pricing' | 'quantity_decimal'> & {
  pricing: WireLine['pricing'];
  quantity_decimal: string;
};

export function renderInvoiceItem(item: InvoiceItemView, business: Business): WireInvoiceItem {
  return {
    id: item.id,
    object: 'invoiceitem',
    amount: item.amount,
    currency: item.currency,
    customer: item.customer,
    customer_account: null,
    date: dateOf(item),
    description: item.description,
    discountable: item.discountable,
    discounts: [],
    invoice: item.invoice,
    livemode: business.livemode,
    metadata: { ...item.metadata },
    net_amount: item.amount,
    parent: null,
    period: { start: item.periodStart, end: item.periodEnd },
    pricing: {
      price_details: { price: item.price, product: item.product },
      type: 'price_details',
      unit_amount_decimal: item.unitAmount,
    },
    proration: false,
    quantity: wholePart(item.quantity),
    quantity_decimal: item.quantity,
    tax_rates: [],
    test_clock: null,
  };
}

export function dateOf({ created, periodStart }: InvoiceItemView): number {
  return created ?? periodStart;
}
