import type Stripe from 'stripe';

/**
 * The SDK's own types as they travel: decimals are strings on the wire and become `Stripe.Decimal` in the client.
 * Rendering functions return these, so a new SDK whose shapes changed breaks the build here.
 */
export type WireLine = Omit<Stripe.InvoiceLineItem, 'quantity_decimal' | 'pricing'> & {
  quantity_decimal: string | null;
  pricing:
    | (Omit<Stripe.InvoiceLineItem.Pricing, 'unit_amount_decimal'> & { unit_amount_decimal: string | null })
    | null;
};

export interface WireList<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

export interface WireSearchResult<T> {
  object: 'search_result';
  data: T[];
  has_more: boolean;
  url: string;
  next_page: string | null;
  total_count?: number;
}

export type WireInvoice = Omit<Stripe.Invoice, 'lines'> & { lines: WireList<WireLine> };
export type WireCustomer = Stripe.Customer;
export type WireEvent = Stripe.EventBase;
export type WireWebhookEndpoint = Stripe.WebhookEndpoint;

/** What rendering needs to know besides the records. */
export interface Business {
  readonly accountId: string;
  readonly accountName: string;
  readonly country: string;
  readonly currency: string;
  readonly email: string;
  readonly livemode: boolean;
  /** Where the simulator listens, for the hosted page of an invoice. */
  readonly baseUrl: string;
}
