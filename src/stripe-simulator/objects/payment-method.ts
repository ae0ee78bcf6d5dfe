import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { testCard } from '../test-cards.ts';
import type { PaymentMethodRecord } from './payment-records.ts';
import type { Business } from './wire.ts';

export function renderPaymentMethod(method: PaymentMethodRecord, business: Business): Stripe.PaymentMethod {
  const card = testCard(method.testCard);
  return {
    id: method.id,
    object: 'payment_method',
    allow_redisplay: method.allowRedisplay,
    billing_details: method.billingDetails,
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: method.customer === null ? 'unchecked' : 'pass',
      },
      country: 'US',
      display_brand: card.brand,
      exp_month: method.expMonth,
      exp_year: method.expYear,
      fingerprint: fingerprintOf(card.number),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: method.created,
    customer: method.customer,
    customer_account: null,
    livemode: business.livemode,
    metadata: { ...method.metadata },
    type: 'card',
  };
}

/** The same for the same number, so that a client can tell a card that it has seen. */
export function fingerprintOf(number: string): string {
  return createHash('sha256').update(number).digest('base64url').replaceAll(/[-_]/g, 'x').slice(0, 16);
}
