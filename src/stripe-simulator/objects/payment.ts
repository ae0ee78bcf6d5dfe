import type Stripe from 'stripe';
import { sum } from '../arithmetic.ts';
import type { Transaction } from '../state.ts';
import { testCard } from '../test-cards.ts';
import { fingerprintOf, renderPaymentMethod } from './payment-method.ts';
import type {
  ChargeRecord,
  InvoicePaymentRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
} from './payment-records.ts';
import type { Business } from './wire.ts';

/** As Stripe names what it collects for an invoice without a subscription. */
const description = 'Payment for Invoice';

export function renderInvoicePayment(payment: InvoicePaymentRecord, business: Business): Stripe.InvoicePayment {
  return {
    id: payment.id,
    object: 'invoice_payment',
    amount_paid: payment.amountPaid,
    amount_requested: payment.amountRequested,
    created: payment.created,
    currency: payment.currency,
    invoice: payment.invoice,
    is_default: payment.isDefault ?? true,
    livemode: business.livemode,
    payment: { payment_intent: payment.paymentIntent, type: 'payment_intent' },
    status: payment.status,
    status_transitions: { canceled_at: payment.canceledAt, paid_at: payment.paidAt },
  };
}

/** What Stripe makes an invoice collect by, or a client has made. */
export function renderPaymentIntent(
  intent: PaymentIntentRecord,
  tx: Transaction,
  business: Business,
): Stripe.PaymentIntent {
  return {
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: intent.amount,
    amount_capturable: 0,
    amount_received: intent.status === 'succeeded' ? intent.amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: 'automatic',
    client_secret: clientSecretOf(intent),
    confirmation_method: 'automatic',
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    description: intent.own === undefined ? description : intent.own.description,
    excluded_payment_method_types: null,
    last_payment_error: lastErrorOf(intent, tx, business),
    latest_charge: intent.latestCharge,
    livemode: business.livemode,
    managed_payments: null,
    metadata: { ...intent.own?.metadata },
    next_action:
      intent.status === 'requires_action'
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'intent_confirmation_challenge' } }
        : null,
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: intent.own?.receiptEmail ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: intent.own?.statementDescriptor ?? null,
    statement_descriptor_suffix: null,
    status: intent.status,
    transfer_group: null,
  };
}

export function clientSecretOf({ id, secret }: PaymentIntentRecord): string {
  return `${id}_secret_${secret}`;
}

function lastErrorOf(
  intent: PaymentIntentRecord,
  tx: Transaction,
  business: Business,
): Stripe.PaymentIntent.LastPaymentError | null {
  const charge = tx.get('charge', intent.latestCharge ?? '');
  const method = tx.get('paymentMethod', charge?.paymentMethod ?? '');
  if (intent.status === 'succeeded' || charge === undefined || method === undefined) return null;
  const { failure } = testCard(method.testCard);
  if (!charge.failed || failure === null) return null;
  return {
    ...(failure.adviceCode === undefined ? {} : { advice_code: failure.adviceCode }),
    charge: charge.id,
    code: failure.code,
    ...(failure.declineCode === undefined ? {} : { decline_code: failure.declineCode }),
    message: failure.message,
    payment_method: renderPaymentMethod(method, business),
    type: 'card_error',
  };
}

export function refundedOf(charge: ChargeRecord, tx: Transaction): number {
  return sum(charge.refundIds.map((id) => tx.get('refund', id)?.amount ?? 0));
}

export function renderCharge(charge: ChargeRecord, tx: Transaction, business: Business): Stripe.Charge {
  const method = tx.get('paymentMethod', charge.paymentMethod);
  if (method === undefined) throw new Error(`Charge ${charge.id} names a payment method that never was.`);
  const card = testCard(method.testCard);
  const failure = charge.failed ? card.failure : null;
  const refunded = refundedOf(charge, tx);
  const own = tx.get('paymentIntent', charge.paymentIntent)?.own;
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.failed ? 0 : charge.amount,
    amount_refunded: refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billingDetails,
    calculated_statement_descriptor: null,
    captured: !charge.failed,
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer,
    description: own === undefined ? description : own.description,
    disputed: charge.dispute !== undefined,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: business.livemode,
    metadata: { ...own?.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: failure?.adviceCode ?? null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: failure === null ? 'approved_by_network' : 'declined_by_network',
      reason: failure === null ? null : (failure.declineCode ?? failure.code),
      risk_level: 'normal',
      seller_message: failure === null ? 'Payment complete.' : 'The bank declined the payment.',
      type: failure === null ? 'authorized' : 'issuer_declined',
    },
    paid: !charge.failed,
    payment_intent: charge.paymentIntent,
    payment_method: charge.paymentMethod,
    payment_method_details: { card: chargedCard(charge, method), type: 'card' },
    receipt_email: own?.receiptEmail ?? null,
    receipt_number: null,
    receipt_url: null,
    refunded: !charge.failed && refunded === charge.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: charge.failed ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function chargedCard(charge: ChargeRecord, method: PaymentMethodRecord): Stripe.Charge.PaymentMethodDetails.Card {
  const { brand, funding, number } = testCard(method.testCard);
  return {
    amount_authorized: charge.failed ? null : charge.amount,
    authorization_code: null,
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: null },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: method.expMonth,
    exp_year: method.expYear,
    fingerprint: fingerprintOf(number),
    funding,
    installments: null,
    last4: number.slice(-4),
    mandate: null,
    network: brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
