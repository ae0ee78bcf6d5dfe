import { exclusiveParameters, invalid, Refusal, resourceMissing } from '../errors.ts';
import type { ChargeRecord, RefundRecord } from '../objects/payment-records.ts';
import { renderRefund } from '../objects/refund.ts';
import type { Checked } from '../schema.ts';
import { beyond, choice, expand, id, integer, metadata, range } from '../schema.ts';
import type { Transaction } from '../state.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { operation } from './operation.ts';
import { refund } from './refund-record.ts';

const createParameters = {
  amount: integer(1, 999_999_999_999),
  charge: id(),
  currency: beyond(),
  customer: beyond(),
  expand: expand(),
  instructions_email: beyond(),
  metadata: metadata(),
  origin: beyond(),
  payment_intent: id(),
  reason: choice('duplicate', 'fraudulent', 'requested_by_customer'),
  refund_application_fee: beyond(),
  reverse_transfer: beyond(),
};

/** A refund is asked for by the charge or by the PaymentIntent behind it, not both. */
function validateTarget({ charge, payment_intent }: Checked<typeof createParameters>): void {
  if (charge === undefined && payment_intent === undefined) {
    throw new Refusal('A refund needs one of these parameters: payment_intent or charge.', {
      code: 'parameter_missing',
    });
  }
  if (charge !== undefined && payment_intent !== undefined) {
    throw exclusiveParameters(['payment_intent', 'charge'], 'charge');
  }
}

function chargeToRefund({ charge, payment_intent }: Checked<typeof createParameters>, tx: Transaction): ChargeRecord {
  if (charge !== undefined) {
    const record = tx.get('charge', charge);
    if (record === undefined) throw resourceMissing('charge', charge, 'charge', 'parameter');
    return record;
  }
  const intent = tx.get('paymentIntent', payment_intent ?? '');
  if (intent === undefined) {
    throw resourceMissing('payment_intent', payment_intent ?? '', 'payment_intent', 'parameter');
  }
  const record = tx.get('charge', intent.latestCharge ?? '');
  if (intent.status === 'succeeded' && record !== undefined) return record;
  throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, 'payment_intent');
}

function existing(tx: Transaction, refundId: string): RefundRecord {
  const record = tx.get('refund', refundId);
  if (record === undefined) throw resourceMissing('refund', refundId, 'refund', 'path');
  return record;
}

export const refundOperations = [
  operation({
    name: 'refunds.create',
    method: 'POST',
    path: '/v1/refunds',
    parameters: createParameters,
    answers: 'refund',
    validate: validateTarget,
    run: (call) => {
      const { params, tx } = call;
      const { amount, reason } = params;
      const wanted = { amount, reason, metadata: mergeMetadata({}, params.metadata) };
      return renderRefund(refund(chargeToRefund(params, tx), wanted, 'amount', call), tx);
    },
  }),
  operation({
    name: 'refunds.retrieve',
    method: 'GET',
    path: '/v1/refunds/{refund}',
    parameters: { expand: expand() },
    answers: 'refund',
    run: ({ ids, tx }) => renderRefund(existing(tx, ids['refund'] ?? ''), tx),
  }),
  operation({
    name: 'refunds.update',
    method: 'POST',
    path: '/v1/refunds/{refund}',
    parameters: { expand: expand(), metadata: metadata() },
    answers: 'refund',
    run: ({ params, ids, tx }) => {
      const current = existing(tx, ids['refund'] ?? '');
      const changed = { ...current, metadata: mergeMetadata(current.metadata, params.metadata) };
      tx.put('refund', changed);
      return renderRefund(changed, tx);
    },
  }),
  operation({
    name: 'refunds.cancel',
    method: 'POST',
    path: '/v1/refunds/{refund}/cancel',
    parameters: { expand: expand() },
    answers: 'refund',
    // Only one that waits for the customer to act can be taken back; one to a card is on its way at once.
    run: ({ ids, tx }) => {
      const { id: refundId } = existing(tx, ids['refund'] ?? '');
      throw invalid(`Refund ${refundId} cannot be canceled: it has a status of succeeded.`);
    },
  }),
  operation({
    name: 'refunds.list',
    method: 'GET',
    path: '/v1/refunds',
    parameters: { ...pageParameters, charge: id(), created: range(), payment_intent: id() },
    answers: 'refund',
    isList: true,
    validate: validatePage,
    run: ({ params, tx }) => {
      const { charge, created, payment_intent } = params;
      return paginate(tx.all('refund'), params, {
        noun: 'refund',
        url: '/v1/refunds',
        isTooOld: (record) => isBefore(created, record.created),
        filter: (record) =>
          (charge === undefined || record.charge === charge) &&
          (payment_intent === undefined || tx.get('charge', record.charge)?.paymentIntent === payment_intent) &&
          within(created, record.created),
        render: (record) => renderRefund(record, tx),
      });
    },
  }),
];
