import type { Currency } from '../../domain/money/currency.ts';
import { money } from '../../domain/money/money.ts';
import { toStripeAmount } from '../../domain/money/stripe-amount.ts';

/**
 * The amount as Stripe counts it, which for a few currencies is not ISO 4217's minor unit.
 * @throws DurabillError stripe-amount-unsupported
 */
export function stripeAmount(amountMinor: bigint, currency: string): number {
  return Number(toStripeAmount(money(amountMinor, currency as Currency)));
}
