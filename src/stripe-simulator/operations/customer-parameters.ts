import type Stripe from 'stripe';
import type { Checked } from '../schema.ts';
import {
  amount,
  beyond,
  boolean,
  choice,
  emptyable,
  expand,
  id,
  integer,
  list,
  metadata,
  object,
  required,
  text,
} from '../schema.ts';

const addressFields = {
  city: text(),
  country: text(),
  line1: text(),
  line2: text(),
  postal_code: text(),
  state: text(),
};
export const address = () => object(addressFields);

export const customFields = () => emptyable(list(object({ name: required(text(40)), value: required(text(140)) }), 4));

/** What customers.create and customers.update have in common. */
export const customerParameters = {
  address: emptyable(address()),
  balance: amount(),
  business_name: text(150),
  cash_balance: beyond(),
  description: text(5000),
  email: text(512),
  expand: expand(),
  individual_name: text(150),
  invoice_prefix: id(),
  invoice_settings: object({
    custom_fields: customFields(),
    default_payment_method: emptyable(id()),
    footer: text(5000),
    rendering_options: beyond(),
  }),
  metadata: metadata(),
  name: text(256),
  next_invoice_sequence: integer(1, 1_000_000_000),
  phone: text(20),
  preferred_locales: list(id(), 100),
  shipping: emptyable(object({ address: required(address()), name: required(text(5000)), phone: text() })),
  source: beyond(),
  tax: beyond(),
  tax_exempt: emptyable(choice('exempt', 'none', 'reverse')),
  validate: boolean(),
};

export const customerCreateParameters = {
  ...customerParameters,
  payment_method: id(),
  tax_id_data: beyond(),
  test_clock: beyond(),
};

export const customerUpdateParameters = { ...customerParameters, default_source: beyond() };

/** All six fields, as Stripe answers an address. */
export function addressOf(sent: Checked<typeof addressFields>): Stripe.Address {
  const { city = null, country = null, line1 = null, line2 = null, postal_code = null, state = null } = sent;
  return { city, country, line1, line2, postal_code, state };
}
