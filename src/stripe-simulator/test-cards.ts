/**
 * The cards that Stripe documents for testing (docs.stripe.com/testing), as far as payments of invoices need them.
 * How a card ends is a property of the card, as there: nothing is drawn by chance.
 */
export interface CardFailure {
  readonly code: string;
  readonly declineCode?: string;
  readonly adviceCode?: 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';
  readonly message: string;
}

export interface TestCard {
  readonly number: string;
  readonly brand: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly failure: CardFailure | null;
  /** Stripe checks a card when it is attached: most failing cards are refused there already, with the same error. */
  readonly attachable: boolean;
  /** Wants its owner's consent at every payment; `failure` then tells what follows when nobody is there to give it. */
  readonly needsAuthentication: boolean;
  /** Its owner disputes every charge at once, for this reason. */
  readonly disputes?: { readonly reason: string; readonly isInquiry: boolean };
}

const declined = 'Your card was declined.';
/**
 * Codes and decline codes stand beside each card in the documentation. Which advice a test card gives does not: here
 * it is what docs.stripe.com/declines says for that code in general.
 */
const failures = {
  authentication: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
  expired: { code: 'expired_card', adviceCode: 'confirm_card_data', message: 'Your card has expired.' },
  fraudulent: {
    code: 'card_declined',
    declineCode: 'fraudulent',
    adviceCode: 'do_not_try_again',
    message: declined,
  },
  funds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    adviceCode: 'try_again_later',
    message: 'Your card has insufficient funds.',
  },
  generic: {
    code: 'card_declined',
    declineCode: 'generic_decline',
    adviceCode: 'try_again_later',
    message: declined,
  },
  cvc: {
    code: 'incorrect_cvc',
    adviceCode: 'confirm_card_data',
    message: "Your card's security code is incorrect.",
  },
  lost: { code: 'card_declined', declineCode: 'lost_card', adviceCode: 'do_not_try_again', message: declined },
  processing: {
    code: 'processing_error',
    adviceCode: 'try_again_later',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  stolen: { code: 'card_declined', declineCode: 'stolen_card', adviceCode: 'do_not_try_again', message: declined },
  velocity: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    adviceCode: 'try_again_later',
    message: declined,
  },
} satisfies Record<string, CardFailure>;

const good = (number: string, brand: string, funding: TestCard['funding'] = 'credit'): TestCard => ({
  number,
  brand,
  funding,
  failure: null,
  attachable: true,
  needsAuthentication: false,
});
const bad = (number: string, failure: CardFailure): TestCard => ({
  ...good(number, 'visa'),
  failure,
  attachable: false,
});

/** By the last part of their names: `visa` is the payment method `pm_card_visa` and the token `tok_visa`. */
const cards: Readonly<Record<string, TestCard>> = {
  visa: good('4242424242424242', 'visa'),
  visa_debit: good('4000056655665556', 'visa', 'debit'),
  mastercard: good('5555555555554444', 'mastercard'),
  mastercard_debit: good('5200828282828210', 'mastercard', 'debit'),
  mastercard_prepaid: good('5105105105105100', 'mastercard', 'prepaid'),
  amex: good('378282246310005', 'amex'),
  discover: good('6011111111111117', 'discover'),
  diners: good('3056930009020004', 'diners'),
  jcb: good('3566002020360505', 'jcb'),
  unionpay: good('6200000000000005', 'unionpay'),
  chargeCustomerFail: { ...bad('4000000000000341', failures.generic), attachable: true },
  chargeDeclined: bad('4000000000000002', failures.generic),
  chargeDeclinedExpiredCard: bad('4000000000000069', failures.expired),
  chargeDeclinedFraudulent: bad('4100000000000019', failures.fraudulent),
  chargeDeclinedIncorrectCvc: bad('4000000000000127', failures.cvc),
  chargeDeclinedInsufficientFunds: bad('4000000000009995', failures.funds),
  visa_chargeDeclinedInsufficientFunds: bad('4000000000009995', failures.funds),
  visa_chargeDeclinedLostCard: bad('4000000000009987', failures.lost),
  visa_chargeDeclinedStolenCard: bad('4000000000009979', failures.stolen),
  chargeDeclinedProcessingError: bad('4000000000000119', failures.processing),
  visa_chargeDeclinedVelocityLimitExceeded: bad('4000000000006975', failures.velocity),
  createDispute: { ...good('4000000000000259', 'visa'), disputes: { reason: 'fraudulent', isInquiry: false } },
  createDisputeProductNotReceived: {
    ...good('4000000000002685', 'visa'),
    disputes: { reason: 'product_not_received', isInquiry: false },
  },
  createDisputeInquiry: { ...good('4000000000001976', 'visa'), disputes: { reason: 'fraudulent', isInquiry: true } },
  authenticationRequired: {
    ...good('4000002760003184', 'visa'),
    failure: failures.authentication,
    needsAuthentication: true,
  },
  authenticationRequiredChargeDeclinedInsufficientFunds: {
    ...good('4000008260003178', 'visa'),
    failure: failures.funds,
    needsAuthentication: true,
  },
};

export function testCard(name: string): TestCard {
  const card = cards[name];
  if (card === undefined) throw new Error(`There is no test card ${name}.`);
  return card;
}

/** `pm_card_visa` → `visa`; undefined for any other id. */
export function testCardNamed(paymentMethodId: string): string | undefined {
  const name = /^pm_card_(\w+)$/.exec(paymentMethodId)?.[1];
  return name !== undefined && Object.hasOwn(cards, name) ? name : undefined;
}

export function testCardOfToken(token: string): string | undefined {
  return token.startsWith('tok_') ? testCardNamed(`pm_card_${token.slice('tok_'.length)}`) : undefined;
}

export function testCardNumbered(number: string): string | undefined {
  const digits = number.replaceAll(/[ -]/g, '');
  return Object.keys(cards).find((name) => cards[name]?.number === digits);
}
