import type Stripe from 'stripe';
import type { Metadata } from './records.ts';

/** Records of pages on which a customer saves a payment method; see records.ts for what a record is. */
export interface CheckoutSessionRecord {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly currency: string;
  readonly successUrl: string;
  readonly cancelUrl: string | null;
  readonly clientReferenceId: string | null;
  readonly metadata: Metadata;
  readonly setupIntent: string;
  readonly status: 'complete' | 'expired' | 'open';
  readonly expiresAt: number;
}

export interface SetupIntentRecord {
  readonly id: string;
  readonly created: number;
  readonly customer: string;
  readonly secret: string;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly status: 'canceled' | 'requires_action' | 'requires_payment_method' | 'succeeded';
  readonly cancellationReason: Stripe.SetupIntent.CancellationReason | null;
  /** The method that waits for its owner's consent, or that was saved. */
  readonly paymentMethod: string | null;
  /** The method that the bank refused last. */
  readonly failedMethod: string | null;
}
