import { invalid } from '../errors.ts';
import { beyond, boolean, choice, currency, expand, firstMetadata, id, integer, object, required } from '../schema.ts';

/** What confirming takes, with creation or later. */
const confirmation = {
  allowed_payment_method_types: beyond(),
  amount_details: beyond(),
  capture_method: choice('automatic', 'automatic_async', 'manual'),
  confirmation_token: beyond(),
  error_on_requires_action: boolean(),
  excluded_payment_method_types: beyond(),
  expand: expand(),
  hooks: beyond(),
  mandate: beyond(),
  mandate_data: beyond(),
  off_session: boolean(),
  payment_details: beyond(),
  payment_method: id(),
  payment_method_data: beyond(),
  payment_method_options: beyond(),
  radar_options: beyond(),
  // Where the customer comes back to after a confirmation that leads away; a card's does not.
  return_url: id(),
  setup_future_usage: beyond(),
  shipping: beyond(),
  use_stripe_sdk: boolean(),
};

export const intentConfirmParameters = { ...confirmation, amount_to_confirm: beyond(), receipt_email: beyond() };

export const intentCreateParameters = {
  ...confirmation,
  amount: required(integer(1, 99_999_999)),
  application_fee_amount: beyond(),
  automatic_payment_methods: object({
    allow_redirects: choice('always', 'never'),
    enabled: required(boolean()),
  }),
  confirm: boolean(),
  confirmation_method: choice('automatic', 'manual'),
  currency: required(currency()),
  customer: id(),
  customer_account: beyond(),
  description: id(),
  metadata: firstMetadata(),
  on_behalf_of: beyond(),
  payment_method_configuration: beyond(),
  receipt_email: id(),
  statement_descriptor: id(),
  statement_descriptor_suffix: beyond(),
  transfer_data: beyond(),
  transfer_group: beyond(),
};

export const intentCancelParameters = {
  cancellation_reason: choice('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
  expand: expand(),
};

/** Money that is only reserved, to be captured later, is nothing that an invoice needs. */
export function validateCapture(captureMethod: string | undefined): void {
  if (captureMethod !== 'manual') return;
  throw invalid("The local simulator does not carry 'manual'; use a Stripe sandbox for it.", 'capture_method');
}
