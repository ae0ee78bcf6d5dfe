import type Stripe from 'stripe';
import type { Transaction } from '../state.ts';
import type { RefundRecord } from './payment-records.ts';

export function renderRefund(refund: RefundRecord, tx: Transaction): Stripe.Refund {
  const charge = tx.get('charge', refund.charge);
  if (charge === undefined) throw new Error(`Refund ${refund.id} names a charge that never was.`);
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: null,
    charge: charge.id,
    created: refund.created,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata: { ...refund.metadata },
    payment_intent: charge.paymentIntent,
    payment_method: charge.paymentMethod,
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}
