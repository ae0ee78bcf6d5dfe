import type { Checked } from '../schema.ts';
import {
  amount,
  beyond,
  boolean,
  choice,
  currency,
  decimal,
  emptyable,
  expand,
  firstMetadata,
  id,
  integer,
  list,
  metadata,
  number,
  object,
  required,
  text,
  timestamp,
} from '../schema.ts';

const taxRateData = object({
  country: id(),
  description: text(),
  display_name: required(text(200)),
  inclusive: required(boolean()),
  jurisdiction: text(200),
  jurisdiction_level: choice('city', 'country', 'county', 'district', 'multiple', 'state'),
  percentage: required(number(0, 100)),
  state: text(200),
  tax_type: choice(
    ...['admissions_tax', 'amusement_tax', 'attendance_tax', 'communications_tax', 'digital_excise_tax'],
    ...['entertainment_tax', 'get_fund', 'gross_receipts_tax', 'gst', 'hospitality_tax', 'hst', 'igst', 'jct'],
    ...['lease_tax', 'luxury_tax', 'mass_transit_parking_tax', 'nhil', 'parking_tax', 'pst', 'qst', 'resort_tax'],
    ...['retail_delivery_fee', 'rst', 'sales_tax', 'service_tax', 'tourism_tax', 'utility_users_tax', 'vat'],
  ),
});

const taxAmount = object({
  amount: required(amount()),
  tax_rate_data: required(taxRateData),
  taxability_reason: choice(
    ...['customer_exempt', 'not_collecting', 'not_subject_to_tax', 'not_supported', 'portion_product_exempt'],
    ...['portion_reduced_rated', 'portion_standard_rated', 'product_exempt', 'product_exempt_holiday'],
    ...['proportionally_rated', 'reduced_rated', 'reverse_charge', 'standard_rated', 'taxable_basis_reduced'],
    'zero_rated',
  ),
  taxable_amount: required(amount()),
});

const priceData = object({
  currency: required(currency()),
  product: beyond(),
  product_data: required(
    object({
      description: text(40_000),
      images: list(id(), 8),
      metadata: firstMetadata(),
      name: required(text(5000)),
      tax_code: beyond(),
      tax_details: beyond(),
      unit_label: text(12),
    }),
  ),
  tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
  unit_amount: integer(0, 999_999_999_999),
  unit_amount_decimal: decimal(),
});

/** Fields of a line that both adding and changing take. */
const lineFields = {
  amount: amount(),
  description: text(5000),
  discountable: boolean(),
  discounts: beyond(),
  metadata: metadata(),
  period: object({ end: required(timestamp()), start: required(timestamp()) }),
  price_data: priceData,
  pricing: object({ price: beyond() }),
  quantity: integer(0, 999_999_999_999),
  quantity_decimal: decimal(),
  tax_amounts: emptyable(list(taxAmount, 20)),
  tax_rates: beyond(),
};

export const addLinesParameters = {
  expand: expand(),
  invoice_metadata: metadata(),
  lines: required(list(object({ ...lineFields, invoice_item: beyond() }))),
};

export const updateLinesParameters = {
  expand: expand(),
  invoice_metadata: metadata(),
  lines: required(list(object({ ...lineFields, id: required(id()) }))),
};

export const removeLinesParameters = {
  expand: expand(),
  invoice_metadata: metadata(),
  lines: required(list(object({ behavior: required(choice('delete', 'unassign')), id: required(id()) }))),
};

export const updateLineItemParameters = { ...lineFields, expand: expand() };

export type LineFields = Checked<typeof lineFields>;
export type LineParams = Checked<typeof addLinesParameters>['lines'][number];
export type TaxRateData = NonNullable<typeof taxRateData.type>;
