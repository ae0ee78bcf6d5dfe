import type { Parameter } from '../schema.ts';
import { beyond, choice, emptyable, expand, firstMetadata, id, integer, object, text } from '../schema.ts';
import { address } from './customer-parameters.ts';

/** Every way of paying but cards; the names are parameters too, each with the details of its kind. */
const otherTypes = [
  ...['acss_debit', 'affirm', 'afterpay_clearpay', 'alipay', 'alma', 'amazon_pay', 'au_becs_debit', 'bacs_debit'],
  ...['bancontact', 'billie', 'bizum', 'blik', 'boleto', 'cashapp', 'crypto', 'custom', 'customer_balance', 'eps'],
  ...['fpx', 'giropay', 'grabpay', 'ideal', 'interac_present', 'kakao_pay', 'klarna', 'konbini', 'kr_card', 'link'],
  ...['mb_way', 'mobilepay', 'multibanco', 'naver_pay', 'nz_bank_account', 'oxxo', 'p24', 'pay_by_bank', 'payco'],
  ...['paynow', 'paypal', 'paypay', 'payto', 'pix', 'promptpay', 'revolut_pay', 'samsung_pay', 'satispay'],
  ...['scalapay', 'sepa_debit', 'sequra', 'sofort', 'sunbit', 'swish', 'twint', 'upi', 'us_bank_account'],
  ...['wechat_pay', 'zip'],
];
const otherDetails: Record<string, Parameter<undefined, false>> = Object.fromEntries(
  otherTypes.map((name) => [name, beyond()]),
);

/** In person only at a reader: it can be described, and neither made nor listed. */
const typesToName = otherTypes.filter((name) => name !== 'interac_present');
export const paymentMethodType = () => choice('card', ...typesToName);

export const allowRedisplay = () => choice('always', 'limited', 'unspecified');
const addressOrNone = () => emptyable(address());

export const paymentMethodCreateParameters = {
  // Spread as a plain object: handlers need no types for what is refused.
  ...(otherDetails as object),
  allow_redisplay: allowRedisplay(),
  billing_details: object({
    address: addressOrNone(),
    email: text(),
    name: text(),
    phone: text(),
    tax_id: beyond(),
  }),
  card: object({
    cvc: id(),
    exp_month: integer(1, 12),
    exp_year: integer(0, 9999),
    networks: beyond(),
    number: id(),
    token: id(),
  }),
  customer: beyond(),
  expand: expand(),
  metadata: firstMetadata(),
  payment_method: beyond(),
  radar_options: beyond(),
  type: paymentMethodType(),
};
