import type Stripe from 'stripe';
import { stripeAmount } from './invoice-params.ts';

/** A tax of one line, in minor units of the invoice's currency. */
export type OutgoingTax = { key: string; taxableMinor: bigint; amountMinor: bigint };

/** What a tax of the invoice is called and takes, as it was issued. */
export type OutgoingTaxRate = {
  key: string;
  name: string;
  /** A decimal: "19". */
  percentage: string;
  isInclusive: boolean;
  country: string | null;
  taxType: string | null;
};

type TaxAmount = Stripe.InvoiceAddLinesParams.Line.TaxAmount;

/**
 * The taxes of a line as amounts of our own: Stripe adds them up and computes none. It keeps an archived rate of its own
 * for each combination of what is said of one.
 * @param rates those of the invoice; each tax of the line has its own among them
 * @throws DurabillError stripe-amount-unsupported
 */
export function taxAmountsOf(
  taxes: readonly OutgoingTax[],
  rates: readonly OutgoingTaxRate[],
  currency: string,
): TaxAmount[] {
  return taxes.map(({ key, taxableMinor, amountMinor }) => {
    const rate = rates.find((one) => one.key === key);
    if (rate === undefined) throw new Error(`the invoice has no tax ${key}, which one of its lines has`);
    return {
      amount: stripeAmount(amountMinor, currency),
      taxable_amount: stripeAmount(taxableMinor, currency),
      tax_rate_data: {
        display_name: rate.name,
        percentage: Number(rate.percentage),
        inclusive: rate.isInclusive,
        ...(rate.country !== null && { country: rate.country }),
        ...(rate.taxType !== null && { tax_type: rate.taxType as NonNullable<TaxAmount['tax_rate_data']['tax_type']> }),
      },
      taxability_reason: taxabilityReason(rate),
    };
  });
}

/** The entries of who is not taxed have names that no rate has (`untaxedNames`). */
function taxabilityReason({ key, percentage }: OutgoingTaxRate): NonNullable<TaxAmount['taxability_reason']> {
  if (key === 'exempt') return 'customer_exempt';
  if (key === 'reverse_charge') return 'reverse_charge';
  return Number(percentage) === 0 ? 'zero_rated' : 'standard_rated';
}
