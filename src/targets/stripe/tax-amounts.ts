import type Stripe from 'stripe';
import type { OutgoingTax } from '../port.ts';
import { stripeAmount } from './amount.ts';

type TaxAmount = Stripe.InvoiceAddLinesParams.Line.TaxAmount;

/**
 * The taxes of a line as we have computed them: Stripe adds them up and computes none
 * (docs.stripe.com/api/invoices/add_lines). It keeps an archived rate of its own for each combination of what is said of one.
 * @throws DurabillError stripe-amount-unsupported
 */
export function taxAmountsOf(taxes: readonly OutgoingTax[], currency: string): TaxAmount[] {
  return taxes.map((tax) => ({
    amount: stripeAmount(tax.amountMinor, currency),
    taxable_amount: stripeAmount(tax.taxableMinor, currency),
    tax_rate_data: {
      display_name: tax.name,
      percentage: Number(tax.percentage),
      inclusive: tax.isInclusive,
      ...(tax.country !== null && { country: tax.country }),
      ...(tax.taxType !== null && { tax_type: tax.taxType as NonNullable<TaxAmount['tax_rate_data']['tax_type']> }),
    },
    taxability_reason: taxabilityReason(tax),
  }));
}

/** The entries of who is not taxed have names that no rate has (`untaxedNames`). */
function taxabilityReason({ key, percentage }: OutgoingTax): NonNullable<TaxAmount['taxability_reason']> {
  if (key === 'exempt') return 'customer_exempt';
  if (key === 'reverse_charge') return 'reverse_charge';
  return Number(percentage) === 0 ? 'zero_rated' : 'standard_rated';
}
