import type Stripe from 'stripe';
import type { Transaction } from '../state.ts';
import { testCard } from '../test-cards.ts';
import type { CheckoutSessionRecord, SetupIntentRecord } from './checkout-records.ts';
import { renderPaymentMethod } from './payment-method.ts';
import type { Business } from './wire.ts';

/** A session that saves a payment method (`mode: setup`); what belongs to the other modes is null, as at Stripe. */
export function renderCheckoutSession(
  session: CheckoutSessionRecord,
  tx: Transaction,
  business: Business,
): Stripe.Checkout.Session {
  const customer = tx.get('customer', session.customer);
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: session.created,
    currency: session.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: session.customer,
    customer_account: null,
    customer_creation: null,
    customer_details: {
      address: null,
      business_name: null,
      email: customer?.email ?? null,
      individual_name: null,
      name: null,
      phone: null,
      tax_exempt: null,
      tax_ids: null,
    },
    customer_email: null,
    discounts: null,
    expires_at: session.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: business.livemode,
    locale: null,
    managed_payments: null,
    metadata: { ...session.metadata },
    mode: 'setup',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'always',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'no_payment_required',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: session.setupIntent,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: session.status,
    submit_type: null,
    subscription: null,
    success_url: session.successUrl,
    total_details: null,
    ui_mode: 'hosted_page',
    // There is a page as long as there is something to be done on it.
    url: session.status === 'open' ? `${business.baseUrl}/c/pay/${session.id}` : null,
    wallet_options: null,
  };
}

export function renderSetupIntent(intent: SetupIntentRecord, tx: Transaction, business: Business): Stripe.SetupIntent {
  return {
    id: intent.id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: intent.cancellationReason,
    client_secret: `${intent.id}_secret_${intent.secret}`,
    created: intent.created,
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: lastErrorOf(intent, tx, business),
    latest_attempt: null,
    livemode: business.livemode,
    managed_payments: null,
    mandate: null,
    metadata: { ...intent.metadata },
    next_action:
      intent.status === 'requires_action'
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'intent_confirmation_challenge' } }
        : null,
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: intent.status,
    usage: 'off_session',
  };
}

function lastErrorOf(
  { failedMethod, status }: SetupIntentRecord,
  tx: Transaction,
  business: Business,
): Stripe.SetupIntent.LastSetupError | null {
  const method = tx.get('paymentMethod', failedMethod ?? '');
  if (status === 'succeeded' || method === undefined) return null;
  const { failure } = testCard(method.testCard);
  if (failure === null) return null;
  return {
    ...(failure.adviceCode === undefined ? {} : { advice_code: failure.adviceCode }),
    code: failure.code as Stripe.SetupIntent.LastSetupError.Code,
    ...(failure.declineCode === undefined ? {} : { decline_code: failure.declineCode }),
    message: failure.message,
    payment_method: renderPaymentMethod(method, business),
    type: 'card_error',
  };
}
