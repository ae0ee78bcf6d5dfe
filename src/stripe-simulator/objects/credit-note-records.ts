import type Stripe from 'stripe';
import type { LineTax, Metadata } from './records.ts';

export interface CreditNoteLineRecord {
  readonly id: string;
  /** Minor units, before exclusive tax. */
  readonly amount: number;
  readonly description: string | null;
  /** The line of the invoice that is credited; null for a line of the note's own. */
  readonly invoiceLine: string | null;
  readonly metadata: Metadata;
  /** Null when the line is credited by an amount. */
  readonly quantity: number | null;
  readonly unitAmount: string | null;
  readonly taxes: readonly LineTax[];
}

export interface CreditNoteRecord {
  readonly id: string;
  readonly created: number;
  readonly invoice: string;
  readonly customer: string;
  readonly currency: string;
  readonly number: string;
  readonly status: 'issued' | 'void';
  readonly lines: readonly CreditNoteLineRecord[];
  /** The parts that lowered what remained to be paid, and that gave back what had been paid. */
  readonly prePayment: number;
  readonly postPayment: number;
  readonly outOfBand: number | null;
  readonly refunds: readonly { readonly refund: string; readonly amount: number }[];
  readonly effectiveAt: number;
  readonly memo: string | null;
  readonly metadata: Metadata;
  readonly reason: Stripe.CreditNote.Reason | null;
  readonly voidedAt: number | null;
}
