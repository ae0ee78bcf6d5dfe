import {
  beyond,
  boolean,
  choice,
  currency,
  emptyable,
  expand,
  id,
  integer,
  list,
  metadata,
  object,
  required,
  text,
  timestamp,
} from '../schema.ts';
import { address, customFields } from './customer-parameters.ts';

const paymentMethodType = choice(
  ...['ach_credit_transfer', 'ach_debit', 'acss_debit', 'affirm', 'alipay', 'amazon_pay', 'au_becs_debit'],
  ...['bacs_debit', 'bancontact', 'billie', 'blik', 'boleto', 'card', 'cashapp', 'crypto', 'custom'],
  ...['customer_balance', 'eps', 'fpx', 'giropay', 'grabpay', 'ideal', 'jp_credit_transfer', 'kakao_pay'],
  ...['klarna', 'konbini', 'kr_card', 'link', 'mb_way', 'multibanco', 'naver_pay', 'nz_bank_account', 'p24'],
  ...['pay_by_bank', 'payco', 'paynow', 'paypal', 'payto', 'pix', 'promptpay', 'revolut_pay', 'satispay'],
  ...['sepa_credit_transfer', 'sepa_debit', 'sequra', 'sofort', 'swish', 'twint', 'upi', 'us_bank_account'],
  ...['wechat_pay'],
);

const shippingDetails = object({ address: required(address()), name: required(text(5000)), phone: text(5000) });

/** Fields of an invoice that both create and update take. */
const commonParameters = {
  account_tax_ids: beyond(),
  application_fee_amount: beyond(),
  auto_advance: boolean(),
  automatic_tax: object({ enabled: required(beyond('false')), liability: beyond() }),
  automatically_finalizes_at: timestamp(),
  collection_method: choice('charge_automatically', 'send_invoice'),
  custom_fields: customFields(),
  days_until_due: integer(0, 36_500),
  default_payment_method: emptyable(id()),
  default_source: beyond(),
  default_tax_rates: beyond(),
  description: text(1500),
  discounts: beyond(),
  due_date: timestamp(),
  effective_at: emptyable(timestamp()),
  expand: expand(),
  footer: text(5000),
  issuer: object({ account: beyond(), type: required(beyond('self')) }),
  metadata: metadata(),
  number: text(26),
  on_behalf_of: beyond(),
  payment_settings: object({
    default_mandate: beyond(),
    payment_method_options: beyond(),
    payment_method_types: emptyable(list(paymentMethodType, 100)),
  }),
  rendering: object({
    amount_tax_display: emptyable(choice('exclude_tax', 'include_inclusive_tax')),
    pdf: object({ page_size: choice('a4', 'auto', 'letter') }),
    template: beyond(),
    template_version: beyond(),
  }),
  shipping_cost: beyond(),
  shipping_details: emptyable(shippingDetails),
  statement_descriptor: text(22),
  transfer_data: beyond(),
};

export const invoiceUpdateParameters = commonParameters;

export const invoiceCreateParameters = {
  ...commonParameters,
  currency: currency(),
  customer: id(),
  customer_account: beyond(),
  // What was never set cannot be unset: an empty string is refused here and taken by update.
  effective_at: timestamp(),
  from_invoice: beyond(),
  pending_invoice_items_behavior: choice('exclude', 'include'),
  shipping_details: shippingDetails,
  subscription: beyond(),
};
