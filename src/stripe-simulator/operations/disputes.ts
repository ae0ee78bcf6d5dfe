import { resourceMissing } from '../errors.ts';
import { renderDispute } from '../objects/dispute.ts';
import type { DisputeRecord } from '../objects/payment-records.ts';
import { expand, id, range } from '../schema.ts';
import type { Transaction } from '../state.ts';
import { closeDispute } from './dispute-record.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { operation } from './operation.ts';

function existing(tx: Transaction, disputeId: string): DisputeRecord {
  const record = tx.get('dispute', disputeId);
  if (record === undefined) throw resourceMissing('dispute', disputeId, 'dispute', 'path');
  return record;
}

/** Disputes come from the customer's bank: from a test card, or through the control API. */
export const disputeOperations = [
  operation({
    name: 'disputes.retrieve',
    method: 'GET',
    path: '/v1/disputes/{dispute}',
    parameters: { expand: expand() },
    answers: 'dispute',
    run: ({ ids, tx, business }) => renderDispute(existing(tx, ids['dispute'] ?? ''), tx, business),
  }),
  operation({
    name: 'disputes.list',
    method: 'GET',
    path: '/v1/disputes',
    parameters: { ...pageParameters, charge: id(), created: range(), payment_intent: id() },
    answers: 'dispute',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      const { charge, created, payment_intent } = params;
      return paginate(tx.all('dispute'), params, {
        noun: 'dispute',
        url: '/v1/disputes',
        isTooOld: (record) => isBefore(created, record.created),
        filter: (record) =>
          (charge === undefined || record.charge === charge) &&
          (payment_intent === undefined || tx.get('charge', record.charge)?.paymentIntent === payment_intent) &&
          within(created, record.created),
        render: (record) => renderDispute(record, tx, business),
      });
    },
  }),
  operation({
    name: 'disputes.close',
    method: 'POST',
    path: '/v1/disputes/{dispute}/close',
    parameters: { expand: expand() },
    answers: 'dispute',
    // To close it is to give it up: Stripe then counts it as lost.
    run: ({ ids, tx, business }) =>
      renderDispute(closeDispute(existing(tx, ids['dispute'] ?? ''), 'lost', tx), tx, business),
  }),
];
