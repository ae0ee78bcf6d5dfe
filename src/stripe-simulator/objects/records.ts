import type Stripe from 'stripe';
import type { CheckoutSessionRecord, SetupIntentRecord } from './checkout-records.ts';
import type { CreditNoteRecord } from './credit-note-records.ts';
import type {
  ChargeRecord,
  DisputeRecord,
  InvoicePaymentRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
} from './payment-records.ts';

/**
 * What the simulator keeps of each object. Answers are rendered from these records, so that sums, frozen snapshots
 * and embedded lists cannot drift from them. Records are never changed in place: a write replaces the whole record.
 */
export type Metadata = Readonly<Record<string, string>>;

export interface CustomerRecord {
  readonly id: string;
  readonly created: number;
  readonly deleted: boolean;
  readonly address: Stripe.Address | null;
  /** Minor units; negative is credit that the next finalized invoice uses up. */
  readonly balance: number;
  readonly businessName: string | null;
  readonly individualName: string | null;
  readonly currency: string | null;
  readonly description: string | null;
  readonly email: string | null;
  readonly invoicePrefix: string;
  readonly invoiceSettings: Stripe.Customer.InvoiceSettings;
  readonly metadata: Metadata;
  readonly name: string | null;
  readonly nextInvoiceSequence: number;
  readonly phone: string | null;
  readonly preferredLocales: readonly string[];
  readonly shipping: Stripe.Customer.Shipping | null;
  readonly taxExempt: Stripe.Customer.TaxExempt;
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** The customer's contact data as an invoice shows it: the customer's own until finalization, frozen after it. */
export interface CustomerSnapshot {
  readonly address: Stripe.Address | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly shipping: Stripe.Customer.Shipping | null;
  readonly taxExempt: Stripe.Customer.TaxExempt;
}

export interface InvoiceRecord {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly currency: string;
  readonly status: InvoiceStatus;
  readonly collectionMethod: 'charge_automatically' | 'send_invoice';
  readonly autoAdvance: boolean;
  readonly automaticallyFinalizesAt: number | null;
  readonly dueDate: number | null;
  readonly effectiveAt: number | null;
  readonly description: string | null;
  readonly footer: string | null;
  readonly customFields: readonly Stripe.Invoice.CustomField[] | null;
  /** Absent, as the ids of payments and credit notes, in journals older than payments. */
  readonly defaultPaymentMethod?: string | null;
  readonly metadata: Metadata;
  readonly number: string | null;
  readonly statementDescriptor: string | null;
  readonly paymentMethodTypes: readonly Stripe.Invoice.PaymentSettings.PaymentMethodType[] | null;
  readonly rendering: Stripe.Invoice.Rendering | null;
  readonly shippingDetails: Stripe.Invoice.ShippingDetails | null;
  /** Newest first, the order in which Stripe lists added lines. */
  readonly lineIds: readonly string[];
  /** Newest first. */
  readonly paymentIds?: readonly string[];
  /** Newest first. */
  readonly creditNoteIds?: readonly string[];
  readonly snapshot: CustomerSnapshot | null;
  /** Balances are the customer's own until finalization. */
  readonly startingBalance: number | null;
  readonly endingBalance: number | null;
  readonly amountPaid: number;
  readonly amountPaidOffStripe: number;
  /** What attached payments brought beyond what was due; absent: nothing. */
  readonly amountOverpaid?: number;
  readonly attempted: boolean;
  readonly attemptCount: number;
  /** How often its e-mail was sent; absent: never. */
  readonly timesSent?: number;
  /** How often a payment was declined, and how often the customer was asked to confirm one; absent: never. */
  readonly timesDeclined?: number;
  readonly timesToConfirm?: number;
  readonly hostedToken: string | null;
  readonly finalizedAt: number | null;
  readonly paidAt: number | null;
  readonly voidedAt: number | null;
  readonly markedUncollectibleAt: number | null;
}

export interface LineTax {
  readonly amount: number;
  readonly inclusive: boolean;
  readonly taxRate: string;
  readonly taxabilityReason: Stripe.InvoiceLineItem.Tax.TaxabilityReason;
  readonly taxableAmount: number;
}

export interface LineRecord {
  readonly id: string;
  /** Absent in journals older than invoice items. */
  readonly created?: number;
  readonly invoice: string;
  readonly invoiceItem: string;
  readonly price: string;
  readonly product: string;
  /** Minor units; Stripe's subtotal of the line, before exclusive tax. */
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly discountable: boolean;
  readonly metadata: Metadata;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly quantity: string;
  readonly unitAmount: string;
  readonly taxes: readonly LineTax[];
}

/** An item that is on no invoice yet. Once it is, it is that invoice's line and no record of its own. */
export interface InvoiceItemRecord extends Omit<LineRecord, 'invoice' | 'invoiceItem'> {
  readonly customer: string;
}

export type TaxRateRecord = Stripe.TaxRate;

export interface WebhookEndpointRecord {
  readonly id: string;
  readonly created: number;
  readonly apiVersion: string | null;
  readonly description: string | null;
  readonly disabled: boolean;
  readonly enabledEvents: readonly string[];
  readonly metadata: Metadata;
  readonly secret: string;
  readonly url: string;
}

export interface Records {
  charge: ChargeRecord;
  checkoutSession: CheckoutSessionRecord;
  creditNote: CreditNoteRecord;
  customer: CustomerRecord;
  dispute: DisputeRecord;
  invoice: InvoiceRecord;
  invoiceItem: InvoiceItemRecord;
  invoicePayment: InvoicePaymentRecord;
  line: LineRecord;
  paymentIntent: PaymentIntentRecord;
  paymentMethod: PaymentMethodRecord;
  refund: RefundRecord;
  setupIntent: SetupIntentRecord;
  taxRate: TaxRateRecord;
  webhookEndpoint: WebhookEndpointRecord;
}

export type Kind = keyof Records;
export const kinds: readonly Kind[] = [
  'charge',
  'checkoutSession',
  'creditNote',
  'customer',
  'dispute',
  'invoice',
  'invoiceItem',
  'invoicePayment',
  'line',
  'paymentIntent',
  'paymentMethod',
  'refund',
  'setupIntent',
  'taxRate',
  'webhookEndpoint',
];
