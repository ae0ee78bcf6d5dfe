import { CardDeclined, invalid, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import type { PaymentMethodRecord } from '../objects/payment-records.ts';
import { testCard, testCardNamed } from '../test-cards.ts';
import type { Call } from './operation.ts';

/** The far year that Stripe's test methods carry, so that they do not expire by themselves. */
const yearsAhead = 4;

export function newMethod(card: string, now: number): PaymentMethodRecord {
  const today = new Date(now * 1000);
  return {
    id: newId('pm'),
    created: now,
    customer: null,
    testCard: card,
    expMonth: today.getUTCMonth() + 1,
    expYear: today.getUTCFullYear() + yearsAhead,
    billingDetails: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: null,
      name: null,
      phone: null,
      tax_id: null,
    },
    allowRedisplay: 'unspecified',
    metadata: {},
  };
}

/** The method with this id; a test name such as `pm_card_visa` stands for a new one each time it is used. */
export function existingMethod(
  id: string,
  { tx, now }: Call<unknown>,
  place: { param: string; in: 'path' | 'parameter' },
): PaymentMethodRecord {
  const card = testCardNamed(id);
  const method = card === undefined ? tx.get('paymentMethod', id) : newMethod(card, now);
  if (method === undefined) throw resourceMissing('PaymentMethod', id, place.param, place.in);
  return method;
}

/**
 * A method of this customer, for one of their payments. A test name makes one there and then, unchecked: so a card
 * that cannot be attached can still be tried on an invoice.
 */
export function methodOfCustomer(
  id: string,
  customer: string,
  param: string,
  call: Call<unknown>,
): PaymentMethodRecord {
  const found = existingMethod(id, call, { param, in: 'parameter' });
  const method = testCardNamed(id) === undefined ? found : { ...found, customer };
  if (method !== found) call.tx.put('paymentMethod', method);
  if (method.customer === customer) return method;
  throw invalid(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    param,
  );
}

/** Gives a method to a customer. Stripe asks the bank at this moment, so most failing test cards are refused here. */
export function attach(id: string, customer: string, param: string, call: Call<unknown>): PaymentMethodRecord {
  const place =
    param === 'path' ? ({ param: 'payment_method', in: 'path' } as const) : ({ param, in: 'parameter' } as const);
  const method = existingMethod(id, call, place);
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid('The payment method you provided has already been attached to a customer.');
  }
  const { attachable, failure } = testCard(method.testCard);
  if (!attachable && failure !== null) {
    throw new CardDeclined(failure.message, failure.code, {
      ...(failure.adviceCode === undefined ? {} : { advice_code: failure.adviceCode }),
      ...(failure.declineCode === undefined ? {} : { decline_code: failure.declineCode }),
    });
  }
  const attached = { ...method, customer };
  call.tx.put('paymentMethod', attached);
  return attached;
}
