import type { CheckoutSessionRecord } from '../objects/checkout-records.ts';
import type { Business } from '../objects/wire.ts';
import type { Transaction } from '../state.ts';
import { cardForm } from './card-form.ts';
import { escapeHtml, page } from './frame.ts';

const over: Record<'complete' | 'expired', string> = {
  complete: 'Your card is saved.',
  expired: 'This page has expired. Please ask for a new link.',
};

/** The page behind the `url` of a session that saves a payment method. @param said what went wrong just now */
export function setupPage(
  session: CheckoutSessionRecord,
  tx: Transaction,
  business: Business,
  said: string | null,
): string {
  const { status, cancelUrl, customer } = session;
  const name = tx.get('customer', customer)?.name ?? customer;
  const waits = tx.get('setupIntent', session.setupIntent)?.status === 'requires_action';
  const back = cancelUrl === null ? '' : `<p><a href="${escapeHtml(cancelUrl)}">Back</a></p>`;
  return page(
    `Save a card for ${business.accountName}`,
    `<p>${escapeHtml(name)} lets ${escapeHtml(business.accountName)} charge this card for its invoices.</p>
     ${status === 'open' ? cardForm('Save card', waits, said) : `<p><strong>${over[status]}</strong></p>`}${back}
     <p class="faint small">A page of the simulated Stripe: test cards only.</p>`,
  );
}
