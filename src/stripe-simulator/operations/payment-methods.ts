import { invalid, missingParameter, Refusal, resourceMissing } from '../errors.ts';
import { renderPaymentMethod } from '../objects/payment-method.ts';
import type { PaymentMethodRecord } from '../objects/payment-records.ts';
import type { Checked } from '../schema.ts';
import { beyond, expand, id } from '../schema.ts';
import { testCardNumbered, testCardOfToken } from '../test-cards.ts';
import { addressOf } from './customer-parameters.ts';
import { pageParameters, paginate, validatePage } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';
import { allowRedisplay, paymentMethodCreateParameters, paymentMethodType } from './payment-method-parameters.ts';
import { attach, existingMethod, newMethod } from './payment-method-record.ts';

type CreateParams = Checked<typeof paymentMethodCreateParameters>;

function refuseCard(code: string, message: string, param: string): Refusal {
  return new Refusal(message, { status: 402, type: 'card_error', code, param });
}

/** Which test card was meant; a real number has no place in a simulator, and a wrong one fails as at Stripe. */
function cardOf({ number, token }: NonNullable<CreateParams['card']>): string {
  if (token !== undefined) {
    const card = testCardOfToken(token);
    if (card === undefined) throw resourceMissing('token', token, 'card[token]', 'parameter');
    return card;
  }
  if (number === undefined) throw missingParameter('card[number]');
  const card = testCardNumbered(number);
  if (card === undefined) throw refuseCard('incorrect_number', 'Your card number is incorrect.', 'number');
  return card;
}

function created(params: CreateParams, now: number): PaymentMethodRecord {
  const { card = {}, billing_details: billing } = params;
  const blank = newMethod(cardOf(card), now);
  const { address, email, name, phone } = billing ?? {};
  return {
    ...blank,
    expMonth: card.exp_month ?? blank.expMonth,
    expYear: card.exp_year ?? blank.expYear,
    billingDetails: {
      ...blank.billingDetails,
      ...(address == null ? {} : { address: addressOf(address) }),
      email: email ?? null,
      name: name ?? null,
      phone: phone ?? null,
    },
    allowRedisplay: params.allow_redisplay ?? blank.allowRedisplay,
    metadata: mergeMetadata({}, params.metadata),
  };
}

/** A number needs a date, and one that has not passed; a token brings its own. */
function validateCard({ type, card }: CreateParams, now: number): void {
  if (type === undefined) throw missingParameter('type');
  if (type !== 'card')
    throw invalid(`The local simulator does not carry '${type}'; use a Stripe sandbox for it.`, 'type');
  if (card === undefined) throw missingParameter('card');
  if (card.token !== undefined) return;
  const { exp_month: month, exp_year: year } = card;
  if (month === undefined) throw missingParameter('card[exp_month]');
  if (year === undefined) throw missingParameter('card[exp_year]');
  const today = new Date(now * 1000);
  const isPast = year * 12 + month < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1;
  if (isPast) throw refuseCard('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
}

/** No longer the customer's default either. */
function detach(method: PaymentMethodRecord, { tx }: Call<unknown>): PaymentMethodRecord {
  const customer = tx.get('customer', method.customer ?? '');
  if (customer === undefined) {
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
  }
  if (customer.invoiceSettings.default_payment_method === method.id) {
    tx.put('customer', {
      ...customer,
      invoiceSettings: { ...customer.invoiceSettings, default_payment_method: null },
    });
  }
  const detached = { ...method, customer: null };
  tx.put('paymentMethod', detached);
  return detached;
}

function refuseMissingCustomer(customer: string, { tx }: Call<unknown>): void {
  const found = tx.get('customer', customer);
  if (found === undefined || found.deleted) throw resourceMissing('customer', customer, 'customer', 'parameter');
}

const inPath = { param: 'payment_method', in: 'path' } as const;

export const paymentMethodOperations = [
  operation({
    name: 'paymentMethods.create',
    method: 'POST',
    path: '/v1/payment_methods',
    parameters: paymentMethodCreateParameters,
    answers: 'payment_method',
    validate: (params, { now }) => validateCard(params, now),
    run: ({ params, tx, now, business }) => {
      const method = created(params, now);
      tx.put('paymentMethod', method);
      return renderPaymentMethod(method, business);
    },
  }),
  operation({
    name: 'paymentMethods.retrieve',
    method: 'GET',
    path: '/v1/payment_methods/{payment_method}',
    parameters: { expand: expand() },
    answers: 'payment_method',
    run: (call) => renderPaymentMethod(existingMethod(call.ids['payment_method'] ?? '', call, inPath), call.business),
  }),
  operation({
    name: 'paymentMethods.attach',
    method: 'POST',
    path: '/v1/payment_methods/{payment_method}/attach',
    parameters: { customer: id(), customer_account: beyond(), expand: expand() },
    answers: 'payment_method',
    validate: ({ customer }) => {
      if (customer === undefined) throw missingParameter('customer');
    },
    run: (call) => {
      const customer = call.params.customer ?? '';
      refuseMissingCustomer(customer, call);
      return renderPaymentMethod(attach(call.ids['payment_method'] ?? '', customer, 'path', call), call.business);
    },
  }),
  operation({
    name: 'paymentMethods.detach',
    method: 'POST',
    path: '/v1/payment_methods/{payment_method}/detach',
    parameters: { expand: expand() },
    answers: 'payment_method',
    run: (call) => {
      const method = existingMethod(call.ids['payment_method'] ?? '', call, inPath);
      return renderPaymentMethod(detach(method, call), call.business);
    },
  }),
  operation({
    name: 'paymentMethods.list',
    method: 'GET',
    path: '/v1/payment_methods',
    parameters: {
      ...pageParameters,
      allow_redisplay: allowRedisplay(),
      customer: id(),
      customer_account: beyond(),
      type: paymentMethodType(),
    },
    answers: 'payment_method',
    isList: true,
    validate: validatePage,
    run: (call) => {
      const { params, tx, business } = call;
      const { customer, allow_redisplay, type = 'card' } = params;
      if (customer !== undefined) refuseMissingCustomer(customer, call);
      return paginate(tx.all('paymentMethod'), params, {
        noun: 'PaymentMethod',
        url: '/v1/payment_methods',
        // All that there is are cards.
        filter: (method) =>
          type === 'card' &&
          (customer === undefined ? method.customer !== null : method.customer === customer) &&
          (allow_redisplay === undefined || method.allowRedisplay === allow_redisplay),
        render: (method) => renderPaymentMethod(method, business),
      });
    },
  }),
];
