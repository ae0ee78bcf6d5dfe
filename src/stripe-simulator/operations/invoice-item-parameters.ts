import { multiply } from '../arithmetic.ts';
import { exclusiveParameters, invalid, missingParameter } from '../errors.ts';
import type { LineRecord } from '../objects/records.ts';
import type { Checked } from '../schema.ts';
import {
  amount,
  beyond,
  boolean,
  choice,
  currency,
  decimal,
  expand,
  id,
  integer,
  metadata,
  object,
  required,
  text,
  timestamp,
} from '../schema.ts';

export const itemUpdateParameters = {
  amount: amount(),
  description: text(5000),
  discountable: boolean(),
  discounts: beyond(),
  expand: expand(),
  // Setting rules is not supported at Stripe either; an empty text removes what never is there.
  invoicing_rules: beyond(),
  metadata: metadata(),
  period: object({ end: required(timestamp()), start: required(timestamp()) }),
  // Needs a product that exists, and the simulator carries none.
  price_data: beyond(),
  pricing: object({ price: beyond() }),
  quantity: integer(0, 999_999_999_999),
  quantity_decimal: decimal(),
  // Decides nothing as long as there is no automatic tax.
  tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
  tax_code: beyond(),
  tax_rates: beyond(),
  // May be negative, unlike every other decimal; checked below.
  unit_amount_decimal: id(),
};

const { invoicing_rules: _, ...common } = itemUpdateParameters;
export const itemCreateParameters = {
  ...common,
  currency: currency(),
  customer: id(),
  customer_account: beyond(),
  invoice: id(),
  subscription: beyond(),
};

export type ItemUpdateParams = Checked<typeof itemUpdateParameters>;
export type ItemCreateParams = Checked<typeof itemCreateParameters>;

/** Either one whole amount, or a quantity times a unit price. */
export function validateItem(params: ItemUpdateParams): void {
  const both = (left: keyof ItemUpdateParams, right: keyof ItemUpdateParams) => {
    if (params[left] !== undefined && params[right] !== undefined) throw exclusiveParameters([left, right], left);
  };
  both('amount', 'quantity');
  both('amount', 'quantity_decimal');
  both('amount', 'unit_amount_decimal');
  both('quantity', 'quantity_decimal');
  const { unit_amount_decimal: unitAmount, period } = params;
  if (unitAmount !== undefined && !/^-?\d{1,15}(\.\d{1,12})?$/.test(unitAmount)) {
    throw invalid('Invalid decimal; at most 12 decimal places', 'unit_amount_decimal');
  }
  if (period !== undefined && period.end < period.start) {
    throw invalid('The end of a period must not be before its start.', 'period');
  }
}

export function validateNewItem(params: ItemCreateParams): void {
  if (params.customer === undefined && params.invoice === undefined) throw missingParameter('customer');
  validateItem(params);
  if (params.amount === undefined && params.unit_amount_decimal === undefined) throw missingParameter('amount');
}

/** Amount, quantity and unit price after a create or an update. */
export function priced(
  current: Pick<LineRecord, 'amount' | 'quantity' | 'unitAmount'>,
  params: ItemUpdateParams,
): Pick<LineRecord, 'amount' | 'quantity' | 'unitAmount'> {
  const { amount: whole, quantity_decimal, unit_amount_decimal } = params;
  if (whole !== undefined) return { amount: whole, quantity: '1', unitAmount: String(whole) };
  const quantity = quantity_decimal ?? (params.quantity === undefined ? current.quantity : String(params.quantity));
  const unitAmount = unit_amount_decimal ?? current.unitAmount;
  const size = multiply(quantity, unitAmount.replace('-', ''));
  return { amount: unitAmount.startsWith('-') && size !== 0 ? -size : size, quantity, unitAmount };
}
