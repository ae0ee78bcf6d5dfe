import { resourceMissing } from '../errors.ts';
import { renderCharge } from '../objects/payment.ts';
import { beyond, expand, id, range } from '../schema.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { operation } from './operation.ts';

/** Charges come only from payments, so they can be read and nothing else. */
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
    name: 'charges.list',
    method: 'GET',
    path: '/v1/charges',
    parameters: {
      ...pageParameters,
      created: range(),
      customer: id(),
      payment_intent: id(),
      transfer_group: beyond(),
    },
    answers: 'charge',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      const { created, customer, payment_intent } = params;
      return paginate(tx.all('charge'), params, {
        noun: 'charge',
        url: '/v1/charges',
        isTooOld: (record) => isBefore(created, record.created),
        filter: (record) =>
          (customer === undefined || record.customer === customer) &&
          (payment_intent === undefined || record.paymentIntent === payment_intent) &&
          within(created, record.created),
        render: (record) => renderCharge(record, tx, business),
      });
    },
  }),
];
