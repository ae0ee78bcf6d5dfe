import { invalid, Refusal, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import { renderPaymentIntent } from '../objects/payment.ts';
import type { PaymentIntentRecord, PaymentMethodRecord } from '../objects/payment-records.ts';
import type { Checked } from '../schema.ts';
import { beyond, expand, id, range } from '../schema.ts';
import { charge, purposeOf } from './intent-record.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';
import {
  intentCancelParameters,
  intentConfirmParameters,
  intentCreateParameters,
  validateCapture,
} from './payment-intent-parameters.ts';
import { existingMethod, methodOfCustomer } from './payment-method-record.ts';

type CreateParams = Checked<typeof intentCreateParameters>;

function existing({ tx, ids }: Call<unknown>): PaymentIntentRecord {
  const wanted = ids['intent'] ?? '';
  const record = tx.get('paymentIntent', wanted);
  if (record === undefined) throw resourceMissing('payment_intent', wanted, 'intent', 'path');
  return record;
}

function newIntent({ params, tx, now }: Call<CreateParams>): PaymentIntentRecord {
  const { customer } = params;
  const found = tx.get('customer', customer ?? '');
  if (customer !== undefined && (found === undefined || found.deleted)) {
    throw resourceMissing('customer', customer, 'customer', 'parameter');
  }
  return {
    id: newId('pi'),
    created: now,
    amount: params.amount,
    currency: params.currency,
    customer: customer ?? null,
    secret: newId('secret').slice('secret_'.length),
    status: 'requires_payment_method',
    paymentMethod: null,
    latestCharge: null,
    canceledAt: null,
    cancellationReason: null,
    own: {
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
      receiptEmail: params.receipt_email ?? null,
      statementDescriptor: params.statement_descriptor ?? null,
    },
    invoicePayment: null,
  };
}

/** A card of the intent's customer, or any card for an intent of nobody. */
function methodFor(intent: PaymentIntentRecord, methodId: string, call: Call<unknown>): PaymentMethodRecord {
  if (intent.customer !== null) return methodOfCustomer(methodId, intent.customer, 'payment_method', call);
  const method = existingMethod(methodId, call, { param: 'payment_method', in: 'parameter' });
  if (method.customer !== null) {
    throw invalid('The payment method belongs to a customer; send that customer too.', 'payment_method');
  }
  if (method.id !== methodId) call.tx.put('paymentMethod', method);
  return method;
}

function unexpectedState(intent: PaymentIntentRecord, doing: string): Refusal {
  return new Refusal(`You cannot ${doing} this PaymentIntent because it has a status of ${intent.status}.`, {
    code: 'payment_intent_unexpected_state',
  });
}

const confirmable: readonly PaymentIntentRecord['status'][] = [
  'requires_action',
  'requires_confirmation',
  'requires_payment_method',
];

export const paymentIntentOperations = [
  operation({
    name: 'paymentIntents.create',
    method: 'POST',
    path: '/v1/payment_intents',
    parameters: intentCreateParameters,
    answers: 'payment_intent',
    validate: ({ capture_method, confirm, off_session }) => {
      validateCapture(capture_method);
      if (off_session !== undefined && confirm !== true) {
        throw invalid('off_session can only be sent together with confirm=true.', 'off_session');
      }
    },
    run: (call) => {
      const { params, tx, business } = call;
      const intent = newIntent(call);
      tx.put('paymentIntent', intent);
      if (params.payment_method === undefined) {
        if (params.confirm === true) throw invalid('A PaymentIntent needs a payment method to be confirmed.');
        return renderPaymentIntent(intent, tx, business);
      }
      const method = methodFor(intent, params.payment_method, call);
      if (params.confirm === true) return renderPaymentIntent(charge(intent, method, call), tx, business);
      const ready: PaymentIntentRecord = { ...intent, status: 'requires_confirmation', paymentMethod: method.id };
      tx.put('paymentIntent', ready);
      return renderPaymentIntent(ready, tx, business);
    },
  }),
  operation({
    name: 'paymentIntents.retrieve',
    method: 'GET',
    path: '/v1/payment_intents/{intent}',
    // The secret is what a browser sends; a secret key needs none.
    parameters: { client_secret: id(), expand: expand() },
    answers: 'payment_intent',
    run: (call) => renderPaymentIntent(existing(call), call.tx, call.business),
  }),
  operation({
    name: 'paymentIntents.confirm',
    method: 'POST',
    path: '/v1/payment_intents/{intent}/confirm',
    parameters: intentConfirmParameters,
    answers: 'payment_intent',
    validate: ({ capture_method }) => validateCapture(capture_method),
    run: (call) => {
      const { params, tx, business } = call;
      const intent = existing(call);
      if (!confirmable.includes(intent.status)) throw unexpectedState(intent, 'confirm');
      const methodId = params.payment_method ?? intent.paymentMethod;
      if (methodId === null) throw invalid('A PaymentIntent needs a payment method to be confirmed.');
      const known = tx.get('paymentMethod', methodId);
      const method = known?.id === intent.paymentMethod && known ? known : methodFor(intent, methodId, call);
      return renderPaymentIntent(charge(intent, method, call), tx, business);
    },
  }),
  operation({
    name: 'paymentIntents.cancel',
    method: 'POST',
    path: '/v1/payment_intents/{intent}/cancel',
    parameters: intentCancelParameters,
    answers: 'payment_intent',
    run: (call) => {
      const { params, tx, now, business } = call;
      const intent = existing(call);
      if (!confirmable.includes(intent.status)) throw unexpectedState(intent, 'cancel');
      if (intent.own === undefined) throw invalid('This PaymentIntent is its invoice’s: void the invoice instead.');
      const payment = purposeOf(intent, tx)?.payment;
      if (payment?.status === 'open') {
        tx.put('invoicePayment', { ...payment, status: 'canceled', canceledAt: now });
      }
      const cancellationReason = params.cancellation_reason ?? null;
      const canceled: PaymentIntentRecord = { ...intent, status: 'canceled', canceledAt: now, cancellationReason };
      tx.put('paymentIntent', canceled);
      return renderPaymentIntent(canceled, tx, business);
    },
  }),
  operation({
    name: 'paymentIntents.list',
    method: 'GET',
    path: '/v1/payment_intents',
    parameters: { ...pageParameters, created: range(), customer: id(), customer_account: beyond() },
    answers: 'payment_intent',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      const { created, customer } = params;
      return paginate(tx.all('paymentIntent'), params, {
        noun: 'payment_intent',
        url: '/v1/payment_intents',
        isTooOld: (record) => isBefore(created, record.created),
        filter: (record) => (customer === undefined || record.customer === customer) && within(created, record.created),
        render: (record) => renderPaymentIntent(record, tx, business),
      });
    },
  }),
];
