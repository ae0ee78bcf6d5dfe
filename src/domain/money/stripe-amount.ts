import { DurabillError } from '../../errors/error.ts';
import { type Currency, currencies, currencyExponent, stripeExponent } from './currency.ts';
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

/** The amount in minor units that Stripe's integer stands for. @throws RangeError if it is a fraction of a minor unit */
export function fromStripeAmount(stripeAmount: number, currency: Currency): bigint {
  const digits = currencyExponent(currency);
  const stripeDigits = stripeExponent(currency);
  const amount = BigInt(stripeAmount) * 10n ** BigInt(Math.max(digits - stripeDigits, 0));
  const divisor = 10n ** BigInt(Math.max(stripeDigits - digits, 0));
  if (amount % divisor !== 0n) throw new RangeError(`${stripeAmount} is no whole number of minor units of ${currency}`);
  return amount / divisor;
}

/**
 * The same as a decimal, for a look at what Stripe has: there may be amounts that we have no whole unit for. In a
 * currency that the books do not know the amount is left as it is, for there is nothing to compare.
 * @param currency ISO 4217 in upper case
 */
export function stripeAmountInMinor(amount: number, currency: string): string {
  if (!currencies.includes(currency as Currency)) return String(amount);
  const shift = stripeExponent(currency as Currency) - currencyExponent(currency as Currency);
  if (shift <= 0) return String(BigInt(amount) * 10n ** BigInt(-shift));
  const divisor = 10n ** BigInt(shift);
  const [sign, size] = amount < 0 ? ['-', BigInt(-amount)] : ['', BigInt(amount)];
  const fraction = size % divisor;
  const decimals = fraction === 0n ? '' : `.${String(fraction).padStart(shift, '0').replace(/0+$/, '')}`;
  return `${sign}${size / divisor}${decimals}`;
}

function unsupported(m: Money, rule: string): DurabillError {
  return new DurabillError('stripe-amount-unsupported', { reason: `${rule}; the amount is ${formatMoney(m)}.` });
}
