import { CardDeclined } from '../errors.ts';
import type { CheckoutSessionRecord, SetupIntentRecord } from '../objects/checkout-records.ts';
import type { PaymentMethodRecord } from '../objects/payment-records.ts';
import { testCard } from '../test-cards.ts';
import { withConsent } from './collection.ts';
import type { Call } from './operation.ts';

/**
 * The customer saves a card on the page of a session: it is theirs from then on, and the session is complete. It does not
 * become their default by itself. A card that the bank refuses leaves the page open for another.
 */
export function saveMethod(
  session: CheckoutSessionRecord,
  method: PaymentMethodRecord,
  owner: 'asked' | 'away' | 'consented',
  { tx }: Call,
): CheckoutSessionRecord {
  const intent = tx.get('setupIntent', session.setupIntent) as SetupIntentRecord;
  const { attachable, failure: ofCard, needsAuthentication } = testCard(method.testCard);
  if (needsAuthentication && owner === 'asked') {
    tx.put('setupIntent', { ...intent, status: 'requires_action', paymentMethod: method.id });
    throw new CardDeclined('The bank wants its customer to confirm.', 'setup_intent_requires_action', {});
  }
  // Such a card may be saved once its owner consents; how it ends at a payment is seen there.
  const isRefused = needsAuthentication ? owner !== 'consented' : !attachable;
  const failure = owner === 'consented' ? withConsent(ofCard) : ofCard;
  if (isRefused && failure !== null) {
    tx.put('setupIntent', {
      ...intent,
      status: 'requires_payment_method',
      paymentMethod: null,
      failedMethod: method.id,
    });
    throw new CardDeclined(failure.message, failure.code, {
      ...(failure.adviceCode === undefined ? {} : { advice_code: failure.adviceCode }),
      ...(failure.declineCode === undefined ? {} : { decline_code: failure.declineCode }),
    });
  }
  tx.put('paymentMethod', { ...method, customer: session.customer });
  tx.put('setupIntent', { ...intent, status: 'succeeded', paymentMethod: method.id });
  const complete: CheckoutSessionRecord = { ...session, status: 'complete' };
  tx.put('checkoutSession', complete);
  return complete;
}
