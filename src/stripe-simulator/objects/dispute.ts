import type Stripe from 'stripe';
import type { Transaction } from '../state.ts';
import { testCard } from '../test-cards.ts';
import type { DisputeRecord } from './payment-records.ts';
import type { Business } from './wire.ts';

/** How long a business may answer; Stripe names 7 to 21 days, by the card's network. */
const answerSeconds = 14 * 86_400;

/** Nothing can be sent in here: evidence is what a person enters in the dashboard. */
const noEvidence: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

export function renderDispute(dispute: DisputeRecord, tx: Transaction, business: Business): Stripe.Dispute {
  const charge = tx.get('charge', dispute.charge);
  const method = tx.get('paymentMethod', charge?.paymentMethod ?? '');
  if (charge === undefined || method === undefined) throw new Error(`Dispute ${dispute.id} names what never was.`);
  const { brand } = testCard(method.testCard);
  const isInquiry = dispute.status.startsWith('warning');
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transactions: [],
    charge: charge.id,
    created: dispute.created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...noEvidence },
    evidence_details: {
      due_by: dispute.created + answerSeconds,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: business.livemode,
    metadata: { ...dispute.metadata },
    network_reason_code: null,
    payment_intent: charge.paymentIntent,
    payment_method_details: {
      card: { brand, case_type: isInquiry ? 'inquiry' : 'chargeback', network: brand, network_reason_code: null },
      type: 'card',
    },
    reason: dispute.reason,
    status: dispute.status,
  };
}
