import type Stripe from 'stripe';
import type { Business } from './wire.ts';

/** The account that the key belongs to, ready to charge. */
export function renderAccount(business: Business): Stripe.Account {
  return {
    id: business.accountId,
    object: 'account',
    business_type: 'company',
    charges_enabled: true,
    country: business.country,
    default_currency: business.currency,
    details_submitted: true,
    email: business.email,
    payouts_enabled: true,
    type: 'standard',
  };
}
