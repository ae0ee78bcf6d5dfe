import type Stripe from 'stripe';
import type { Metadata } from './records.ts';

/** Records of money that moves; see records.ts for what a record is. */
export interface PaymentMethodRecord {
  readonly id: string;
  readonly created: number;
  readonly customer: string | null;
  /** Key in the table of test cards: what the card is, and how every attempt to charge it ends. */
  readonly testCard: string;
  readonly expMonth: number;
  readonly expYear: number;
  readonly billingDetails: Stripe.PaymentMethod.BillingDetails;
  readonly allowRedisplay: Stripe.PaymentMethod.AllowRedisplay;
  readonly metadata: Metadata;
}

export interface PaymentIntentRecord {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly secret: string;
  readonly status: 'canceled' | 'requires_action' | 'requires_confirmation' | 'requires_payment_method' | 'succeeded';
  /** The method that paid; a method that failed stands in the charge. */
  readonly paymentMethod: string | null;
  readonly latestCharge: string | null;
  readonly canceledAt: number | null;
  readonly cancellationReason: Stripe.PaymentIntent.CancellationReason | null;
  /** Absent for one that the finalization of an invoice has made. */
  readonly own?: {
    readonly description: string | null;
    readonly metadata: Metadata;
    readonly receiptEmail: string | null;
    readonly statementDescriptor: string | null;
  };
  /** The invoice's payment that it is for; absent in older journals. */
  readonly invoicePayment?: string | null;
}

/** One attempt at a card, whether it succeeded or not. */
export interface ChargeRecord {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly paymentIntent: string;
  readonly paymentMethod: string;
  readonly failed: boolean;
  /** Newest first. */
  readonly refundIds: readonly string[];
  /** Absent: the customer has not disputed it. */
  readonly dispute?: string;
}

/** A customer's objection at their bank. An inquiry asks only, and takes no money. */
export interface DisputeRecord {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly charge: string;
  readonly reason: string;
  readonly metadata: Metadata;
  readonly status: 'lost' | 'needs_response' | 'warning_closed' | 'warning_needs_response' | 'won';
  readonly fundsWithdrawn: boolean;
  readonly fundsReinstated: boolean;
}

export interface InvoicePaymentRecord {
  readonly id: string;
  readonly created: number;
  readonly invoice: string;
  readonly paymentIntent: string;
  readonly currency: string;
  readonly amountRequested: number;
  readonly amountPaid: number | null;
  /** False for one that was attached; absent: it was made by the finalization. */
  readonly isDefault?: boolean;
  readonly status: 'canceled' | 'open' | 'paid';
  readonly paidAt: number | null;
  readonly canceledAt: number | null;
}

export interface RefundRecord {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly charge: string;
  readonly reason: Stripe.Refund.Reason | null;
  readonly metadata: Metadata;
}
