import { DurabillError } from '../../errors/error.ts';
import { currencyExponent, stripeExponent } from './currency.ts';
import { formatMoney, type Money } from './money.ts';

/**
 * The integer to send to Stripe as `amount`. It refuses what Stripe cannot carry rather than send a rounded amount,
 * since the two books would then differ: a fraction of an ariary; a third decimal of a dinar that is not 0 (the card
 * networks take ten fils at the least); more than 2^53 - 1, which a JSON number does not hold exactly. Stripe's own
 * smallest and largest charges depend on the account, so Stripe answers those.
 * @throws DurabillError stripe-amount-unsupported
 */
export function toStripeAmount(m: Money): bigint {
  const digits = currencyExponent(m.currency);
  const stripeDigits = stripeExponent(m.currency);
  const amount = m.amountMinor * 10n ** BigInt(Math.max(stripeDigits - digits, 0));
  const divisor = 10n ** BigInt(Math.max(digits - stripeDigits, 0));

  if (amount % divisor !== 0n) throw unsupported(m, `Stripe takes ${m.currency} in whole units only`);
  if (stripeDigits === 3 && amount % 10n !== 0n) {
    throw unsupported(m, `Stripe takes ${m.currency} only with 0 as the third decimal`);
  }
  const stripeAmount = amount / divisor;
  if (stripeAmount > BigInt(Number.MAX_SAFE_INTEGER) || stripeAmount < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw unsupported(m, `Stripe takes at most ${Number.MAX_SAFE_INTEGER} of its units`);
  }
  return stripeAmount;
}

function unsupported(m: Money, rule: string): DurabillError {
  return new DurabillError('stripe-amount-unsupported', { reason: `${rule}; the amount is ${formatMoney(m)}.` });
}
