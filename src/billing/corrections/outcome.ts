import { hash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../canonical-json.ts';

/** `rebuilt`: a draft. `next-invoice`: the difference waits for the customer's next bill. `reissue`: void, and billed again. */
export type Treatment = 'rebuilt' | 'next-invoice' | 'reissue';

/** A line that a correction changes, in whole minor units. */
export type CorrectedLine = {
  periodId: string;
  priceKey: string;
  group: string[] | null;
  description: string;
  quantityBefore: string | null;
  quantityAfter: string | null;
  billedMinor: number;
  adjustedMinor: number;
  afterMinor: number;
  differenceMinor: number;
  /** What waits for the next bill: net of the line's discount, before taxes. null where the invoice is made anew. */
  itemMinor: number | null;
  /** What of that net difference is left out, since credit notes have given it back already. null as above. */
  creditedMinor: number | null;
};

/** An invoice that a correction changes: its charges, before discounts, taxes and credits; `itemMinor` after discounts. */
export type CorrectedInvoice = {
  invoiceId: string;
  number: string | null;
  customerId: string;
  currency: string;
  billingGroup: string;
  periodStartAt: string;
  periodEndAt: string;
  lifecycle: string;
  treatment: Treatment;
  /** On the invoice, and by earlier corrections. */
  billedMinor: number;
  adjustedMinor: number;
  afterMinor: number;
  differenceMinor: number;
  /** The sum of what waits for the next bill. null where the invoice is made anew. */
  itemMinor: number | null;
  /** The part of the difference that is there without the correction: late usage. null where it could not be computed. */
  lateMinor: number | null;
  lines: CorrectedLine[];
};

/** All that a correction does. No instant of machine time is in it, so that the same again is equal. */
export type CorrectionOutcome = {
  events: { amended: number; deprecated: number; backfilled: number };
  invoices: CorrectedInvoice[];
  /** Invoices that cannot be computed any more, and so stay as they are; only late usage passes them by. */
  failures: { invoiceId: string; reason: string }[];
  differences: { currency: string; amountMinor: number }[];
};

/** Hex of SHA-256 of the outcome as canonical JSON (RFC 8785). */
export function outcomeHash(outcome: CorrectionOutcome): string {
  return hash('sha256', canonicalJson(outcome as unknown as JsonValue));
}

/** The differences of all invoices, by currency. */
export function differencesByCurrency(invoices: readonly CorrectedInvoice[]): CorrectionOutcome['differences'] {
  const sums = new Map<string, number>();
  for (const { currency, differenceMinor } of invoices) {
    sums.set(currency, (sums.get(currency) ?? 0) + differenceMinor);
  }
  return [...sums]
    .map(([currency, amountMinor]) => ({ currency, amountMinor }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
