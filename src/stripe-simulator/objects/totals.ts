import type Stripe from 'stripe';
import { sum } from '../arithmetic.ts';
import type { InvoiceRecord, LineRecord, LineTax } from './records.ts';

export interface Totals {
  subtotal: number;
  subtotalExcludingTax: number;
  total: number;
  totalExcludingTax: number;
  totalTaxes: Stripe.Invoice.TotalTax[];
}

/** An invoice's sums, in minor units: exclusive tax is added to the lines, inclusive tax is already in them. */
export function totalsOf(lines: readonly LineRecord[]): Totals {
  const { inclusive, exclusive, totalTaxes } = taxSumsOf(lines.flatMap((line) => line.taxes));
  const subtotal = sum(lines.map((line) => line.amount));
  return {
    subtotal,
    subtotalExcludingTax: subtotal - inclusive,
    total: subtotal + exclusive,
    totalExcludingTax: subtotal - inclusive,
    totalTaxes,
  };
}

/** Taxes by behavior, and by rate and reason. */
export function taxSumsOf(taxes: readonly LineTax[]) {
  return {
    inclusive: sum(taxes.filter((tax) => tax.inclusive).map((tax) => tax.amount)),
    exclusive: sum(taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amount)),
    totalTaxes: aggregate(taxes),
  };
}

/**
 * What the customer has to pay: the total and their balance, never below 0. A negative remainder stays on the
 * balance as credit.
 */
export function settlement(total: number, startingBalance: number): { amountDue: number; endingBalance: number } {
  const owed = total + startingBalance;
  return { amountDue: Math.max(0, owed), endingBalance: Math.min(0, owed) };
}

/** The final amount due; after finalization it no longer follows the customer's balance. */
export function amountDueOf(invoice: InvoiceRecord, totals: Totals, currentBalance: number): number {
  return settlement(totals.total, invoice.startingBalance ?? currentBalance).amountDue;
}

/** One entry for each tax rate and reason, in order of first appearance. */
function aggregate(taxes: readonly LineTax[]): Stripe.Invoice.TotalTax[] {
  const groups = new Map<string, LineTax[]>();
  for (const tax of taxes) {
    const key = `${tax.taxRate} ${tax.taxabilityReason}`;
    groups.set(key, [...(groups.get(key) ?? []), tax]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        amount: sum(group.map((tax) => tax.amount)),
        tax_behavior: first.inclusive ? ('inclusive' as const) : ('exclusive' as const),
        tax_rate_details: { tax_rate: first.taxRate },
        taxability_reason: first.taxabilityReason,
        taxable_amount: sum(group.map((tax) => tax.taxableAmount)),
        type: 'tax_rate_details' as const,
      },
    ];
  });
}
