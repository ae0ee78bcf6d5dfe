import { resourceMissing } from '../errors.ts';
import { renderCharge, renderPaymentIntent } from '../objects/payment.ts';
import { expand, id } from '../schema.ts';
import { operation } from './operation.ts';

/** PaymentIntents and charges come only from invoices here, so they can be read and nothing else. */
export const chargeOperations = [
  operation({
    name: 'charges.retrieve',
    method: 'GET',
    path: '/v1/charges/{charge}',
    parameters: { expand: expand() },
    answers: 'charge',
    run: ({ ids: { charge = '' }, tx, business }) => {
      const record = tx.get('charge', charge);
      if (record === undefined) throw resourceMissing('charge', charge, 'id', 'path');
      return renderCharge(record, tx, business);
    },
  }),
  operation({
    name: 'paymentIntents.retrieve',
    method: 'GET',
    path: '/v1/payment_intents/{intent}',
    // The secret is what a browser sends; a secret key needs none.
    parameters: { client_secret: id(), expand: expand() },
    answers: 'payment_intent',
    run: ({ ids: { intent = '' }, tx, business }) => {
      const record = tx.get('paymentIntent', intent);
      if (record === undefined) throw resourceMissing('payment_intent', intent, 'intent', 'path');
      return renderPaymentIntent(record, tx, business);
    },
  }),
];
